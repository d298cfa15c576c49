import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from boxes import Box, Settings, camera
from ports import free_port
from waiting import wait_until

from edge.testing.painted_film import Visit, write_film
from edge.video.probe import probe

VISIT = Visit(begin_s=2.0, end_s=10.0)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path / "box")


def _events(box: Box) -> list[Settings]:
    db = sqlite3.connect(box.folder / "stores" / "outbox.db")
    rows = db.execute(
        "SELECT payload FROM message WHERE channel = 'incident' ORDER BY position"
    ).fetchall()
    db.close()
    return [json.loads(row[0]) for row in rows]


def _comparable(events: list[Settings]) -> str:
    aside = ("sent_at", "message_no", "boot", "clock")
    kept = [{k: v for k, v in event.items() if k not in aside} for event in events]
    return json.dumps(sorted(kept, key=lambda event: (str(event["incident_id"]), event["seq"])))


def test_a_visit_to_the_zone_is_one_incident_with_its_evidence(box: Box) -> None:
    write_film(box.folder / "walk.mp4", 14, (VISIT,))
    box.write(camera("gate", "walk.mp4"))
    done = box.run_once()
    assert done.returncode == 0, done.stderr
    found = box.report()
    (incident,) = found["incidents"]
    assert (incident["hazard"], incident["camera"], incident["zone"]) == ("ZONE-01", "gate", "pit")
    assert incident["start_s"] == pytest.approx(2.0, abs=0.3)
    assert incident["end_s"] == pytest.approx(10.0, abs=0.3)
    assert [event["seq"] for event in found["events"]] == [1, 2]
    kinds = sorted(str(file["kind"]) for file in found["evidence"])
    assert kinds == ["clip_original", "clip_shown", "frame_original", "frame_shown"]
    for numbers in found["message_numbers"].values():  # type: ignore[attr-defined]
        assert numbers == list(range(1, len(numbers) + 1))


def test_a_replay_analyses_every_frame_of_every_camera(box: Box) -> None:
    for name, lasting_s in (("a.mp4", 6), ("b.mp4", 9)):
        write_film(box.folder / name, lasting_s)
    box.write(camera("gate", "a.mp4"), camera("yard", "b.mp4"))
    assert box.run_once().returncode == 0
    for row, name in zip(box.report()["cameras"], ("a.mp4", "b.mp4"), strict=True):
        packets = probe(box.folder / name).packets
        assert (row["frames"], row["packets"], row["dropped"]) == (packets, packets, 0)


def test_the_same_film_twice_gives_the_same_events_byte_for_byte(tmp_path: Path) -> None:
    said: list[str] = []
    port = free_port()
    for name in ("one", "two"):
        box = Box(tmp_path / name, status_port=port)
        write_film(box.folder / "walk.mp4", 14, (VISIT,))
        box.write(camera("gate", "walk.mp4"))
        assert box.run_once().returncode == 0
        said.append(_comparable(_events(box)))
    assert said[0] == said[1]
    assert '"opened"' in said[0]


def test_a_second_run_on_the_same_stores_tells_nothing_twice(box: Box) -> None:
    write_film(box.folder / "walk.mp4", 14, (VISIT,))
    box.write(camera("gate", "walk.mp4"))
    assert box.run_once().returncode == 0
    first = box.report()["events"]
    assert box.run_once().returncode == 0
    assert box.report()["events"] == first


def test_a_child_killed_in_the_middle_is_started_again_and_nothing_is_lost_or_doubled(
    tmp_path: Path,
) -> None:
    visits = (VISIT, Visit(50.0, 58.0))
    calm = Box(tmp_path / "calm")
    write_film(calm.folder / "walk.mp4", 90, visits)
    calm.write(camera("gate", "walk.mp4"))
    assert calm.run_once().returncode == 0

    box = Box(tmp_path / "killed", status_port=calm.status_port)
    write_film(box.folder / "walk.mp4", 90, visits)
    box.write(camera("gate", "walk.mp4"))
    running = box.start("--once")
    try:
        wait_until(lambda: _has_event(box), 60, "a first event")
        child = _child_of(running.pid)
        os.kill(child, signal.SIGKILL)
        _, said = running.communicate(timeout=90)
    finally:
        running.kill()
    assert running.returncode == 0, said
    assert "child_restarted" in said
    assert _comparable(_events(box)) == _comparable(_events(calm))


def _has_event(box: Box) -> bool:
    try:
        return bool(_events(box))
    except sqlite3.OperationalError:
        return False


def _child_of(parent: int) -> int:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="utf-8")
    return int(children.split()[0])


def test_a_camera_without_its_film_fails_alone_and_says_so(box: Box) -> None:
    write_film(box.folder / "walk.mp4", 14, (VISIT,))
    box.write(camera("lost", "nothing.mp4"), camera("gate", "walk.mp4"))
    done = box.run_once()
    assert done.returncode == 1
    assert "nothing.mp4: there is no such file" in done.stderr
    assert "Traceback" not in done.stderr
    assert [one["camera"] for one in box.report()["incidents"]] == ["gate"]


