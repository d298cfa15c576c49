"""`patrol demo` as a user runs it: from any folder, once or until Ctrl-C."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from chain import cut_of_the_street, open_folder, patrol
from ports import free_port
from waiting import wait_until

from server.demo.chain import PATROL
from server.demo.officer import Officer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

LINE = [
    "cameras",
    "incidents",
    "leads",
    "tasks",
    "transfers",
    "documents",
    "lost",
    "duplicates",
    "evidence",
]


@pytest.fixture
def home() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


def _films(folder: Path) -> tuple[Path, Path]:
    """A film that breaks off, and one whose picture grows in the middle."""
    broken = cut_of_the_street(folder / "broken.avi", 9)
    data = broken.read_bytes()
    broken.write_bytes(data[: len(data) * 2 // 3])
    h264 = ("-c:v", "libx264", "-preset", "ultrafast")
    small = cut_of_the_street(folder / "small.ts", 3, "-vf", "scale=416:312", *h264)
    large = cut_of_the_street(folder / "large.ts", 3, *h264)
    growing = folder / "growing.ts"
    growing.write_bytes(small.read_bytes() + large.read_bytes())
    return broken, growing


def test_once_reads_films_that_break_off_and_grow_and_loses_nothing(
    home: Path, tmp_path: Path
) -> None:
    broken, growing = _films(tmp_path)
    words = ["--once", "--video", broken.name, "--video", str(growing), "--home", str(home)]
    done = patrol("demo", *words, cwd=tmp_path, timeout_s=240)
    assert done.returncode == 0, done.stderr
    (last,) = done.stdout.splitlines()
    line = json.loads(last)
    assert list(line) == LINE
    assert [camera["source"] for camera in line["cameras"]] == ["broken.avi", "growing.ts"]
    for camera in line["cameras"]:
        assert list(camera) == ["id", "source", "frames", "seconds"]
    assert 0 < line["cameras"][0]["frames"] < 90
    assert line["cameras"][1]["frames"] == 60
    for incident in line["incidents"]:
        assert list(incident) == ["id", "hazard", "camera", "start_s", "end_s", "severity"]
        assert 0 <= incident["start_s"] <= incident["end_s"] <= 9
    assert line["leads"] >= 1
    assert line["tasks"] == len(line["documents"]) == 1
    assert Path(line["documents"][0]).is_file()
    assert (line["lost"], line["duplicates"]) == (0, 0)
    assert line["evidence"]["files"] == line["evidence"]["verified"] >= 4
    assert "broken.avi" in done.stderr
    assert "Traceback" not in done.stderr
    assert _of(home) == {}


def test_a_demo_that_stays_tells_its_link_and_leads_and_leaves_nothing_behind(
    home: Path, tmp_path: Path
) -> None:
    film = cut_of_the_street(tmp_path / "street.avi", 8)
    words = ["--video", str(film), "--port", str(free_port()), "--home", str(home)]
    with _staying(tmp_path, *words) as (demo, told):
        wait_until(lambda: "线索 lead:" in told(), 120, "the first lead")
        link = re.search(r"(http://127\.0\.0\.1:\d+)/sign-in#token=(\S+)", told())
        assert link, told()
        with Officer(link[1]) as user:
            user.sign_in(link[2])
            assert user.leads()
        running = _of(home)
        for part in ("mosquitto", "postgres", "server run", "edge run"):
            assert any(part in words for words in running.values()), running
        pids = set(running) | {child for pid in running for child in _children(pid)}
        demo.send_signal(signal.SIGINT)
        assert demo.wait(60) == 0, told()
    assert told().splitlines()[-1] == "stopped"
    assert "Traceback" not in told()
    assert [pid for pid in pids if _is_alive(pid)] == []
    assert _of(home) == {}


@contextmanager
def _staying(
    cwd: Path, *words: str
) -> Iterator[tuple["subprocess.Popen[bytes]", Callable[[], str]]]:
    """Run the demo with its own words in a file, as a terminal would show them."""
    out = cwd / "demo.out"
    environment = {k: v for k, v in os.environ.items() if "DISPLAY" not in k}
    with out.open("wb") as file:
        demo = subprocess.Popen(
            [*PATROL, "demo", *words], cwd=cwd, stdout=file, stderr=file, env=environment
        )
    try:
        yield demo, lambda: out.read_text(encoding="utf-8")
    finally:
        if demo.poll() is None:
            demo.terminate()
            demo.wait(60)


def _of(home: Path) -> dict[int, str]:
    """Return every process whose command line names the demo's folder."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode("latin-1").replace("\0", " ")
        except OSError:
            continue
        # What clears away after a killed test waits for this process to end.
        if str(home) in words and " demo " not in words and "aftermath.py" not in words:
            found[int(path.parent.name)] = words
    return found


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(child) for child in listed]


def _is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
