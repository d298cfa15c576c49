"""The store: samples in, changed and found again, with their history; see DESIGN.md beside."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from hazard_library.errors import SampleError
from hazard_library.samples import blobs, sqlite_index
from hazard_library.samples.review import FIRST_STATES, Act, Event, State, after
from hazard_library.samples.sample import HistoryEntry, LicenceClass, Sample

INDEX = "library.sqlite"


@dataclass(frozen=True, slots=True)
class Looks:
    """Perceptual hashes of a picture and of its mirror image, 16 hexadecimal digits each."""

    phash: str
    mirrored: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which samples to find; an empty field asks for nothing.

    Attributes:
        states: any of these; empty: all but withdrawn ones.
        sha256: a hash or its beginning.
    """

    states: Sequence[State] = ()
    collections: Sequence[str] = ()
    sources: Sequence[str] = ()
    kinds: Sequence[str] = ()
    camera: str | None = None
    sha256: str = ""


class SampleStore:
    """A library folder: `library.sqlite` and `blobs/`. One process writes at a time."""

    def __init__(self, root: Path, connection: sqlite3.Connection) -> None:
        self.root = root
        self.connection = connection
        self._placed: list[Path] = []

    @classmethod
    def open(cls, root: Path, *, create: bool = False) -> Self:
        """Open the library in the folder `root`.

        Raises:
            SampleError: there is none and `create` is false, or its index cannot be used.
        """
        if not (root / INDEX).is_file() and not create:
            message = f"{root}: no sample library; `patrol library import` makes one"
            raise SampleError(message)
        root.mkdir(parents=True, exist_ok=True)
        return cls(root, sqlite_index.connect(root / INDEX))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the index."""
        self.connection.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Group several changes into one transaction: all of them, or none.

        Bytes are durable before the transaction that speaks of them ends.
        """
        if self.connection.in_transaction:
            yield
            return
        try:
            with sqlite_index.writing(self.connection):
                yield
                blobs.settle(self._placed)
        finally:
            self._placed.clear()

    def file(self, sample: Sample) -> Path:
        """Return where the sample's bytes lie."""
        return self.root / sample.file

    def add(self, sample: Sample, content: Path, looks: Looks | None, act: Act) -> None:
        """Take a sample in: first its bytes, then its row.

        `intake.Intake` checks what comes from outside and calls this.

        Args:
            sample: the sample, its `sha256` being that of the bytes.
            content: a file with the bytes.
            looks: perceptual hashes; None for a clip.
            act: who, when, why.

        Raises:
            SampleError: it is there already, its licence is refused, or the bytes do not match.
        """
        if sample.state not in FIRST_STATES or sample.licence.kind is LicenceClass.REFUSED:
            message = f"{content}: a {sample.state} sample under {sample.licence} cannot come in"
            raise SampleError(message)
        if self.find(sample.sha256) is not None:
            message = f"{content}: {sample.sha256[:12]} is in the library already"
            raise SampleError(message)
        with self.writing():
            blobs.place(content, self.file(sample), sample.sha256)
            self._placed.append(self.file(sample))
            self.connection.execute(
                "INSERT INTO sample (sha256, document, kind, state, collection, source, path,"
                " licence, camera, scene, phash, phash_mirrored)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    sample.sha256,
                    *_columns(sample),
                    looks.phash if looks else None,
                    looks.mirrored if looks else None,
                ),
            )
            self._remember(sample.sha256, Event.TAKE_IN, act, before=None)

    def find(self, sha256: str) -> Sample | None:
        """Return a sample by its hash, withdrawn or not; None: never seen."""
        row = self.connection.execute(
            "SELECT document FROM sample WHERE sha256 = ?", (sha256,)
        ).fetchone()
        return Sample.model_validate_json(row["document"]) if row else None

    def at_path(self, collection: str, path: str) -> Sample | None:
        """Return the sample that came from a path of a collection and is not withdrawn."""
        row = self.connection.execute(
            "SELECT document FROM sample WHERE collection = ? AND path = ? AND state <> ?",
            (collection, path, State.WITHDRAWN.value),
        ).fetchone()
        return Sample.model_validate_json(row["document"]) if row else None

    def get(self, sha256: str) -> Sample:
        """Return a sample by its hash or an unambiguous beginning of it.

        Raises:
            SampleError: there is no such sample, or more than one.
        """
        rows = self.connection.execute(
            "SELECT document FROM sample WHERE substr(sha256, 1, ?) = ? LIMIT 2",
            (len(sha256), sha256),
        ).fetchall()
        if len(rows) != 1:
            message = f"sample {sha256!r}: {'several begin so' if rows else 'not in the library'}"
            raise SampleError(f"{message}; name it by more of its SHA-256")
        return Sample.model_validate_json(rows[0]["document"])

    def select(self, wanted: Wanted = Wanted()) -> list[Sample]:
        """Return the wanted samples, sorted by hash."""
        where, values = _conditions(wanted)
        rows = self.connection.execute(
            f"SELECT document FROM sample WHERE {where} ORDER BY sha256",  # noqa: S608 - own text
            values,
        )
        return [Sample.model_validate_json(row["document"]) for row in rows]

    def change(self, sample: Sample, event: Event, act: Act) -> Sample:
        """Store `sample` in place of what its hash now names; return it with its new state.

        The state follows from the event and the state that is stored, not from `sample`. The
        former sample stays in the history.

        Raises:
            SampleError: no such sample, the bytes' facts differ, or the event is not allowed now.
        """
        with self.writing():
            before = self.get(sample.sha256)
            if (sample.suffix, sample.kind) != (before.suffix, before.kind):
                message = f"sample {sample.sha256[:12]}: kind and suffix are those of its bytes"
                raise SampleError(message)
            now = sample.model_copy(update={"state": after(before.state, event)})
            self.connection.execute(
                "UPDATE sample SET document = ?, kind = ?, state = ?, collection = ?, source = ?,"
                " path = ?, licence = ?, camera = ?, scene = ? WHERE sha256 = ?",
                (*_columns(now), now.sha256),
            )
            self._remember(now.sha256, event, act, before)
            return now

    def purge(self, sha256: str, act: Act) -> None:
        """Remove the bytes of a withdrawn sample; its row and history stay.

        Raises:
            SampleError: it is not withdrawn.
        """
        with self.writing():
            sample = self.change(self.get(sha256), Event.PURGE, act)
            self.connection.execute(
                "UPDATE sample SET has_file = 0, phash = NULL, phash_mirrored = NULL"
                " WHERE sha256 = ?",
                (sample.sha256,),
            )
        self.file(sample).unlink(missing_ok=True)

    def history(self, sha256: str) -> tuple[HistoryEntry, ...]:
        """Return everything that happened to a sample, the first event first."""
        rows = self.connection.execute(
            "SELECT number, event, by_whom, at, why, before FROM history WHERE sha256 = ?"
            " ORDER BY number",
            (sha256,),
        )
        return tuple(
            HistoryEntry(
                number=row["number"],
                event=row["event"],
                act=Act(by=row["by_whom"], at=row["at"], why=row["why"]),
                before=Sample.model_validate_json(row["before"]) if row["before"] else None,
            )
            for row in rows
        )

    def looks(self) -> dict[str, Looks]:
        """Return the perceptual hashes of all samples that have some, by SHA-256."""
        rows = self.connection.execute(
            "SELECT sha256, phash, phash_mirrored FROM sample WHERE phash IS NOT NULL"
            " ORDER BY sha256"
        )
        return {row["sha256"]: Looks(row["phash"], row["phash_mirrored"]) for row in rows}

    def problems(self) -> list[str]:
        """Compare rows and files; return what does not fit, nothing being repaired."""
        rows = self.connection.execute("SELECT document, has_file FROM sample ORDER BY sha256")
        told, named = [], set()
        for row in rows:
            sample = Sample.model_validate_json(row["document"])
            file = self.file(sample)
            named.add(file)
            if row["has_file"] and not file.is_file():
                told.append(f"{sample.file}: missing; restore it, or withdraw and purge the sample")
            elif row["has_file"] and blobs.digest_of(file) != sample.sha256:
                told.append(f"{sample.file}: content changed; restore it from a copy")
        strays = sorted(set((self.root / "blobs").glob("*/*")) - named)
        return told + [f"{file}: belongs to no sample; remove it" for file in strays]

    def _remember(self, sha256: str, event: Event, act: Act, before: Sample | None) -> None:
        """Append a line to a sample's history."""
        self.connection.execute(
            "INSERT INTO history SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ?, ?, ?"
            " FROM history WHERE sha256 = ?",
            (
                sha256,
                event.value,
                act.by,
                act.at.isoformat(),
                act.why,
                before.model_dump_json() if before else None,
                sha256,
            ),
        )


def _columns(sample: Sample) -> tuple[str | None, ...]:
    """Return document and search columns in the order of the table."""
    return (
        sample.model_dump_json(),
        sample.kind.value,
        sample.state.value,
        sample.provenance.collection,
        sample.provenance.source,
        sample.provenance.path,
        sample.licence.kind.value,
        sample.camera,
        sample.group,
    )


def _conditions(wanted: Wanted) -> tuple[str, list[str]]:
    """Return an SQL condition and its values."""
    parts, values = ["1"], list[str]()
    lists = {
        "collection": wanted.collections,
        "source": wanted.sources,
        "kind": wanted.kinds,
        "state": wanted.states or [state for state in State if state is not State.WITHDRAWN],
        "camera": [wanted.camera] if wanted.camera else [],
    }
    for column, choices in lists.items():
        if choices:
            parts.append(f"{column} IN ({', '.join('?' * len(choices))})")
            values += [str(choice) for choice in choices]
    if wanted.sha256:
        parts.append("substr(sha256, 1, length(?)) = ?")
        values += [wanted.sha256, wanted.sha256]
    return " AND ".join(parts), values
