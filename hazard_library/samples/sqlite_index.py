"""The index of the library: one SQLite file, WAL, versioned by `user_version`."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hazard_library.errors import SampleError

BUSY_S = 10.0

MIGRATIONS = (
    """
    -- One row a sample. `document` is the sample as JSON; the other columns copy what is
    -- searched by.
    CREATE TABLE sample (
        sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
        document TEXT NOT NULL,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        collection TEXT NOT NULL,
        source TEXT NOT NULL,
        path TEXT NOT NULL,
        licence TEXT NOT NULL CHECK (licence <> 'refused'),
        camera TEXT,
        scene TEXT,
        -- Perceptual hash of the picture and of its mirror image, 16 hexadecimal digits each.
        phash TEXT,
        phash_mirrored TEXT,
        -- Whether the bytes are still there: a withdrawn sample may have been purged.
        has_file INTEGER NOT NULL DEFAULT 1 CHECK (has_file IN (0, 1))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX sample_by_path ON sample (collection, path);
    -- A sample's life, one line an event, `before` being the document that the event replaced.
    CREATE TABLE history (
        sha256 TEXT NOT NULL REFERENCES sample (sha256),
        number INTEGER NOT NULL,
        event TEXT NOT NULL,
        by_whom TEXT NOT NULL,
        at TEXT NOT NULL,
        why TEXT NOT NULL,
        before TEXT,
        PRIMARY KEY (sha256, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER history_is_never_changed BEFORE UPDATE ON history
        BEGIN SELECT raise(ABORT, 'history is append-only'); END;
    CREATE TRIGGER history_is_never_shortened BEFORE DELETE ON history
        BEGIN SELECT raise(ABORT, 'history is append-only'); END;
    CREATE TRIGGER samples_are_withdrawn_not_deleted BEFORE DELETE ON sample
        BEGIN SELECT raise(ABORT, 'a sample is withdrawn, not deleted'); END;
    -- Dataset versions; the manifest lies in versions/<name>.jsonl.
    CREATE TABLE version (
        name TEXT PRIMARY KEY,
        sha256 TEXT NOT NULL,
        file_sha256 TEXT NOT NULL,
        created TEXT NOT NULL,
        parent TEXT REFERENCES version (name)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE version_sample (
        version TEXT NOT NULL REFERENCES version (name),
        sha256 TEXT NOT NULL REFERENCES sample (sha256),
        PRIMARY KEY (version, sha256)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX versions_of_a_sample ON version_sample (sha256);
    """,
)


def connect(file: Path) -> sqlite3.Connection:
    """Open the index and bring its tables up to date.

    Raises:
        SampleError: a newer program wrote it, or it is no index.
    """
    try:
        connection = sqlite3.connect(file, timeout=BUSY_S, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        _migrate(connection, file)
    except sqlite3.DatabaseError as error:
        message = f"{file}: no usable index ({error}); restore it from a copy"
        raise SampleError(message) from error
    return connection


def _migrate(connection: sqlite3.Connection, file: Path) -> None:
    """Run the steps that this file has not seen, in one transaction."""
    if _seen(connection) == len(MIGRATIONS):
        return
    with writing(connection):
        seen = _seen(connection)
        if seen > len(MIGRATIONS):
            message = f"{file}: schema {seen} is newer than this program knows; update the program"
            raise SampleError(message)
        for number, step in enumerate(MIGRATIONS[seen:], seen + 1):
            for statement in _statements(step):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")


def _seen(connection: sqlite3.Connection) -> int:
    """Return how many migrations the file has had."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """Split a script into statements; sqlite3's own executescript would commit first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """Hold the one writer's place; inside an outer transaction, join it.

    Raises:
        SampleError: another process has been writing all the while.
    """
    if connection.in_transaction:
        yield
        return
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        message = f"library.sqlite: {error}; wait until the other patrol library command is done"
        raise SampleError(message) from error
    try:
        yield
    except BaseException:
        with closing(connection.cursor()) as cursor:
            cursor.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
