"""Taking evidence from a box in pieces; an upload goes on where it stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from hazard_library.contract.ids import DeviceId
from server.evidence import materials, repository
from server.evidence.arriving import EvidenceStore, Found
from server.evidence.service import change, note_mismatch
from server.evidence.states import FileEvent, FileState
from server.evidence.tables import EvidenceFile
from server.kit.clock import Clock
from server.kit.db import Database
from server.kit.errors import EvidenceMismatch, NotFound, TooLarge

log = structlog.get_logger(__name__)

LARGEST_PIECE = 1024 * 1024
#: A clip of a minute at 32 Mbit/s has half of it.
LARGEST_FILE = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a file the server holds."""

    offset: int
    length: int

    @property
    def is_complete(self) -> bool:
        """Whether the whole file is there, checked by its hash."""
        return self.offset == self.length


@dataclass(frozen=True, slots=True)
class WrongOffset:
    """The piece does not begin where the server's bytes end."""

    progress: Progress


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a file and where they begin."""

    sha256: str
    offset: int
    length: int
    content: bytes


#: Tells whoever shows an incident that a file of its evidence is there.
TellArrived = Callable[[Session, datetime, UUID], None]


class Uploads:
    """Takes pieces for one store of files."""

    def __init__(
        self, database: Database, store: EvidenceStore, clock: Clock, tell_arrived: TellArrived
    ) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._tell_arrived = tell_arrived

    def progress(self, device: DeviceId, sha256: str) -> Progress:
        """Return how much of a file is there.

        Raises:
            NotFound: this device has announced no such file.
        """
        with self._database.reading() as db:
            length, state = _announced(db, device, sha256)
        with self._store.coming(sha256):
            return self._progress(sha256, length, state)

    def take(self, device: DeviceId, piece: Piece) -> Progress | WrongOffset:
        """Add a piece; the last one completes the file.

        Raises:
            NotFound: this device has announced no such file.
            TooLarge: more than was announced.
            EvidenceMismatch: all bytes are there, but they have another hash; they are set aside.
            StorageFull: the disk is full.
        """
        with self._database.reading() as db:
            length, state = _announced(db, device, piece.sha256)
        if length > LARGEST_FILE:
            raise TooLarge(f"{piece.sha256}: {length} bytes; {LARGEST_FILE} is the most")
        if piece.length != length or piece.offset + len(piece.content) > length:
            raise TooLarge(f"{piece.sha256}: {length} bytes were announced")
        with self._store.coming(piece.sha256):
            now = self._progress(piece.sha256, length, state)
            if now.is_complete:
                return now
            if piece.offset != now.offset:
                return WrongOffset(now)
            held = self._store.append(piece.sha256, piece.content)
            if held == length:
                self._complete(device, piece.sha256)
        return Progress(held, length)

    def _progress(self, sha256: str, length: int, state: FileState) -> Progress:
        if state in {FileState.STORED, FileState.DESTROYED}:
            # What retention has destroyed is not taken again; the box may forget it too.
            return Progress(length, length)
        if self._store.has(sha256):
            # A crash came between the file's rename and its row; or the file was found altered.
            if self._store.look(sha256) is Found.WHOLE:
                self._write_down(sha256)
                return Progress(length, length)
            self._store.set_aside(sha256)
        held = self._store.offset(sha256)
        if held >= length:
            self._store.discard(sha256)
            held = 0
        return Progress(held, length)

    def _complete(self, device: DeviceId, sha256: str) -> None:
        if not self._store.keep(sha256):
            with self._database.writing() as db:
                note_mismatch(db, self._clock.now(), device, sha256)
            log.warning("evidence_refused", device=device, sha256=sha256)
            raise EvidenceMismatch(f"{sha256}: the bytes that came have another hash; send again")
        self._write_down(sha256)

    def _write_down(self, sha256: str) -> None:
        at = self._clock.now()
        with self._database.writing() as db:
            file = repository.file(db, sha256)
            if file is None or file.state is FileState.STORED:
                return
            change(db, at, file, FileEvent.ARRIVED, None)
            for incident in repository.incidents_of(db, sha256):
                materials.complete(db, at, incident)
                self._tell_arrived(db, at, incident)
        log.info("evidence_stored", sha256=sha256)


def _announced(db: Session, device: DeviceId, sha256: str) -> tuple[int, FileState]:
    if not repository.is_announced_by(db, device, sha256):
        raise NotFound(f"{device} has announced no file {sha256}")
    file = db.get(EvidenceFile, sha256)
    if file is None:
        raise NotFound(f"{sha256} is not known")
    return file.bytes, file.state
