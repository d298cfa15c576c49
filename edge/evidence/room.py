"""Room for evidence: what goes first when there is none, and the warning before that.

The order: clips that the server has, then key frames that it has, each oldest first. For a key
frame, which is small and says the most, clips that never reached the server may go as well; a key
frame that never reached it is never removed. A new clip never displaces what is unsent: it is
refused, and its manifest says so.
"""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import structlog

from edge.errors import EvidenceError
from edge.evidence.evidence_database import EvidenceDatabase
from edge.evidence.sums import kept_sums
from edge.ports import Counters
from hazard_library.contract.device import EvidenceRoom
from hazard_library.contract.evidence import EvidenceKind

_log = structlog.get_logger(__name__)

_CLIPS = frozenset({EvidenceKind.CLIP_ORIGINAL, EvidenceKind.CLIP_SHOWN})
_WARN, _WARN_AGAIN = 0.8, 0.9
_SERVER_HAS_IT = "the quota was used up; the server has it"
_UNSENT = "there was no room for the key frame of a newer incident, and this clip was not uploaded"

#: Says where a file of that hash, kind and media type lies.
Place = Callable[[EvidenceKind, str, str], Path]


class Room:
    """Counts what is kept and removes in the stated order. Any thread; one at a time."""

    def __init__(
        self,
        place: Place,
        database: EvidenceDatabase,
        counters: Counters,
        quota_bytes: int,
        disk_free: Callable[[], int],
    ) -> None:
        self._place = place
        self._database = database
        self._counters = counters
        self._quota_bytes = quota_bytes
        self._disk_free = disk_free
        self._lock = threading.RLock()
        self._told: EvidenceRoom | None = None
        self._listener: Callable[[EvidenceRoom], None] = lambda _room: None

    def call_on_change(self, listener: Callable[[EvidenceRoom], None]) -> None:
        """Name who is told how full it is, at once and whenever that changes."""
        self._listener = listener
        self.tell()

    def used_bytes(self) -> int:
        """Bytes of all files that are kept."""
        return kept_sums(self._database).used_bytes

    def make(self, kind: EvidenceKind, size: int) -> bool:
        """Free what a new file needs of the quota; False: it does not fit."""
        with self._lock:
            over = self.used_bytes() + size - self._quota_bytes
            for remove in self._allowed(kind):
                over -= remove(over) if over > 0 else 0
            return over <= 0 or kind not in _CLIPS

    def ways(self, kind: EvidenceKind) -> tuple[Callable[[int], int], ...]:
        """Return what may be tried on a full disk for a new file of that kind, in this order.

        Each makes so many bytes free on the disk as far as it may, and says how many it removed.
        """

        def way(remove: Callable[[int], int]) -> Callable[[int], int]:
            def make(wanted: int) -> int:
                with self._lock:
                    return remove(max(1, wanted - self._disk_free()))

            return make

        return tuple(way(remove) for remove in self._allowed(kind))

    def _allowed(self, kind: EvidenceKind) -> tuple[Callable[[int], int], ...]:
        if kind in _CLIPS:
            return (self._remove_sent,)
        return (self._remove_sent, self._remove_unsent_clips)

    def tell(self) -> None:
        """Say how full it is, if that is another level or something was lost."""
        with self._lock:
            now, before = self._now(), self._told
            self._told = now
        self._listener(now)
        if now.level != "ok" and (before is None or before.level != now.level):
            _log.warning(
                "evidence_disk_filling",
                level=now.level,
                waiting_bytes=now.waiting_bytes,
                disk_free_bytes=now.disk_free_bytes,
                remedy="restore the connection to the server, make room, or raise the quota",
            )

    def _now(self) -> EvidenceRoom:
        used, waiting, lost = kept_sums(self._database)
        free = self._disk_free()
        # Other programs may fill the disk long before the quota is used up.
        capacity = min(self._quota_bytes, used + free)
        filled = waiting / capacity if capacity else 1.0
        level = "warning_90" if filled >= _WARN_AGAIN else "warning_80" if filled >= _WARN else "ok"
        return EvidenceRoom(
            level=level,
            quota_bytes=self._quota_bytes,
            used_bytes=used,
            waiting_bytes=waiting,
            disk_free_bytes=free,
            lost_files=lost,
        )

    def _remove_sent(self, wanted: int) -> int:
        return self._remove(
            "uploaded_at IS NOT NULL ORDER BY kind NOT LIKE 'clip%', no",
            wanted,
            ("evidence_evicted", _SERVER_HAS_IT),
        )

    def _remove_unsent_clips(self, wanted: int) -> int:
        # The warning comes before the loss, however fast the disk has filled.
        self.tell()
        return self._remove(
            "uploaded_at IS NULL AND kind LIKE 'clip%' ORDER BY no",
            wanted,
            ("evidence_lost_unsent", _UNSENT),
        )

    def _remove(self, which: str, wanted: int, why: tuple[str, str]) -> int:
        """Remove kept files until enough is free; return the bytes. why: counter and reason."""
        counter, reason = why
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT sha256, kind, media_type, bytes FROM evidence"  # noqa: S608 - our own words
                f" WHERE state = 'kept' AND {which}"
            ).fetchall()
        freed = 0
        for sha, kind, media_type, size in rows:
            if freed >= wanted:
                break
            self._remove_one(sha, self._place(EvidenceKind(kind), sha, media_type), reason)
            self._counters.count(counter)
            freed += size
        return freed

    def _remove_one(self, sha: str, path: Path, reason: str) -> None:
        """Row first, so that no row promises what is gone; on a full disk the file makes its room.

        Raises:
            EvidenceError: the disk takes nothing at all.
        """
        try:
            self._mark(sha, reason)
        except EvidenceError:
            _unlink(path)
            self._mark(sha, reason)
        else:
            _unlink(path)

    def _mark(self, sha: str, reason: str) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE evidence SET state = 'evicted', reason = ? WHERE sha256 = ?", (reason, sha)
            )


def free_on_disk_of(folder: Path) -> int:
    """Return the bytes that an ordinary program may still write there; 0 when nobody can say."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as fault:
        raise EvidenceError(f"{path}: cannot be removed: {fault.strerror}") from fault
