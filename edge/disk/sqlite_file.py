"""Opens an SQLite file, whatever state a power cut left it in.

A file that is damaged is set aside under `<name>.damaged-<utc>` with what belongs to it, and a
fresh one is begun: the box starts in any case, and whoever looks later still has every byte. A disk
that does not let a sound file be opened has damaged nothing: that is told, and the file stays.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path

from edge.errors import StoreUnusable

#: SQLite's companions of a file in WAL mode.
_COMPANIONS = ("-wal", "-shm")
_BUSY_MS = 10_000


@dataclass(frozen=True, slots=True)
class Schema:
    """What a file must hold.

    package: whose `sql` folder holds the steps to it, in their order. newer_is_damaged: whether a
    file of a newer release is set aside too; else it is left alone and the box does not start.
    """

    package: str
    newer_is_damaged: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """A file that could not be used, where it lies now, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A connection in autocommit mode, migrated, and what had to be set aside for it."""

    connection: sqlite3.Connection
    set_aside: SetAside | None


class _Damaged(Exception):
    """The file holds nothing usable; the message says why."""


def open_file(path: Path, schema: Schema, at: datetime) -> OpenedFile:
    """Open or create the file: WAL, every commit on the disk; `at` names what is set aside.

    Raises:
        StoreUnusable: the disk does not let it be opened, or it is of a newer release.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return OpenedFile(_open_sound(path, schema), set_aside=None)
        except _Damaged as damage:
            moved = _set_aside(path, at)
            return OpenedFile(_open_sound(path, schema), SetAside(moved, str(damage)))
    except _Damaged as damage:
        fault = f"{path}: a fresh file cannot be made ({damage}); look at the disk"
        raise StoreUnusable(fault) from damage
    except (OSError, sqlite3.OperationalError) as error:
        fault = f"{path}: {error}; check that the folder can be written and the disk has room"
        raise StoreUnusable(fault) from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Hold the write lock; commit at the end, or leave everything as it was."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def beside(path: Path) -> Iterator[sqlite3.Connection]:
    """Lend a connection that only reads, beside a running box or after it; it writes nothing."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        yield connection
    finally:
        connection.close()


def _open_sound(path: Path, schema: Schema) -> sqlite3.Connection:
    if path.exists() and path.stat().st_size == 0:
        raise _Damaged("the file is empty")
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection)
        _check(connection)
        _migrate(connection, path, schema)
    except sqlite3.OperationalError:
        connection.close()
        raise
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _Damaged(str(error)) from error
    except (_Damaged, StoreUnusable):
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    for pragma in (
        f"busy_timeout = {_BUSY_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _check(connection: sqlite3.Connection) -> None:
    answers = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
    if answers != ["ok"]:
        raise _Damaged("; ".join(answers))


def _migrate(connection: sqlite3.Connection, path: Path, schema: Schema) -> None:
    steps = _steps(schema.package)
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(steps) and not schema.newer_is_damaged:
        raise StoreUnusable(f"{path}: written by a newer release; install that one again")
    if version > len(steps):
        raise _Damaged(f"schema {version} was written by a newer version; {len(steps)} is known")
    for number, script in enumerate(steps[version:], start=version + 1):
        # One transaction for a step and its number: a power cut leaves either both or neither.
        connection.executescript(f"BEGIN; {script}\nPRAGMA user_version = {number}; COMMIT;")


def _steps(package: str) -> list[str]:
    folder = resources.files(package) / "sql"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [file.read_text(encoding="utf-8") for file in files]


def _set_aside(path: Path, at: datetime) -> Path:
    moved = _free_name(path.with_name(f"{path.name}.damaged-{at:%Y%m%dT%H%M%SZ}"))
    for companion in _COMPANIONS:
        beside = path.with_name(path.name + companion)
        if beside.exists():
            beside.rename(moved.with_name(moved.name + companion))
    path.rename(moved)
    return moved


def _free_name(wanted: Path) -> Path:
    """Return the name, or the next one with a number behind it: nothing is ever overwritten."""
    name, number = wanted, 1
    while name.exists():
        number += 1
        name = wanted.with_name(f"{wanted.name}-{number}")
    return name
