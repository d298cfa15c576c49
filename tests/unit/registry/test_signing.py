"""A signed package is the one its maker released, whole; anything else is refused with a reason."""

import json
import stat
from pathlib import Path

import pytest

from hazard_library.cli import main
from hazard_library.errors import SignatureRefused
from hazard_library.registry.signing import (
    SIGNATURE,
    Trust,
    generate_key,
    listing,
    sign,
    trust_in,
    verify,
)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "models" / "ppe" / "0.1.0"
    (folder / "selftest").mkdir(parents=True)
    (folder / "model.onnx").write_bytes(b"weights")
    (folder / "selftest" / "a.png").write_bytes(b"picture")
    return folder


@pytest.fixture
def key(tmp_path: Path) -> Path:
    generate_key(tmp_path / "release.key")
    return tmp_path / "release.key"


@pytest.fixture
def trust(key: Path) -> Trust:
    return trust_in(key.parent)


def test_a_signed_package_is_verified(package: Path, key: Path, trust: Trust) -> None:
    signature = sign(package, key)
    assert verify(package, trust) == signature.key
    assert [line.split("  ")[1] for line in signature.text.splitlines()] == [
        "model.onnx",
        "selftest/a.png",
    ]


def test_signing_again_covers_what_changed_meanwhile(
    package: Path, key: Path, trust: Trust
) -> None:
    sign(package, key)
    (package / "card.md").write_text("new", encoding="utf-8")
    assert sign(package, key).key == verify(package, trust)
    assert SIGNATURE not in listing(package)


def test_without_any_trusted_key_nothing_is_asked(package: Path) -> None:
    assert verify(package, Trust()) is None


def test_an_unsigned_package_is_refused_with_the_remedy(package: Path, trust: Trust) -> None:
    with pytest.raises(SignatureRefused, match=r"signature\.json: the package is not signed; .*"):
        verify(package, trust)


def test_another_makers_signature_is_refused(package: Path, trust: Trust, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    generate_key(tmp_path / "other/a.key")
    sign(package, tmp_path / "other/a.key")
    with pytest.raises(SignatureRefused, match=r"signed by key [0-9a-f]{16}, trusted are"):
        verify(package, trust)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("model.onnx", b"other weights", "changed model.onnx"),
        ("selftest/a.png", None, "missing selftest/a.png"),
        ("extra.onnx", b"more", "not signed extra.onnx"),
    ],
)
def test_a_file_that_is_not_the_signed_one_is_refused(
    package: Path, key: Path, trust: Trust, name: str, content: bytes | None, says: str
) -> None:
    sign(package, key)
    if content is None:
        (package / name).unlink()
    else:
        (package / name).write_bytes(content)
    with pytest.raises(SignatureRefused, match=says):
        verify(package, trust)


def test_a_text_changed_to_fit_the_files_is_refused(package: Path, key: Path, trust: Trust) -> None:
    sign(package, key)
    (package / "model.onnx").write_bytes(b"other weights")
    said = json.loads((package / SIGNATURE).read_text(encoding="utf-8"))
    said["text"] = listing(package)
    (package / SIGNATURE).write_text(json.dumps(said), encoding="utf-8")
    with pytest.raises(SignatureRefused, match="the signature is not that of key"):
        verify(package, trust)


def test_a_signature_that_does_not_fit_its_schema_names_the_field(
    package: Path, key: Path, trust: Trust
) -> None:
    sign(package, key)
    (package / SIGNATURE).write_text('{"schema": "model-signature/1"}', encoding="utf-8")
    with pytest.raises(SignatureRefused, match="key: Field required"):
        verify(package, trust)


def test_a_key_is_its_owners_only_and_never_overwritten(key: Path) -> None:
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with pytest.raises(SignatureRefused, match="never overwritten"):
        generate_key(key)


def test_what_is_no_key_is_refused(package: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.pub").write_text("nothing", encoding="utf-8")
    with pytest.raises(SignatureRefused, match=r"bad\.pub: no readable public key"):
        trust_in(tmp_path)
    with pytest.raises(SignatureRefused, match=r"bad\.pub: no readable private key"):
        sign(package, tmp_path / "bad.pub")


def test_the_verbs_make_a_key_sign_and_verify(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "keys" / "release.key"
    key.parent.mkdir()
    assert main(["model", "keygen", "--out", str(key)]) == 0
    assert main(["model", "sign", str(package), "--key", str(key)]) == 0
    words = ["model", "verify", str(package), "--keys", str(key.parent)]
    assert main(words) == 0
    assert "is signed by key" in capsys.readouterr().out
    (package / "model.onnx").write_bytes(b"other")
    assert main(words) == 1
    assert "changed model.onnx" in capsys.readouterr().err


def test_verifying_without_keys_says_that_nothing_is_trusted(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["model", "verify", str(package)]) == 1
    assert "no public key" in capsys.readouterr().err
