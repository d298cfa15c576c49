"""Real RTSP cameras for tests: GStreamer's server under Debian's own python3."""

import subprocess
import time
from pathlib import Path

import pytest
from ports import free_port

import edge.testing

_PYTHON = "/usr/bin/python3"
_SCRIPT = Path(edge.testing.__file__).parent / "rtsp_server.py"
PATH = "/live"


class RtspCamera:
    """A camera that can be unplugged and come back at the same port."""

    def __init__(
        self,
        film: Path,
        codec: str = "h264",
        credential: tuple[str, str] | None = None,
        port: int | None = None,
    ) -> None:
        self._film, self._codec, self._credential = film, codec, credential
        self.port = free_port() if port is None else port
        self._process: subprocess.Popen[str] | None = None
        self.plug_in()

    def plug_in(self) -> None:
        """Start to serve, each time at the same port."""
        words = [_PYTHON, str(_SCRIPT), str(self._film), self._codec, str(self.port)]
        self._process = subprocess.Popen(
            [*words, *(self._credential or ())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert int(self._process.stdout.readline()) == self.port

    def show(self, film: Path, codec: str = "h264") -> None:
        """Serve another film from the next start on."""
        self._film, self._codec = film, codec

    def unplug(self) -> None:
        """Go away without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def freeze(self) -> None:
        """Stay connected and send nothing any more."""
        assert self._process is not None
        self._process.send_signal(19)

    def thaw(self) -> None:
        """Go on."""
        assert self._process is not None
        self._process.send_signal(18)


def need_rtsp_server() -> None:
    """Skip, loudly, where Debian's GStreamer RTSP server is not installed."""
    probe = "import gi; gi.require_version('GstRtspServer', '1.0')"
    if subprocess.run([_PYTHON, "-c", probe], capture_output=True, check=False).returncode:
        pytest.skip("gir1.2-gst-rtsp-server-1.0 is not installed: no RTSP camera to read")


def mono() -> float:
    """Seconds on the test's own watch."""
    return time.monotonic()
