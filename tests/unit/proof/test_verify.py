"""`patrol evidence verify` on exports: what holds, and every way in which something does not."""

import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from exports import BEGIN, Exports, change_sheet, jpeg

import patrol
from hazard_library.contract.clock import ClockState
from hazard_library.contract.evidence import ClipSpan, EvidenceKind, PrivacyMask
from hazard_library.contract.ids import ZoneId
from hazard_library.proof.export import MANIFEST

ORIGINAL, SHOWN = "frame_original.jpg", "frame_shown.jpg"


class Told:
    """What the command said about one place."""

    def __init__(self, code: int, out: str) -> None:
        self.code = code
        self.answer: dict[str, Any] = json.loads(out)

    def standing(self, check: str, subject: str = "") -> list[str]:
        """Return how a check stands, word for word from the JSON."""
        return [
            finding["standing"]
            for verdict in self.answer["verdicts"]
            for finding in verdict["findings"]
            if finding["check"] == check and subject in finding["subject"]
        ]

    @property
    def failures(self) -> list[str]:
        return [
            finding["en"]
            for verdict in self.answer["verdicts"]
            for finding in verdict["findings"]
            if finding["standing"] == "fails"
        ]


Ask = Callable[..., Told]


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


@pytest.fixture
def ask(exports: Exports, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Verify a place against the box's registered key, or another."""

    def verify(place: Path, key: Path | None = None) -> Told:
        key = key or exports.public_key_file
        code = patrol.main(["evidence", "verify", str(place), "--key", str(key), "--json"])
        return Told(code, capsys.readouterr().out)

    return verify


def test_an_untouched_export_holds_in_every_point(exports: Exports, ask: Ask) -> None:
    told = ask(exports.write())
    assert (told.code, told.answer["holds"]) == (0, True)
    everything = {f["standing"] for v in told.answer["verdicts"] for f in v["findings"]}
    assert everything == {"holds"}
    for check in ("signature", "key", "chain", "file", "times", "clock"):
        assert told.standing(check), check


def test_a_zip_is_as_good_as_its_folder(exports: Exports, ask: Ask, tmp_path: Path) -> None:
    place = exports.write()
    archive = Path(shutil.make_archive(str(tmp_path / "sent"), "zip", tmp_path, place.name))
    assert ask(archive).code == 0
    with zipfile.ZipFile(archive, "a") as more:
        more.writestr("note.txt", "hello")
    assert ask(archive).standing("stray", "note.txt") == ["open"]


def test_one_flipped_byte_is_told_as_altered(exports: Exports, ask: Ask) -> None:
    place = exports.write()
    path = place / ORIGINAL
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    told = ask(place)
    assert told.code == 1
    assert told.failures == ["was altered: as long as the original, but with other bytes"]
    assert told.standing("file", "frame_original") == ["fails"]
    assert told.standing("file", "frame_shown") == ["holds"]
    assert told.standing("signature") == ["holds"]


def test_a_missing_file_is_told_as_missing(exports: Exports, ask: Ask) -> None:
    place = exports.write()
    (place / SHOWN).unlink()
    told = ask(place)
    assert told.code == 1
    assert told.failures == ["is missing, and nothing says why"]


def test_a_file_left_out_on_purpose_is_open_and_not_a_failure(exports: Exports, ask: Ask) -> None:
    place = exports.write()
    sha = json.loads((place / MANIFEST).read_text())["files"][0]["sha256"]
    (place / ORIGINAL).unlink()
    change_sheet(place, left_out={sha: "sealed"})
    told = ask(place)
    assert told.code == 0
    assert told.standing("file", "frame_original") == ["open"]


def test_a_copy_that_was_saved_anew_is_told_from_one_that_was_cut_off(
    exports: Exports, ask: Ask
) -> None:
    place = exports.write()
    whole = (place / ORIGINAL).read_bytes()
    (place / ORIGINAL).write_bytes(jpeg(60))
    (place / SHOWN).write_bytes((place / SHOWN).read_bytes()[:-10])
    told = ask(place)
    assert told.code == 1
    assert f"encoded or saved anew ({len(jpeg(60))} of {len(whole)} bytes)" in told.failures[0]
    assert "was cut off" in told.failures[1]


def test_a_manifest_in_which_one_letter_changed_does_not_hold(exports: Exports, ask: Ask) -> None:
    place = exports.write()
    text = (place / MANIFEST).read_text()
    (place / MANIFEST).write_text(text.replace("PPE-01", "PPE-02"))
    told = ask(place)
    assert told.code == 1
    assert told.failures == ["the manifest was altered: its hash is another"]


def test_a_manifest_whose_hash_was_mended_still_lacks_the_signature(
    exports: Exports, ask: Ask
) -> None:
    place, later = exports.write(), exports.write()
    shutil.copy(later / MANIFEST, place / MANIFEST)
    sheet = json.loads((later / "export.json").read_text())
    change_sheet(place, manifest_sha256=sheet["manifest_sha256"])
    told = ask(place)
    assert told.code == 1
    assert "fails" in told.standing("signature")


def test_a_foreign_key_is_named_as_foreign(exports: Exports, ask: Ask, tmp_path: Path) -> None:
    stranger = Exports(tmp_path / "elsewhere", Ed25519PrivateKey.generate())
    stranger.folder.mkdir()
    told = ask(stranger.write(), exports.public_key_file)
    assert told.code == 1
    assert told.failures == ["signed by a foreign key, not by the key given or found here"]


def test_without_a_key_nobody_is_proven_and_the_remedy_is_told(
    exports: Exports, capsys: pytest.CaptureFixture[str]
) -> None:
    code = patrol.main(["evidence", "verify", str(exports.write())])
    out = capsys.readouterr().out
    assert code == 1
    assert "who signed it is not proven" in out
    assert "--key" in out


def test_the_chain_is_followed_and_a_broken_one_told(exports: Exports, ask: Ask) -> None:
    exports.write()
    place = exports.write()
    assert ask(place).standing("chain") == ["holds"]
    before = json.loads((place / "export.json").read_text())["previous"]
    change_sheet(place, previous=before | {"manifest": before["manifest"].replace("gate", "yard")})
    told = ask(place)
    assert told.code == 1
    assert told.failures == [
        "broken: the manifest before it was altered, removed or exchanged",
    ]
    change_sheet(place, previous=None)
    assert ask(place).standing("chain") == ["open"]


def test_a_manifest_that_hides_the_one_before_it_is_told(exports: Exports, ask: Ask) -> None:
    exports.write()
    told = ask(exports.write(previous_manifest_sha256=None))
    assert told.failures == ["claims to be the first, but one came before"]


@pytest.mark.parametrize(
    ("span", "standing"),
    [
        ({"trigger_offset_s": 3.0}, "fails"),
        ({"trigger_offset_s": 50.0}, "fails"),
        ({"from_at": BEGIN + timedelta(seconds=57), "trigger_offset_s": 3.0}, "fails"),
        (
            {
                "from_at": BEGIN + timedelta(seconds=57),
                "trigger_offset_s": 3.0,
                "cut_short": "the stream began 3.0 s before the trigger",
            },
            "open",
        ),
    ],
    ids=["elsewhere", "outside", "late without a word", "late and said so"],
)
def test_times_that_contradict_each_other_are_told(
    exports: Exports, ask: Ask, span: dict[str, Any], standing: str
) -> None:
    at = BEGIN + timedelta(minutes=1)
    fields: dict[str, Any] = {
        "from_at": at - timedelta(seconds=11),
        "to_at": at + timedelta(seconds=10),
        "trigger_offset_s": 11.0,
        "pre_roll_s": 10.0,
    }
    told = ask(exports.write(span=ClipSpan(**(fields | span))))
    assert told.standing("times") == [standing]


@pytest.mark.parametrize(
    ("clock", "standing"),
    [
        (ClockState(source="arrival", synchronised=True, uncertainty_ms=3.0), "holds"),
        (ClockState(source="arrival", synchronised=False, uncertainty_ms=16e3), "open"),
        (ClockState(source="arrival", synchronised=None, uncertainty_ms=3.0), "open"),
        (ClockState(source="file", synchronised=None, uncertainty_ms=0.0), "open"),
        (None, "open"),
    ],
)
def test_the_clock_is_told_as_far_as_it_is_known(
    exports: Exports, ask: Ask, clock: ClockState | None, standing: str
) -> None:
    told = ask(exports.write(clock=clock))
    assert told.code == 0
    assert told.standing("clock") == [standing]


def test_what_the_box_says_about_losses_and_masks_is_repeated(exports: Exports, ask: Ask) -> None:
    mask = PrivacyMask(id=ZoneId("休息室"), points=((0, 0), (1, 0), (1, 1)))
    told = ask(exports.write(lost={EvidenceKind.CLIP_SHOWN: "disk full"}, privacy_masks=(mask,)))
    assert told.code == 0
    assert told.standing("lost", "clip_shown") == ["open"]
    assert told.standing("masks") == ["holds"]


@pytest.mark.parametrize("place", ["nowhere", "empty", "noise.zip"])
def test_what_is_no_evidence_is_misuse_with_a_remedy(
    exports: Exports, tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "noise.zip").write_bytes(b"noise")
    key = str(exports.public_key_file)
    assert patrol.main(["evidence", "verify", str(tmp_path / place), "--key", key]) == 2
    assert str(tmp_path / place) in capsys.readouterr().err


def test_a_key_file_that_is_none_is_misuse(
    exports: Exports, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.pub"
    wrong.write_text("no key")
    assert patrol.main(["evidence", "verify", str(exports.write()), "--key", str(wrong)]) == 2
    assert "patrol edge identity" in capsys.readouterr().err


def test_plain_http_across_a_network_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["evidence", "verify", "http://192.0.2.1/api/x", "--account", "wang"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATROL_PASSWORD", "secret")
        assert patrol.main(words) == 2
    assert "https" in capsys.readouterr().err
