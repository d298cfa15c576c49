"""The evidence's own SQLite file: one connection behind one lock."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import structlog

from edge.disk.sqlite_file import Schema, open_file, transaction
from edge.errors import EvidenceError

_log = structlog.get_logger(__name__)

_SCHEMA = Schema("edge.evidence")


class EvidenceDatabase:
    """One connection behind one lock; every write is a transaction that is on disk when it ends."""

    def __init__(self, path: Path, at: datetime) -> None:
        """Open or make the file; a damaged one is set aside, named by `at`, and a new one begun.

        Raises:
            StoreUnusable: the disk does not let it be opened, or it is from a newer release.
        """
        self.path = path
        self._lock = threading.RLock()
        opened = open_file(path, _SCHEMA, at)
        #: The damaged file that was found, or None.
        self.set_aside = opened.set_aside
        self._connection = opened.connection
        if opened.set_aside is not None:
            moved, reason = str(opened.set_aside.path), opened.set_aside.reason
            _log.error("evidence_database_set_aside", file=moved, reason=reason)

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
                with transaction(self._connection):
                    yield self._connection
            except sqlite3.Error as fault:
                raise EvidenceError(f"{self.path}: cannot be written: {fault}") from fault

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()
