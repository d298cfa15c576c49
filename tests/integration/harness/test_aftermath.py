"""What a killed test leaves is cleared away: its programs, what it mounted, its folder."""

import os
import subprocess
import sys
from pathlib import Path

import aftermath
import pytest
from aftermath import MARK, clear, mounts_below, programs_of
from waiting import wait_until

_TEST = """
import os, pathlib, subprocess, sys
from chain import open_folder
with open_folder() as folder:
    subprocess.Popen(["sleep", "1000"], start_new_session=True)
    (folder / "a file").write_text("kept by nobody")
    print(folder, flush=True)
    os.kill(os.getpid(), int(sys.argv[1]))
"""


@pytest.mark.parametrize("signal", [0, 9], ids=["ends", "is-killed"])
def test_nothing_is_left_of_a_test_that(signal: int) -> None:
    searched = [str(Path(aftermath.__file__).parent), os.environ.get("PYTHONPATH", "")]
    told = subprocess.run(
        [sys.executable, "-c", _TEST, str(signal)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, searched))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == -signal, told.stderr
    folder = Path(told.stdout.strip())
    assert folder.name.startswith("patrol-chain-")
    wait_until(lambda: not folder.exists(), 30, "the folder is removed")
    assert programs_of(folder) == []


def test_only_the_marked_programs_are_ended(tmp_path: Path) -> None:
    folder, other = tmp_path / "chain", tmp_path / "chain-2"
    folder.mkdir()
    marked, spared = (
        subprocess.Popen(["sleep", "1000"], env=os.environ | {MARK: str(place)})
        for place in (folder, other)
    )
    try:
        wait_until(lambda: programs_of(folder) == [marked.pid])
        clear(folder)
        assert marked.wait(10) == -9
        assert spared.poll() is None
        assert not folder.exists()
    finally:
        for one in (marked, spared):
            one.kill()
            one.wait()


def test_what_was_mounted_below_is_unmounted(tmp_path: Path) -> None:
    folder = tmp_path / "chain"
    disk = folder / "edge" / "stores"
    disk.mkdir(parents=True)
    words = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("no disk of the test's own can be mounted here")
    assert mounts_below(folder) == [disk]
    clear(folder)
    assert mounts_below(folder) == []
    assert not folder.exists()
