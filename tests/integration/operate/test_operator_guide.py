"""`docs/guides/edge-operator.md`, followed by somebody who only copies its blocks."""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import cv2
import pytest
from ports import free_port
from rtsp_cameras import PATH, RtspCamera, need_rtsp_server
from running_boxes import ALWAYS
from waiting import wait_until

from edge.testing.painted_film import write_film

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "guides" / "edge-operator.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"```(sh|yaml)\n(.*?)```", re.DOTALL)
WITHIN_S = 90.0


class Follower:
    """Somebody with a camera of their own, in an empty folder."""

    def __init__(self, folder: Path, camera: RtspCamera) -> None:
        self.folder, self.camera = folder, camera
        self.said = ""
        self.box: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    def follow(self, kind: str, block: str) -> None:
        block = block.replace("/Streaming/Channels/101", PATH).replace("192.0.2.10", "127.0.0.1")
        block = block.replace("port: 554", f"port: {self.camera.port}")
        block = block.replace("port: 9180", f"port: {self.port}")
        if kind == "yaml":
            (self.folder / block.splitlines()[0].removeprefix("# ")).write_text(block, "utf-8")
        elif block.startswith("patrol edge run"):
            self._start(block)
        else:
            done = self._shell(block)
            assert done.returncode == 0, done.stdout
            self.said += done.stdout

    def page(self) -> str:
        assert "<http://127.0.0.1:9180/>" in GUIDE
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10) as answer:
            return str(answer.read().decode())

    def shows(self, *words: str) -> bool:
        try:
            page = self.page()
        except OSError:
            return False
        return all(word in page for word in words)

    def stop(self) -> None:
        if self.box is not None:
            os.killpg(self.box.pid, signal.SIGTERM)
            assert self.box.wait(WITHIN_S) == 0

    def _start(self, block: str) -> None:
        with (self.folder / "log").open("wb") as log:
            self.box = subprocess.Popen(
                ["bash", "-c", f"exec {block}"],
                cwd=self.folder,
                env=_environment(),
                stderr=log,
                start_new_session=True,
            )

    def _shell(self, block: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-ec", block],
            cwd=self.folder,
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


def _environment() -> dict[str, str]:
    return os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_who_follows_the_guide_sees_the_box_at_work(tmp_path: Path) -> None:
    need_rtsp_server()
    password = re.search(r"printf '%s\\n' '(.*?)'", GUIDE)
    assert password is not None
    minutes = _over_and_over(write_film(tmp_path / "film.mp4", 24, (ALWAYS,), (640, 480)), 10)
    camera = RtspCamera(minutes, credential=("patrol", password[1]))
    folder = tmp_path / "box"
    folder.mkdir()
    follower = Follower(folder, camera)
    try:
        for kind, block in _BLOCK.findall(GUIDE):
            follower.follow(kind, block)
        wait_until(
            lambda: follower.shows(
                "正常 · ok", "危险区、灭火器", "ZONE-01 FIRE-01 FIRE-02 FIRE-12"
            ),
            WITHIN_S,
            (folder / "log").read_text("utf-8"),
        )
        log = (folder / "log").read_text("utf-8")
    finally:
        follower.stop()
        camera.unplug()
    assert "gate: pictures/gate.jpg: 危险区, 灭火器" in follower.said
    assert "fit to be watched" in follower.said
    assert "FIRE-12 stays off" not in log
    assert password[1] not in follower.said + log
    assert cv2.imread(str(folder / "pictures" / "gate.jpg")) is not None
    assert (folder / "stores" / "taught" / "gate").is_dir()


def _over_and_over(film: Path, times: int) -> Path:
    """Join a film to itself: to paint as much would take longer than the test."""
    longer = film.with_name("camera.mp4")
    words = ["-stream_loop", str(times - 1), "-i", str(film), "-c", "copy", str(longer)]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *words], check=True)
    return longer