def test_a_truncated_film_is_analysed_as_far_as_it_goes_and_named(box: Box) -> None:
    whole = write_film(box.folder / "whole.mkv", 20, (VISIT,))
    data = whole.read_bytes()
    (box.folder / "cut.mkv").write_bytes(data[: len(data) * 7 // 10])
    box.write(camera("gate", "cut.mkv"))
    done = box.run_once()
    assert "Traceback" not in done.stderr
    assert "cut.mkv" in done.stderr
    assert "truncated" in done.stderr
    assert len(box.report()["incidents"]) == 1


def test_a_file_without_a_video_stream_is_one_sentence_and_not_zero(box: Box) -> None:
    sound = box.folder / "sound.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine", "-t", "1", str(sound)], check=True
    )
    box.write(camera("gate", "sound.mp4"))
    done = box.run_once()
    assert done.returncode == 1
    assert "sound.mp4" in done.stderr
    assert "no video" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_change_of_resolution_loses_no_frame_and_no_incident(box: Box) -> None:
    small = write_film(box.folder / "small.ts", 8, (Visit(2, 7),))
    large = write_film(box.folder / "large.ts", 8, size=(832, 624))
    (box.folder / "both.ts").write_bytes(small.read_bytes() + large.read_bytes())
    box.write(camera("gate", "both.ts"))
    done = box.run_once()
    assert done.returncode == 0, done.stderr
    found = box.report()
    assert found["cameras"][0]["frames"] == 160
    assert len(found["incidents"]) == 1


def test_a_model_with_one_flipped_byte_is_refused_with_file_and_remedy(box: Box) -> None:
    write_film(box.folder / "walk.mp4", 2)
    box.write(camera("gate", "walk.mp4"))
    data = bytearray(box.model_file.read_bytes())
    data[100] ^= 1
    box.model_file.write_bytes(data)
    done = box.run_once()
    assert done.returncode == 2
    assert str(box.model_file) in done.stderr
    assert "install the package again" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_configuration_is_refused_whole_with_every_mistake(box: Box) -> None:
    box.write(
        camera("gate", "walk.mp4", zones=[{"id": "pit", "points": [[0, 0], [1.5, 1]]}], colour=1)
    )
    done = box.run_once()
    assert done.returncode == 2
    assert "site.yaml" in done.stderr
    assert "colour" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_boxes_never_run_on_the_same_stores(box: Box) -> None:
    write_film(box.folder / "walk.mp4", 10)
    looped = {"kind": "file", "path": "walk.mp4", "loop": True}
    box.write(camera("gate", "walk.mp4", source=looped, mode="live"))
    running = box.start()
    try:
        wait_until((box.folder / "stores" / "config" / "last-good").is_dir, 60, "a start")
        done = box.patrol("edge", "run", "--config", "site.yaml")
        assert done.returncode == 2
        assert "is in use by another patrol edge run" in done.stderr
        running.terminate()
        _, said = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode == 0, said
    assert "engine_stopped" in said


def test_the_running_box_has_loaded_neither_training_tools_nor_server_code(box: Box) -> None:
    write_film(box.folder / "walk.mp4", 2)
    box.write(camera("gate", "walk.mp4"))
    program = (
        "import sys\n"
        "from edge.cli import main\n"
        "code = main(['edge', 'run', '--child', '--once', '--config', 'site.yaml'])\n"
        "tops = {name.partition('.')[0] for name in sys.modules}\n"
        "print(code, sorted(tops & {'torch', 'ultralytics', 'server', 'fastapi', 'sqlalchemy'}))\n"
        "print('edge.testing' in sys.modules, 'onnxruntime' in tops)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=box.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.splitlines() == ["0 []", "False True"], done.stderr


def test_what_could_not_be_brought_to_the_server_is_counted_and_not_zero(box: Box) -> None:
    write_film(box.folder / "walk.mp4", 14, (VISIT,))
    (box.folder / "credential.json").write_text('{"device": "box-1", "secret": "s3cret"}')
    nowhere = {
        "broker": {"host": "127.0.0.1", "port": 9},
        "server": "http://127.0.0.1:9",
        "credential_file": "credential.json",
    }
    box.write(camera("gate", "walk.mp4"), link=nowhere)
    done = box.patrol("edge", "run", "--config", "site.yaml", "--once", "--drain-timeout", "3")
    assert done.returncode == 1
    assert "3 messages without the server's receipt, 4 evidence files not uploaded" in done.stderr
    assert "s3cret" not in done.stderr
    assert "Traceback" not in done.stderr
    assert len(box.report()["incidents"]) == 1
