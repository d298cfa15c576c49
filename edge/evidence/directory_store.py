"""Files of evidence in a folder, named by their SHA-256; what became of them in SQLite."""

import errno
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import structlog

from edge.disk.whole_file import sync_folder
from edge.errors import EvidenceError
from edge.evidence.evidence_database import EvidenceDatabase
from edge.evidence.room import Room, free_on_disk_of
from edge.evidence.sums import check_sums
from edge.ports import Clock, Counters, Loss, Upload
from hazard_library.contract.device import EvidenceRoom
from hazard_library.contract.evidence import SUFFIXES, EvidenceKind, EvidenceRef
from hazard_library.proof.hashes import sm3

_log = structlog.get_logger(__name__)

_MEDIA_TYPE = {suffix: media_type for media_type, suffix in SUFFIXES.items()}
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
#: A file takes a little more than its length: blocks, a folder, a row.
_SLACK = 64 * 1024
_TEMPORARY = "incoming"


class DirectoryStore:
    """Implements `ports.EvidenceStore`.

    Files lie in `<folder>/<kind>/<first two digits>/<sha256>.<suffix>`, so that rows can be made
    again from files. What goes when there is no room is said in `room.py`.
    """

    def __init__(
        self,
        folder: Path,
        database: EvidenceDatabase,
        clock: Clock,
        counters: Counters,
        quota_bytes: int = 10 * 1024**3,
        disk_free: Callable[[], int] | None = None,
    ) -> None:
        """Open the store and reconcile rows and files. disk_free: bytes; the disk's if None."""
        self._folder = folder
        self._database = database
        self._clock = clock
        self._counters = counters
        self._quota_bytes = quota_bytes
        free = disk_free or (lambda: free_on_disk_of(folder))
        self._room = Room(self._path, database, counters, quota_bytes, free)
        (folder / _TEMPORARY).mkdir(parents=True, exist_ok=True)
        if database.set_aside is not None:
            counters.count("evidence_databases_set_aside")
        if not check_sums(database):
            counters.count("evidence_sums_mended")
        self._reconcile()

    def put(self, data: bytes, ref: EvidenceRef) -> Path:
        """Keep a file: temporary, fsync, rename, fsync folder, then row. Idempotent.

        Raises:
            EvidenceError: the bytes are not what the reference says, or there is no room.
        """
        if sha256(data).hexdigest() != ref.sha256 or len(data) != ref.bytes:
            raise EvidenceError(f"evidence {ref.sha256[:12]}: the bytes do not match its hash")
        path = self._path(ref.kind, ref.sha256, ref.media_type)
        if self._is_kept(ref.sha256):
            return path
        self._keep(data, path, ref)
        self._add_row(ref)
        self._room.tell()
        return path

    def to_upload(self, limit: int) -> tuple[Upload, ...]:
        """Return files the server does not have yet, key frames before clips, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT kind, sha256, bytes, media_type, redaction, sm3 FROM evidence"
                " WHERE state = 'kept' AND uploaded_at IS NULL"
                " ORDER BY kind LIKE 'clip%', no LIMIT ?",
                (limit,),
            ).fetchall()
        refs = [
            EvidenceRef(
                kind=kind, sha256=sha, bytes=size, media_type=media, redaction=redaction, sm3=sm3
            )
            for kind, sha, size, media, redaction, sm3 in rows
        ]
        return tuple(Upload(r, self._path(r.kind, r.sha256, r.media_type)) for r in refs)

    def count_to_upload(self) -> int:
        """Return how many files the server does not have yet."""
        with self._database.reading() as connection:
            query = "SELECT count(*) FROM evidence WHERE state = 'kept' AND uploaded_at IS NULL"
            return int(connection.execute(query).fetchone()[0])

    def mark_uploaded(self, sha256: str, at: datetime) -> None:
        """Remember that the server confirmed a file's hash."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE evidence SET uploaded_at = ? WHERE sha256 = ? AND uploaded_at IS NULL",
                (at.astimezone(UTC).isoformat(), sha256),
            )
        self._room.tell()

    def losses(self, limit: int) -> tuple[Loss, ...]:
        """Return files that are gone without having reached the server, not told of yet."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT sha256, kind, bytes, coalesce(reason, state) FROM evidence"
                " WHERE state != 'kept' AND uploaded_at IS NULL AND loss_told = 0"
                " ORDER BY no LIMIT ?",
                (limit,),
            ).fetchall()
        return tuple(Loss(sha, EvidenceKind(kind), size, why) for sha, kind, size, why in rows)

    def mark_loss_told(self, sha256: str) -> None:
        """Remember that the loss of a file waits in the outbox."""
        with self._database.writing() as connection:
            connection.execute("UPDATE evidence SET loss_told = 1 WHERE sha256 = ?", (sha256,))

    def call_on_room(self, listener: Callable[[EvidenceRoom], None]) -> None:
        """Name who is told how full the store is."""
        self._room.call_on_change(listener)

    def used_bytes(self) -> int:
        """Bytes of all files that are kept."""
        return self._room.used_bytes()

    def _path(self, kind: EvidenceKind, sha: str, media_type: str) -> Path:
        return self._folder / kind.value / sha[:2] / f"{sha}{SUFFIXES[media_type]}"

    def _is_kept(self, sha: str) -> bool:
        with self._database.reading() as connection:
            query = "SELECT 1 FROM evidence WHERE sha256 = ? AND state = 'kept'"
            return connection.execute(query, (sha,)).fetchone() is not None

    def _write(self, data: bytes, path: Path) -> None:
        # Two cameras may see the very same picture at once: each writes a file of its own first.
        temporary = self._folder / _TEMPORARY / f"{path.name}.{uuid4().hex}"
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.rename(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)

    def _add_row(self, ref: EvidenceRef) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO evidence"
                " (sha256, kind, media_type, redaction, bytes, created_at, sm3)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sha256)"
                " DO UPDATE SET state = 'kept', reason = NULL, loss_told = 0",
                (
                    ref.sha256,
                    ref.kind.value,
                    ref.media_type,
                    ref.redaction,
                    ref.bytes,
                    self._clock.now().utc.astimezone(UTC).isoformat(),
                    ref.sm3,
                ),
            )

    def _keep(self, data: bytes, path: Path, ref: EvidenceRef) -> None:
        """Write a file within the quota; on a full disk once more after each way of making room.

        Raises:
            EvidenceError: there is no room, or the disk takes nothing.
        """
        if not self._room.make(ref.kind, ref.bytes):
            self._counters.count("evidence_refused")
            raise EvidenceError(
                f"{self._folder}: the quota of {self._quota_bytes} bytes is used up by evidence "
                "that is not uploaded yet; restore the connection or raise the quota"
            )
        fault = self._attempt(data, path)
        for make_room in self._room.ways(ref.kind):
            if fault is None or fault.errno not in _FULL:
                break
            if make_room(ref.bytes + _SLACK):
                fault = self._attempt(data, path)
        if fault is not None:
            raise self._refused(path, fault) from fault

    def _attempt(self, data: bytes, path: Path) -> OSError | None:
        try:
            self._write(data, path)
        except OSError as fault:
            return fault
        return None

    def _refused(self, path: Path, fault: OSError) -> EvidenceError:
        self._counters.count("evidence_refused")
        remedy = "make room on the disk" if fault.errno in _FULL else "look at the disk"
        return EvidenceError(f"{path}: cannot be written: {fault.strerror}; {remedy}")

    def _mark(self, sha: str, state: str, reason: str) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE evidence SET state = ?, reason = ? WHERE sha256 = ?", (state, reason, sha)
            )

    def _reconcile(self) -> None:
        """After whatever happened: every kept row has its file, every whole file its row."""
        for leftover in (self._folder / _TEMPORARY).iterdir():
            leftover.unlink()
        with self._database.reading() as connection:
            rows: list[tuple[str, str, str, str, str | None]] = connection.execute(
                "SELECT sha256, kind, media_type, state, uploaded_at FROM evidence"
            ).fetchall()
        known = set()
        for sha, kind, media_type, state, uploaded_at in rows:
            path = self._path(EvidenceKind(kind), sha, media_type)
            known.add(path)
            if state == "kept" and not path.exists() and uploaded_at is not None:
                self._mark(sha, "evicted", "it was gone when the box started; the server has it")
            elif state == "kept" and not path.exists():
                self._mark(sha, "missing", "the file was gone when the box started")
                self._counters.count("evidence_missing")
                _log.error("evidence_missing_found", file=str(path))
            elif state == "evicted":
                path.unlink(missing_ok=True)
        for path in self._files():
            if path not in known:
                self._adopt(path)

    def _files(self) -> Iterator[Path]:
        for kind in EvidenceKind:
            yield from sorted((self._folder / kind.value).glob("*/*"))

    def _adopt(self, path: Path) -> None:
        """Make a row for a file that has none, if it is whole."""
        data = path.read_bytes()
        if sha256(data).hexdigest() != path.stem or path.suffix not in _MEDIA_TYPE:
            _log.error("evidence_file_refused", file=str(path), reason="its name is not its hash")
            self._counters.count("evidence_damaged")
            return
        kind = EvidenceKind(path.parent.parent.name)
        self._add_row(reference(data, kind, _MEDIA_TYPE[path.suffix]))


def reference(data: bytes, kind: EvidenceKind, media_type: str) -> EvidenceRef:
    """Describe the bytes of a file of evidence."""
    return EvidenceRef(
        kind=kind,
        sha256=sha256(data).hexdigest(),
        bytes=len(data),
        media_type=media_type,
        redaction="none" if kind.is_sealed else "heads_blurred",
        sm3=sm3(data),
    )
