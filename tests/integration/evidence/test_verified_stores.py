"""`patrol evidence verify` on what a recorder really wrote."""

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from recorders import Desk, Shift
from rendered_films import FilmSpec, render

import patrol


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stores with three sealed incidents, at rest."""
    folder = tmp_path_factory.mktemp("stores")
    with Desk(folder).at_work() as desk:
        Shift(desk, render(folder / "a.mp4", FilmSpec(seconds=20)), (6.0, 9.0, 12.0)).run()
        assert desk.recorder.drain(60)
    (folder / "identity").mkdir()
    (folder / "key.pem").rename(folder / "identity" / "signing-key.pem")
    return folder


@pytest.fixture
def stores(kept: Path, tmp_path: Path) -> Path:
    """Return a copy that a test may damage."""
    return Path(shutil.copytree(kept, tmp_path / "stores"))


def told(stores: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    code = patrol.main(["evidence", "verify", str(stores), "--json"])
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, [
        f"{finding['check']}: {finding['en']}"
        for verdict in answer["verdicts"]
        for finding in verdict["findings"]
        if finding["standing"] == "fails"
    ]


def test_the_stores_of_a_box_hold(stores: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(stores, capsys) == (0, [])


def test_one_flipped_byte_in_a_clip_is_found(
    stores: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = next((stores / "evidence" / "clip_original").glob("*/*"))
    data = bytearray(clip.read_bytes())
    data[1000] ^= 1
    clip.write_bytes(data)
    assert told(stores, capsys) == (
        1,
        ["file: was altered: as long as the original, but with other bytes"],
    )


def test_a_manifest_taken_out_of_the_middle_breaks_the_chain(
    stores: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = sqlite3.connect(stores / "evidence.db")
    connection.execute("DELETE FROM sealed WHERE no = 2")
    connection.commit()
    connection.close()
    code, failures = told(stores, capsys)
    assert code == 1
    assert failures == ["chain: broken: the manifest before it was altered, removed or exchanged"]
