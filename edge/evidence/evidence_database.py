"""The evidence's own SQLite file: opened safely, brought up to date, set aside when damaged."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import structlog

from edge.errors import EvidenceError

_log = structlog.get_logger(__name__)


class EvidenceDatabase:
    """One connection behind one lock; every write is a transaction that is on disk when it ends."""

    def __init__(self, path: Path) -> None:
        """Open or make the file.

        A damaged file is renamed to `*.damaged` and a new one begun: it is never a reason not to
        start.

        Raises:
            EvidenceError: neither can be done, or the file is from a newer release.
        """
        self.path = path
        self.set_aside: Path | None = None
        self._lock = threading.RLock()
        try:
            self._connection = _connect(path)
        except sqlite3.DatabaseError as fault:
            self.set_aside = _set_aside(path, fault)
            self._connection = _connect(path)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection to look something up."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as fault:
                raise EvidenceError(f"{self.path}: cannot be read: {fault}") from fault

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection for one transaction."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.Error as fault:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise EvidenceError(f"{self.path}: cannot be written: {fault}") from fault

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        _check(connection)
        _migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA quick_check").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(f"damaged: {found}")


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    scripts = sorted(
        (entry for entry in files("edge.evidence").joinpath("sql").iterdir()),
        key=lambda entry: entry.name,
    )
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(scripts):
        raise EvidenceError(f"{path}: written by a newer release; install that one again")
    for number, script in enumerate(scripts[version:], start=version + 1):
        text = script.read_text("utf-8")
        connection.executescript(f"BEGIN;{text}PRAGMA user_version = {number};COMMIT;")


def _set_aside(path: Path, fault: sqlite3.DatabaseError) -> Path:
    number = 1
    while (damaged := path.with_suffix(f".damaged-{number}")).exists():
        number += 1
    try:
        path.rename(damaged)
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
    except OSError as problem:
        raise EvidenceError(f"{path}: damaged, and it cannot be renamed: {problem}") from problem
    _log.error("evidence_database_set_aside", file=str(damaged), fault=str(fault))
    return damaged
