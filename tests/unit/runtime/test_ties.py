"""A child ends with its parent, and knows one that has gone from one that is process 1."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from boxes import Box, camera
from waiting import wait_until

from edge.runtime.ties import VARIABLE, environment, parent_of
from edge.testing.painted_film import write_film

TIED = """
import os, time
from edge.runtime.ties import die_with, parent_of
print(die_with(parent_of(os.environ)), os.getpid(), flush=True)
time.sleep(60)
"""


def _said(named: int) -> str:
    words = [sys.executable, "-P", "-c", TIED]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env=os.environ | {VARIABLE: str(named)}
    ) as child:
        assert child.stdout is not None
        said = child.stdout.readline()
        child.kill()
    return said.split()[0]


def test_a_child_knows_whether_its_parent_is_still_there() -> None:
    assert environment() == {VARIABLE: str(os.getpid())}
    assert _said(os.getpid()) == "True"
    assert _said(1 if os.getpid() != 1 else 2) == "False"


def test_a_child_that_nobody_named_a_parent_to_belongs_to_whoever_started_it() -> None:
    assert parent_of({}) == os.getppid()
    assert parent_of({VARIABLE: "4711"}) == 4711


def test_a_child_ends_when_its_parent_is_killed() -> None:
    words = [sys.executable, "-P", "-c", TIED]
    start = f"import subprocess; subprocess.run({words!r})"
    with subprocess.Popen(
        [sys.executable, "-P", "-c", start], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        is_tied, child = parent.stdout.readline().split()
        parent.kill()
    assert is_tied == "True"
    stat = Path(f"/proc/{child}/stat")
    wait_until(lambda: not stat.exists() or ") Z " in stat.read_text(), 20)


def test_a_box_runs_as_process_1_as_in_a_container(tmp_path: Path) -> None:
    inside = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
    probe = subprocess.run([*inside, "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"no process numbers of its own here: {probe.stderr.decode().strip()}")
    box = Box(tmp_path / "box")
    write_film(box.folder / "walk.mp4", 2)
    box.write(camera("gate", "walk.mp4"))
    words = [sys.executable, "-m", "patrol", "edge", "run", "--once", "--config", "site.yaml"]
    done = subprocess.run(
        [*inside, *words], cwd=box.folder, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr
