"""`patrol edge replay`: the engine's own journey on a clip, with nothing kept and nobody told."""

import json
from pathlib import Path

import pytest
from boxes import Box, Settings, camera

from edge.testing.painted_film import Visit, write_film

VISIT = Visit(begin_s=2.0, end_s=10.0)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    box = Box(tmp_path / "box")
    write_film(box.folder / "walk.mp4", 14, (VISIT,))
    return box


def replayed(box: Box, *words: str, code: int = 0) -> tuple[dict[str, list[Settings]], str]:
    done = box.patrol("edge", "replay", *words, "--config", "site.yaml", "--json")
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    found: dict[str, list[Settings]] = json.loads(done.stdout)
    return found, done.stderr


def test_it_finds_what_the_box_finds_and_keeps_nothing(box: Box) -> None:
    box.write(camera("gate", "walk.mp4"))
    found, _ = replayed(box, "walk.mp4")
    assert {file.name for file in box.folder.iterdir()} == {"models", "walk.mp4", "site.yaml"}
    assert box.run_once().returncode == 0
    assert found["incidents"] == box.report()["incidents"]
    assert len(found["incidents"]) == 1


def test_it_says_the_same_every_time(box: Box) -> None:
    box.write(camera("gate", "walk.mp4"))
    assert replayed(box, "walk.mp4") == replayed(box, "walk.mp4")


def test_a_live_camera_of_a_box_with_a_server_is_tried_at_a_desk_without_its_secrets(
    box: Box,
) -> None:
    link = {
        "broker": {"host": "broker.bureau.example", "port": 8883, "ca_file": "ca.pem"},
        "server": "https://patrol.bureau.example",
        "credential_file": "credential.json",
    }
    rtsp = {
        "kind": "rtsp",
        "host": "192.0.2.10",
        "user": "patrol",
        "password_file": "gate.password",
    }
    box.write(
        camera("gate", "", source=rtsp, mode="live"),
        camera("yard", "", source=rtsp, mode="live", hazards=[{"id": "FIRE-01"}]),
        link=link,
    )
    found, _ = replayed(box, "walk.mp4", "--camera", "gate")
    assert [(one["camera"], one["start_s"]) for one in found["incidents"]] == [("gate", 2.0)]
    assert replayed(box, "walk.mp4", "--camera", "yard")[0]["incidents"] == []


def test_of_several_cameras_the_one_that_belongs_to_the_clip_is_meant_or_one_is_asked_for(
    box: Box,
) -> None:
    (box.folder / "film").mkdir()
    (box.folder / "walk.mp4").rename(box.folder / "film" / "walk.mp4")
    box.write(camera("gate", "walk.mp4"), camera("yard", "other.mp4"))
    assert replayed(box, "film/walk.mp4")[0]["cameras"][0]["id"] == "gate"
    box.write(camera("gate", "a.mp4"), camera("yard", "b.mp4"))
    done = box.patrol("edge", "replay", "film/walk.mp4", "--config", "site.yaml")
    assert done.returncode == 2
    assert "Name a camera by --camera: gate, yard" in done.stderr
    done = box.patrol(
        "edge", "replay", "film/walk.mp4", "--config", "site.yaml", "--camera", "roof"
    )
    assert done.returncode == 2
    assert "has no camera 'roof'; its cameras are: gate, yard" in done.stderr


def test_a_clip_that_breaks_off_is_played_as_far_as_it_goes_and_is_not_well(box: Box) -> None:
    whole = write_film(box.folder / "whole.mkv", 20, (VISIT,))
    data = whole.read_bytes()
    (box.folder / "cut.mkv").write_bytes(data[: len(data) * 7 // 10])
    box.write(camera("gate", "walk.mp4"))
    found, said = replayed(box, "cut.mkv", code=1)
    assert "cut.mkv: ended after" in said
    assert [one["start_s"] for one in found["incidents"]] == [2.0]
    assert "the file is truncated" in str(found["incomplete"][0])


def test_garbage_inside_a_clip_is_counted_and_is_not_well(box: Box) -> None:
    for kind, complaint in (("mp4", "could not be decoded"), ("mkv", "no picture from 1")):
        data = bytearray(write_film(box.folder / f"whole.{kind}", 20, (VISIT,)).read_bytes())
        middle = len(data) * 3 // 4
        data[middle : middle + 4000] = bytes(4000)
        (box.folder / f"holed.{kind}").write_bytes(data)
        box.write(camera("gate", "walk.mp4"))
        found, said = replayed(box, f"holed.{kind}", code=1)
        assert complaint in said
        assert len(found["incidents"]) == 1


def test_what_is_no_film_is_one_sentence(box: Box) -> None:
    (box.folder / "notes.mp4").write_text("no film")
    box.write(camera("gate", "walk.mp4"))
    found, said = replayed(box, "notes.mp4", code=1)
    assert found["incidents"] == []
    assert "notes.mp4" in said
    done = box.patrol("edge", "replay", "nothing.mp4", "--config", "site.yaml")
    assert done.returncode == 2
    assert "nothing.mp4: there is no such film; mend the path" in done.stderr


def test_evidence_is_made_where_it_is_asked_for_and_never_mixed_with_another_run_s(
    box: Box,
) -> None:
    box.write(camera("gate", "walk.mp4"))
    found, _ = replayed(box, "walk.mp4", "--out", "desk")
    kinds = sorted(str(file["kind"]) for file in found["evidence"])
    assert kinds == ["clip_original", "clip_shown", "frame_original", "frame_shown"]
    assert (box.folder / "desk" / "outbox.db").is_file()
    done = box.patrol("edge", "replay", "walk.mp4", "--config", "site.yaml", "--out", "desk")
    assert done.returncode == 2
    assert "holds the stores of another run; name a new folder" in done.stderr


def test_the_clip_plays_at_the_hour_that_is_asked_for(box: Box) -> None:
    shifts = [{"days": ["every"], "from": "22:00", "to": "06:00"}]
    at_night = [{"id": "ZONE-01", "zones": ["pit"], "when": {"during": ["night"]}}]
    box.write(
        camera("gate", "walk.mp4", hazards=at_night), schedules=[{"id": "night", "shifts": shifts}]
    )
    assert replayed(box, "walk.mp4")[0]["incidents"] == []
    found, _ = replayed(box, "walk.mp4", "--start-at", "2026-03-02T22:30:00+08:00")
    assert [one["start_s"] for one in found["incidents"]] == [2.0]
    done = box.patrol(
        "edge", "replay", "walk.mp4", "--config", "site.yaml", "--start-at", "yesterday"
    )
    assert done.returncode == 2
    assert "--start-at" in done.stderr
