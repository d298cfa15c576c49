"""An RTSP server with one film, whose own processor time is known."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import edge.testing
from edge.bench.processes import cpu_seconds
from edge.bench.tied import tied
from edge.errors import EdgeError

_PYTHON = "/usr/bin/python3"
_SCRIPT = Path(edge.testing.__file__).parent / "rtsp_server.py"
PATH = "/live"


@dataclass(frozen=True, slots=True)
class RtspServer:
    """A running server."""

    port: int
    process: int

    @property
    def cpu_s(self) -> float:
        """Processor seconds it took so far."""
        return cpu_seconds(self.process)


@contextmanager
def serving(film: Path, codec: str) -> Iterator[RtspServer]:
    """Serve a film to any number of cameras.

    Raises:
        EdgeError: Debian's GStreamer server is not installed.
    """
    words = [_PYTHON, str(_SCRIPT), str(film), {"hevc": "h265"}.get(codec, codec), "0"]
    process = subprocess.Popen(  # noqa: S603
        tied(words),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        said = "" if process.stdout is None else process.stdout.readline().strip()
        if not said.isdigit():
            raise EdgeError(
                "no RTSP server: apt-get install python3-gi gir1.2-gst-rtsp-server-1.0 "
                "gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad"
            )
        yield RtspServer(int(said), process.pid)
    finally:
        process.kill()
        process.communicate()
