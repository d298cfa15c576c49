"""Versions on the shelf of a library: written once, and true to the samples they hold."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hazard_library.datasets.version import DatasetVersion
from hazard_library.errors import DatasetError
from hazard_library.samples import blobs
from hazard_library.samples.review import State
from hazard_library.samples.store import SampleStore

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Shelved:
    """What the index says of a version.

    Attributes:
        withdrawn: hashes of its pictures that have been withdrawn since.
    """

    name: str
    sha256: str
    created: datetime
    parent: str | None
    pictures: int
    withdrawn: tuple[str, ...]


def version_file(library: Path, name: str) -> Path:
    """Return where the manifest of a version lies.

    Raises:
        DatasetError: that is no name.
    """
    if not NAME.fullmatch(name):
        message = f"version {name!r}: a name is of small letters, digits, dots and dashes"
        raise DatasetError(message)
    return library / "versions" / f"{name}.jsonl"


def shelve(store: SampleStore, version: DatasetVersion) -> Path:
    """Write a version: first its file, then its rows. A name is given once.

    Raises:
        DatasetError: the name is taken or no name, or the version was never created from a store.
    """
    file = version_file(store.root, version.name)
    if version.created is None:
        message = f"version {version.name}: has no time of creation; build it from the store"
        raise DatasetError(message)
    with store.writing():
        taken = store.connection.execute("SELECT 1 FROM version WHERE name = ?", (version.name,))
        if taken.fetchone():
            message = f"version {version.name}: exists and is never changed; choose another name"
            raise DatasetError(message)
        blobs.write_text("\n".join(version.lines()), file)
        store.connection.execute(
            "INSERT INTO version VALUES (?, ?, ?, ?, ?)",
            (
                version.name,
                version.sha256,
                blobs.digest_of(file),
                version.created.isoformat(),
                version.parent,
            ),
        )
        store.connection.executemany(
            "INSERT INTO version_sample VALUES (?, ?)",
            [(version.name, picture.sha256) for picture in version.pictures],
        )
    return file


def read_version(store: SampleStore, name: str) -> DatasetVersion:
    """Read a version whose file is still the one that was written.

    Raises:
        DatasetError: there is none of that name, or its file was changed.
    """
    file = version_file(store.root, name)
    row = store.connection.execute(
        "SELECT file_sha256 FROM version WHERE name = ?", (name,)
    ).fetchone()
    if row is None:
        known = ", ".join(item.name for item in shelved(store)) or "none yet"
        message = f"version {name}: not on the shelf; there are: {known}"
        raise DatasetError(message)
    if not file.is_file() or blobs.digest_of(file) != row["file_sha256"]:
        message = f"{file}: missing or changed since it was written; restore it from a copy"
        raise DatasetError(message)
    return DatasetVersion.read(file)


def shelved(store: SampleStore) -> list[Shelved]:
    """Return all versions, the oldest first."""
    rows = store.connection.execute(
        "SELECT name, sha256, created, parent,"
        " (SELECT count(*) FROM version_sample WHERE version = name) AS pictures"
        " FROM version ORDER BY created, name"
    )
    return [
        Shelved(
            name=row["name"],
            sha256=row["sha256"],
            created=datetime.fromisoformat(row["created"]),
            parent=row["parent"],
            pictures=row["pictures"],
            withdrawn=withdrawn_from(store, row["name"]),
        )
        for row in rows.fetchall()
    ]


def withdrawn_from(store: SampleStore, name: str) -> tuple[str, ...]:
    """Return the pictures of a version that have been withdrawn since."""
    rows = store.connection.execute(
        "SELECT sha256 FROM version_sample JOIN sample USING (sha256)"
        " WHERE version = ? AND state = ? ORDER BY sha256",
        (name, State.WITHDRAWN.value),
    )
    return tuple(row["sha256"] for row in rows)


def versions_with(store: SampleStore, sha256: str) -> tuple[str, ...]:
    """Return the names of the versions that hold a sample."""
    rows = store.connection.execute(
        "SELECT version FROM version_sample WHERE sha256 = ? ORDER BY version", (sha256,)
    )
    return tuple(row["version"] for row in rows)


def open_version(library: Path, name: str) -> tuple[DatasetVersion, Path]:
    """Return a version for training or scoring, and the folder its pictures are relative to.

    Raises:
        DatasetError: no such version, it was changed, or pictures of it were withdrawn since.
        SampleError: there is no library.
    """
    with SampleStore.open(library) as store:
        version = read_version(store, name)
        gone = withdrawn_from(store, name)
    if gone:
        message = (
            f"version {name}: {len(gone)} of its pictures were withdrawn "
            f"({', '.join(item[:12] for item in gone[:5])}…); create a new version"
        )
        raise DatasetError(message)
    return version, library
