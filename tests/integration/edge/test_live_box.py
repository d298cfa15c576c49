import json
import os
import signal
from pathlib import Path

import pytest
from boxes import Box, camera
from rtsp_cameras import PATH, RtspCamera, need_rtsp_server
from running_boxes import ALWAYS, WITHIN_S, Running, live, told
from running_boxes import running as running_box
from waiting import wait_until

from edge.testing.painted_film import write_film


@pytest.fixture
def box(tmp_path: Path) -> Box:
    made = Box(tmp_path / "box")
    write_film(made.folder / "walk.mp4", 10, (ALWAYS,))
    return made.write(live("gate", "walk.mp4"))


def _opened(box: Box) -> int:
    return len(told(box, "opened"))


def test_restarts_in_a_steady_scene_open_no_second_incident(box: Box) -> None:
    with running_box(box) as running:
        running.await_event("incident_opened")
    for _ in range(2):
        with running_box(box) as running:
            running.await_event("camera_condition_changed", times=2)
            _await_analysed(box, at_least=60)
    assert _opened(box) == 1


def _await_analysed(box: Box, at_least: int) -> None:
    figures = box.folder / "stores" / "cameras.json"
    wait_until(
        lambda: (
            json.loads(figures.read_text())[0]["frames"] >= at_least
            and json.loads(figures.read_text())[0]["failure"] is None
        ),
        WITHIN_S,
        f"{at_least} frames",
    )


def test_a_bad_configuration_at_a_reload_leaves_the_box_running_as_it_was(box: Box) -> None:
    with running_box(box) as running:
        running.await_event("engine_started")
        child = running.child
        good = box.config.read_text()
        box.config.write_text(good + "colour: red\n")
        running.process.send_signal(signal.SIGHUP)
        refused = running.await_event("configuration_refused")
        assert "colour: unknown key" in str(refused["reason"])
        assert running.child == child

        box.config.write_text(good.replace("site: yard", "site: quarry"))
        running.process.send_signal(signal.SIGHUP)
        running.await_event("configuration_accepted")
        running.await_event("engine_started", times=2)
        assert running.child != child


def test_a_crash_while_the_file_is_broken_goes_on_with_the_last_good_one(box: Box) -> None:
    with running_box(box) as running:
        wait_until((box.folder / "stores" / "config" / "last-good").is_dir, WITHIN_S, "a start")
        text = box.config.read_text()
        box.config.write_text(text[: len(text) // 2])
        os.kill(running.child, signal.SIGKILL)
        refused = running.await_event("configuration_refused")
        assert "last-good" in str(refused["instead"])
        running.await_event("engine_started", times=2)


def test_a_parent_that_is_killed_takes_its_child_with_it(box: Box) -> None:
    running = Running(box)
    try:
        running.await_event("engine_started")
        child = running.child
        running.process.kill()
        wait_until(lambda: not _is_alive(child), WITHIN_S, "the child's end")
    finally:
        running.end()
    with running_box(box) as again:
        again.await_event("engine_started")


def _is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_a_live_camera_that_is_not_there_does_not_stop_another(box: Box) -> None:
    box.write(live("lost", "nothing.mp4"), live("gate", "walk.mp4"))
    with running_box(box) as running:
        running.await_event("incident_opened")
        offline = [
            one
            for one in running.logged("camera_condition_changed")
            if (one["camera"], one["condition"]) == ("lost", "offline")
        ]
        assert offline


def test_a_stream_that_goes_away_and_returns_goes_on_and_its_password_is_told_nobody(
    box: Box,
) -> None:
    need_rtsp_server()
    password = "p@:/?#%^&+"  # noqa: S105 - of a camera that this test plugs in
    film = write_film(box.folder / "camera.mp4", 60, (ALWAYS,))
    rtsp = RtspCamera(film, credential=("patrol", password))
    (box.folder / "gate.password").write_text(password + "\n")
    source = {"kind": "rtsp", "host": "127.0.0.1", "port": rtsp.port, "path": PATH}
    source |= {"user": "patrol", "password_file": "gate.password"}
    box.write(camera("gate", "unused", source=source, mode="live"))
    try:
        with running_box(box) as running:
            running.await_event("incident_opened")
            rtsp.unplug()
            wait_until(lambda: "offline" in _conditions(running), WITHIN_S, "being offline")
            rtsp.plug_in()
            wait_until(lambda: _conditions(running)[-1] == "ok", WITHIN_S, "being back")
        assert _opened(box) == 1
        assert password not in "".join(running.lines)
    finally:
        rtsp.unplug()
    for file in (box.folder / "stores").rglob("*"):
        assert not file.is_file() or password.encode() not in file.read_bytes()


def _conditions(running: Running) -> list[object]:
    return [one["condition"] for one in running.logged("camera_condition_changed")]
