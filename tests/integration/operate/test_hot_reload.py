import json
import sqlite3
from pathlib import Path

import pytest
from boxes import Box, Settings, camera
from running_boxes import ALWAYS, WITHIN_S, Running, live, running, told
from waiting import wait_until

from edge.testing.painted_film import write_film

NARROW = {"hazards": [{"id": "ZONE-01", "zones": ["pit"], "min_score": 0.55}]}


@pytest.fixture
def box(tmp_path: Path) -> Box:
    made = Box(tmp_path / "box")
    write_film(made.folder / "walk.mp4", 10, (ALWAYS,))
    write_film(made.folder / "other.mp4", 10, (ALWAYS,))
    return made.write(live("gate", "walk.mp4"), live("yard", "walk.mp4"))


def _openings(run: Running, name: str) -> int:
    """How often a camera was seen to give good pictures: once for every time it was opened."""
    said = run.logged("camera_condition_changed")
    return sum((one["camera"], one["condition"]) == (name, "ok") for one in said)


def _change(box: Box, run: Running, *cameras: Settings, **site: object) -> Settings:
    before = len(run.logged("configuration_accepted"))
    box.write(*cameras, **site)
    return run.await_event("configuration_accepted", times=before + 1)


def test_changed_cameras_change_alone_and_nobody_has_to_say_so(box: Box) -> None:
    with running(box) as run:
        run.await_event("incident_opened", times=2)
        child = run.child

        _change(box, run, live("gate", "walk.mp4"), live("yard", "walk.mp4", **NARROW))
        assert run.await_event("cameras_changed")["rejudged"] == ["yard"]
        _change(
            box,
            run,
            live("gate", "walk.mp4"),
            live("yard", "walk.mp4", **NARROW),
            live("dock", "walk.mp4"),
        )
        wait_until(lambda: _openings(run, "dock") == 1, WITHIN_S, "a picture of the new camera")
        run.await_event("incident_opened", times=3)

        _change(box, run, live("gate", "walk.mp4"), live("dock", "other.mp4"))
        wait_until(lambda: _openings(run, "dock") == 2, WITHIN_S, "its other source")
        wait_until(lambda: told(box, "closed") == ["yard"], WITHIN_S, "the end of what was open")

        assert run.child == child
        assert _openings(run, "gate") == 1
        assert _openings(run, "yard") == 1
        wait_until(lambda: _camera_rows(box) == ["gate", "dock"], WITHIN_S, "their figures")
    # The camera that was given another source goes on with what was open at it.
    assert sorted(told(box, "opened")) == ["dock", "gate", "yard"]
    assert run.logged("reader_crashed") + run.logged("pipeline_crashed") == []


def _camera_rows(box: Box) -> list[str]:
    text = (box.folder / "stores" / "cameras.json").read_text(encoding="utf-8")
    return [row["id"] for row in json.loads(text)]


def test_events_after_a_change_name_the_configuration_they_were_judged_by(box: Box) -> None:
    with running(box) as run:
        run.await_event("incident_opened", times=2)
        _change(box, run, live("gate", "walk.mp4"))
        wait_until(lambda: told(box, "closed") == ["yard"], WITHIN_S, "the end of what was open")
    assert len(_hashes(box, "opened")) == 1
    assert len(_hashes(box, "opened") | _hashes(box, "closed")) == 2


def _hashes(box: Box, change: str) -> set[str]:
    db = sqlite3.connect(box.folder / "stores" / "outbox.db")
    rows = db.execute(
        "SELECT json_extract(payload, '$.config_sha256') FROM message"
        " WHERE json_extract(payload, '$.change') = ?",
        (change,),
    ).fetchall()
    db.close()
    return {str(row[0]) for row in rows}


def test_a_file_with_mistakes_is_refused_whole_and_the_mended_one_is_taken(box: Box) -> None:
    with running(box) as run:
        run.await_event("engine_started")
        child = run.child
        box.write(live("gate", "walk.mp4", colour="red"), live("dock", "walk.mp4"))
        refused = run.await_event("configuration_refused")
        assert "colour: unknown key" in str(refused["reason"])
        assert run.logged("cameras_changed") == []
        _change(box, run, live("gate", "walk.mp4"), live("dock", "walk.mp4"))
        assert run.await_event("cameras_changed")["added"] == ["dock"]
        assert run.child == child


def test_a_setting_of_the_whole_site_starts_the_box_anew(box: Box) -> None:
    with running(box) as run:
        run.await_event("incident_opened", times=2)
        child = run.child
        changed = _change(
            box, run, live("gate", "walk.mp4"), live("yard", "walk.mp4"), site="quarry"
        )
        assert changed["starts_anew_for"] == ["site"]
        run.await_event("engine_started", times=2)
        assert run.child != child
    assert sorted(told(box, "opened")) == ["gate", "yard"]


def test_a_new_password_is_a_change_of_its_camera(box: Box) -> None:
    secret = box.folder / "dock.password"
    secret.write_text("first\n")
    source = {"kind": "rtsp", "host": "127.0.0.1", "port": 9, "path": "/live"}
    source |= {"user": "patrol", "password_file": "dock.password"}
    box.write(live("gate", "walk.mp4"), camera("dock", "none", source=source, mode="live"))
    with running(box) as run:
        run.await_event("engine_started")
        fresh = box.folder / "fresh"
        fresh.write_text("second\n")
        fresh.replace(secret)
        assert run.await_event("cameras_changed")["reconnected"] == ["dock"]
        assert "second" not in "".join(run.lines)
