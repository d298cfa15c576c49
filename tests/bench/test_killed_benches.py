"""What a bench has started ends with it, however it ends: nothing is left to spoil the next one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from boxes import Box
from rendered_films import render
from rtsp_cameras import need_rtsp_server
from waiting import wait_until

from edge.bench.processes import tree

BENCHES = {
    "box": "from edge.bench.box import running\nwith running(Path(sys.argv[1])): wait()",
    "rtsp": "from edge.bench.rtsp import serving\nwith serving(Path(sys.argv[1]), 'h264'): wait()",
    "child": "from edge.bench.tied import tied\nsubprocess.run(tied(['sleep', '600']))",
}
BEGIN = """
import subprocess, sys, threading
from pathlib import Path
def wait():
    print("up", flush=True)
    threading.Event().wait(600)
"""


def _is_alive(process: int) -> bool:
    """Whether it runs; one that has ended and that nobody has asked about counts as ended."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def _children_of_killed(bench: str, words: list[str], by: signal.Signals, fewest: int) -> set[int]:
    """Start a bench, kill it when it has so many descendants, and return them."""
    command = [sys.executable, "-P", "-c", BEGIN + BENCHES[bench], *words]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as one:
        wait_until(lambda: len(_ready(one.pid)) >= fewest, 60)
        children = _ready(one.pid)
        os.kill(one.pid, by)
    return children


def _ready(bench: int) -> set[int]:
    """Return its descendants that have become what they were started for."""
    found = tree(bench) - {bench}
    if any(b"edge.bench.tied" in _command(process) for process in found):
        return set()
    return found


def _command(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("bench", ["box", "rtsp", "child"])
def test_nothing_that_a_killed_bench_started_is_left(
    bench: str, by: signal.Signals, tmp_path: Path
) -> None:
    words, fewest = [], 1
    if bench == "rtsp":
        need_rtsp_server()
        words = [str(render(tmp_path / "a.mp4"))]
    elif bench == "box":
        box = Box(tmp_path / "box")
        film = render(box.folder / "a.mp4")
        source = {"kind": "file", "path": film.name, "loop": True}
        hazards = [{"id": "PPE-01"}]
        box.write({"id": "gate", "source": source, "mode": "live", "hazards": hazards})
        # The parent, and the child that it watches.
        words, fewest = [str(box.config)], 2
    children = _children_of_killed(bench, words, by, fewest)
    wait_until(lambda: not any(_is_alive(child) for child in children), 20)
