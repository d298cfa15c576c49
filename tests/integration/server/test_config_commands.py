"""`patrol server config …`: the key for boxes, a draft from files, what became of it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from config_desk import SITE, people
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from server.cli import main
from server.kit.db import Database
from server.settings import URL_VARIABLE
from server.testing.bureau import enrol, settle
from server.testing.fake_device import FakeDevice

Verb = Callable[..., tuple[int, str, str]]


@pytest.fixture
def config(
    own_database: Database,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Verb:
    """Run a verb in a folder with a server.yaml and the files of a box; exit code and words."""
    with own_database.writing() as db:
        settle(db)
        enrol(db, FakeDevice())
        people(db)
    monkeypatch.setenv(URL_VARIABLE, database_url)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "server.yaml").write_text("data: data\n")
    (tmp_path / "cameras").mkdir()
    (tmp_path / "site.yaml").write_text(SITE)
    (tmp_path / "cameras" / "barn.yaml").write_text("id: barn\nsource: {kind: rtsp, host: h}\n")

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["server", "config", *words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def drafted(config: Verb, *, by: str = "wu", site: str = "site.yaml") -> tuple[int, str, str]:
    return config("draft", site, "--device", "box-1", "--by", by, "--reason", "新增卸料口摄像机")


def test_the_key_is_written_and_stays_the_same(config: Verb, tmp_path: Path) -> None:
    assert config("key", "--out", "bureau.pub")[0] == 0
    pem = (tmp_path / "bureau.pub").read_text()
    assert isinstance(load_pem_public_key(pem.encode()), Ed25519PublicKey)
    assert config("key")[1] == pem
    code, _, said = config("key", "--out", "nowhere/bureau.pub")
    assert (code, "nowhere/bureau.pub" in said) == (2, True)


def test_a_draft_from_files_waits_for_somebody_else(config: Verb) -> None:
    code, told, said = drafted(config)
    assert code == 0, said
    assert "+id: barn" in told
    assert "camera barn 未登记" in told
    listed = json.loads(config("list", "--device", "box-1", "--by", "officer", "--json")[1])
    (one,) = listed["items"]
    assert (one["state"], one["author"], one["approved_by"]) == ("drafted", "wu", None)
    assert "新增卸料口摄像机" in config("list", "--device", "box-1", "--by", "wu")[1]


def test_mistakes_and_people_who_may_not_are_named(config: Verb, tmp_path: Path) -> None:
    code, _, said = drafted(config, by="officer")
    assert (code, "may not config.edit" in said) == (1, True)
    code, _, said = drafted(config, by="nobody")
    assert (code, "account nobody does not exist" in said) == (1, True)
    code, _, said = drafted(config, site="other.yaml")
    assert (code, "other.yaml" in said) == (2, True)
    (tmp_path / "site.yaml").write_text(SITE.replace("stores:", "store:"))
    code, _, said = drafted(config)
    assert (code, "site.yaml:1: stores missing" in said) == (1, True)
