"""Disks that are really full or really read-only, for tests that run as root in a container."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(place: Path, size_kib: int) -> Iterator[Path]:
    """Mount a file system of that size until the end of the block; skip where that is forbidden."""
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={size_kib}k", "tmpfs", str(place)]
    _try(words)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Let another program's file take all that is left; return it."""
    ballast = disk / "of others"
    handle = os.open(ballast, os.O_CREAT | os.O_WRONLY)
    try:
        while True:
            os.write(handle, b"x" * 4096)
    except OSError as fault:
        if fault.errno != errno.ENOSPC:
            raise
    finally:
        os.close(handle)
    return ballast


def make_read_only(place: Path) -> None:
    """Let a mounted disk take nothing any more, as a kernel does that found it damaged."""
    _try(["mount", "-o", "remount,ro", str(place)])


def _try(words: list[str]) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk of the test's own can be mounted here: {done.stderr.strip()}")
