"""Clears away what a chain of programs leaves, also when the test that ran it was killed itself.

Run as a program it waits until its standard input ends, which the kernel sees to however the one
that started it dies. Then it ends every program that was started for the folder, takes away what is
mounted below it, and removes it.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event

#: Every program of a chain, and whatever these start, carries the chain's folder under this name.
MARK = "PATROL_CHAIN"
_WITHIN_S, _LOOK_S = 20.0, 0.05


@contextmanager
def cleared_afterwards(folder: Path) -> Iterator[None]:
    """Mark what is started meanwhile as the folder's; clear all of it away at the end."""
    watcher = subprocess.Popen(
        [sys.executable, "-I", __file__, str(folder)],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    before = os.environ.get(MARK)
    os.environ[MARK] = str(folder)
    try:
        yield
    finally:
        os.environ.pop(MARK)
        if before is not None:
            os.environ[MARK] = before
        watcher.communicate()


def clear(folder: Path) -> None:
    """End, unmount and remove everything of a folder."""
    deadline = time.monotonic() + _WITHIN_S
    while (alive := programs_of(folder)) and time.monotonic() < deadline:
        for process in alive:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        Event().wait(_LOOK_S)
    for place in mounts_below(folder):
        subprocess.run(["umount", "--lazy", str(place)], check=False)
    shutil.rmtree(folder, ignore_errors=True)


def programs_of(folder: Path) -> list[int]:
    """Return the processes that carry the folder's mark, and a database that works in it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with suppress(OSError):
                if _belongs(entry, folder):
                    found.append(int(entry.name))
    return found


def _belongs(process: Path, folder: Path) -> bool:
    if f"{MARK}={folder}".encode() in (process / "environ").read_bytes().split(b"\0"):
        return True
    # PostgreSQL is started with an environment of its own.
    is_database = (process / "exe").readlink().name == "postgres"
    return is_database and folder in (process / "cwd").readlink().parents


def mounts_below(folder: Path) -> list[Path]:
    """Return the places below a folder that something is mounted on, the innermost first."""
    lines = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    places = [Path(line.split()[1]) for line in lines]
    return sorted((place for place in places if folder in place.parents), reverse=True)


if __name__ == "__main__":
    sys.stdin.read()
    clear(Path(sys.argv[1]))
