import json
import socket
import urllib.request
from pathlib import Path

import pytest
from boxes import Box, Settings, camera
from browser import ARTEFACTS, HAND_HELD, chromium
from rtsp_cameras import PATH, RtspCamera, need_rtsp_server
from running_boxes import ALWAYS, WITHIN_S, live, running
from waiting import wait_until

from edge.testing.painted_film import write_film

PASSWORD = "geheim/p@ss"  # noqa: S105 - of a camera that this test plugs in


def _get(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return str(answer.read().decode())


def _rtsp(box: Box, port: int) -> Settings:
    (box.folder / "dock.password").write_text(PASSWORD + "\n")
    source = {"kind": "rtsp", "host": "127.0.0.1", "port": port, "path": f"{PATH}?token=geheim2"}
    source |= {"user": "patrol", "password_file": "dock.password"}
    return camera("dock", "unused", source=source, mode="live")


@pytest.mark.browser
def test_the_page_fits_a_phone_and_neither_it_nor_log_nor_metrics_tell_a_secret(
    tmp_path: Path,
) -> None:
    need_rtsp_server()
    box = Box(tmp_path / "box")
    port = box.status_port
    write_film(box.folder / "walk.mp4", 10, (ALWAYS,))
    film = write_film(box.folder / "dock.mp4", 30)
    rtsp = RtspCamera(film, credential=("patrol", PASSWORD))
    gone = camera("gone", "none.mp4", mode="live")
    box.write(live("gate", "walk.mp4"), _rtsp(box, rtsp.port), gone)
    try:
        with running(box) as run:
            run.await_event("incident_opened")
            wait_until(
                lambda: (
                    'patrol_camera_frames_out_total{camera="gate"} 0.0'
                    not in _get(port, "/metrics")
                ),
                WITHIN_S,
                "analysed pictures",
            )
            told = _get(port, "/") + _get(port, "/metrics")
            _look(port)
            told += "".join(run.lines)
    finally:
        rtsp.unplug()
    for line in run.lines:
        json.loads(line)
    assert "疑似人员闯入危险区域" in told
    assert 'patrol_camera_state{camera="gone",state="offline"} 1.0' in told
    assert "geheim" not in told


def _look(port: int) -> None:
    width, height = HAND_HELD
    with chromium() as browser:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(f"http://127.0.0.1:{port}/")
        page.get_by_role("heading", name="摄像机").wait_for()
        ARTEFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTEFACTS / "edge-status.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert complaints == []


def test_a_box_without_a_page_listens_nowhere(tmp_path: Path) -> None:
    box = Box(tmp_path / "box")
    write_film(box.folder / "walk.mp4", 10)
    box.write(live("gate", "walk.mp4"), status={"enabled": False, "port": box.status_port})
    with running(box) as run:
        run.await_event("engine_started")
        wait_until((box.folder / "stores" / "cameras.json").exists, WITHIN_S, "figures")
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", box.status_port)) != 0
        assert run.logged("status_page_on") == []
