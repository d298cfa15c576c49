import json
import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from boxes import Box, Settings, camera
from rtsp_cameras import PATH, RtspCamera, need_rtsp_server
from waiting import wait_until

from edge.testing.painted_film import Visit, write_film

ALWAYS = Visit(begin_s=0.0, end_s=1000.0)
WITHIN_S = 60.0


@pytest.fixture
def box(tmp_path: Path) -> Box:
    made = Box(tmp_path / "box")
    write_film(made.folder / "walk.mp4", 10, (ALWAYS,))
    return made.write(_live("gate", "walk.mp4"))


def _live(name: str, film: str, **changes: object) -> Settings:
    source = {"kind": "file", "path": film, "loop": True}
    return camera(name, film, source=source, mode="live", **changes)


class Running:
    """A box that runs, and the lines it has logged so far."""

    def __init__(self, box: Box, *words: str) -> None:
        self.process = box.start(*words)
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.lines.extend(iter(self.process.stderr.readline, ""))

    def logged(self, event: str) -> list[Settings]:
        parsed = [json.loads(line) for line in list(self.lines) if line.startswith("{")]
        return [one for one in parsed if one["event"] == event]

    def await_event(self, event: str, times: int = 1) -> Settings:
        wait_until(lambda: len(self.logged(event)) >= times, WITHIN_S, f"{event} x {times}")
        return self.logged(event)[-1]

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join(WITHIN_S)
        assert self.process.stderr is not None
        self.process.stderr.close()

    @property
    def child(self) -> int:
        pid = self.process.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()[0])


@contextmanager
def _running(box: Box, *words: str) -> Iterator[Running]:
    running = Running(box, *words)
    try:
        yield running
        running.process.terminate()
        assert running.process.wait(WITHIN_S) == 0, "".join(running.lines)
    finally:
        running.end()


def _opened(box: Box) -> int:
    db = sqlite3.connect(box.folder / "stores" / "outbox.db")
    found = db.execute(
        "SELECT count(*) FROM message WHERE json_extract(payload, '$.change') = 'opened'"
    ).fetchone()
    db.close()
    return int(found[0])


def test_restarts_in_a_steady_scene_open_no_second_incident(box: Box) -> None:
    with _running(box) as running:
        running.await_event("incident_opened")
    for _ in range(2):
        with _running(box) as running:
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
    with _running(box) as running:
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
    with _running(box) as running:
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
    with _running(box) as again:
        again.await_event("engine_started")


def _is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_a_live_camera_that_is_not_there_does_not_stop_another(box: Box) -> None:
    box.write(_live("lost", "nothing.mp4"), _live("gate", "walk.mp4"))
    with _running(box) as running:
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
        with _running(box) as running:
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
