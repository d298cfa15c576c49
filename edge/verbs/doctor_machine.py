"""The doctor looks at the machine: program, libraries, cores, memory, clock, stores."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from edge.config import Site
from edge.config.secret_files import password_files
from edge.disk.sqlite_file import beside
from edge.disk.stores import EVIDENCE_DATABASE, OUTBOX, SIGNING_KEY
from edge.fleet.box_clock import ClockReading
from edge.verbs.finding import Finding, bad, watch, well

_LIBRARIES = ("av", "opencv-python", "numpy", "paho-mqtt", "httpx", "cryptography")
#: Any of these runs models.
_RUNTIMES = ("onnxruntime", "onnxruntime-gpu")
_PYTHON = (3, 11)
_CORES, _MEMORY = 2, 2_000_000_000
_FREE_BAD, _FREE_WATCH = 200_000_000, 5_000_000_000
_OTHERS = 0o077


def program() -> Iterator[Finding]:
    """Python and libraries."""
    running = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < _PYTHON:
        yield bad(
            "python", running, "安装 Python 3.11 或更新版本。", "Install Python 3.11 or newer."
        )
    else:
        yield well("python", running)
    have = {name: _version(name) for name in (*_LIBRARIES, *_RUNTIMES)}
    missing = [name for name in _LIBRARIES if have[name] is None]
    if not any(have[name] for name in _RUNTIMES):
        missing.append(_RUNTIMES[0])
    if missing:
        remedy = "pip install 'hazard-patrol[edge]'"
        yield bad("libraries", f"missing: {', '.join(missing)}", f"运行 {remedy}", f"Run {remedy}")
    else:
        yield well("libraries", ", ".join(f"{name} {is_}" for name, is_ in have.items() if is_))


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def machine() -> Iterator[Finding]:
    """Cores and memory."""
    cores = len(os.sched_getaffinity(0))
    if cores < _CORES:
        yield watch(
            "cores",
            str(cores),
            "至少给 2 个核，或减少摄像机。",
            "Give it 2 cores, or fewer cameras.",
        )
    else:
        yield well("cores", str(cores))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    said = f"{memory / 1e9:.1f} GB"
    if memory < _MEMORY:
        yield watch("memory", said, "至少需要 2 GB 内存。", "2 GB of memory are the least.")
    else:
        yield well("memory", said)


def clock(reading: ClockReading) -> Iterator[Finding]:
    """Whether times on events can be trusted."""
    zh, en = "运行 timedatectl set-ntp true 开启校时。", "Run timedatectl set-ntp true."
    if reading.synchronised is None:
        yield watch("clock", "the kernel does not say whether it is synchronised", zh, en)
    elif not reading.synchronised:
        yield watch("clock", "not synchronised: times on events may be wrong", zh, en)
    else:
        yield well("clock", "synchronised")


def stores(site: Site) -> Iterator[Finding]:
    """Room, rights, and whether the databases are whole."""
    folder = site.stores
    if not folder.is_dir():
        yield watch(
            "stores",
            f"{folder}: there is none yet",
            "首次运行时自动建立。",
            "The first run makes it.",
        )
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield bad(
            "stores",
            f"{folder}: not writable for this user",
            "把文件夹交给运行设备的用户（chown）。",
            "Give the folder to the user that runs the box (chown).",
        )
    yield _room(folder)
    yield from _databases(folder)
    key = folder / SIGNING_KEY
    if key.is_file():
        yield _rights("signing key", key)


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    said = f"{free / 1e9:.1f} GB free"
    zh, en = "清理磁盘，或换更大的磁盘。", "Make room, or move the stores to a larger disk."
    if free < _FREE_BAD:
        return bad("disk", said, zh, en)
    return watch("disk", said, zh, en) if free < _FREE_WATCH else well("disk", said)


def _databases(folder: Path) -> Iterator[Finding]:
    for name in (OUTBOX, EVIDENCE_DATABASE):
        file = folder / name
        if not file.is_file():
            continue
        fault = _damage(file)
        if fault is None:
            yield well(name, "whole")
        else:
            yield bad(
                name,
                f"{file}: {fault}",
                "重启设备：损坏的文件会另存，重新建立；检查磁盘。",
                "Restart the box: the damaged file is set aside and begun anew; check the disk.",
            )


def _damage(file: Path) -> str | None:
    """Return what SQLite finds wrong in a database that may be in use; nothing is written."""
    try:
        with beside(file) as db:
            (answer,) = db.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as fault:
        return str(fault)
    return None if answer == "ok" else str(answer)


def secrets(site: Site) -> Iterator[Finding]:
    """Files that only the box's user should read."""
    for camera, file in password_files(site):
        if file.is_file():
            yield _rights(f"password of {camera}", file)


def _rights(topic: str, file: Path) -> Finding:
    if file.stat().st_mode & _OTHERS:
        command = f"chmod 600 {file}"
        return watch(topic, f"{file}: others may read it", f"运行 {command}", f"Run {command}")
    return well(topic, "only its owner reads it")
