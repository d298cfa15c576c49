"""Brings evidence files to the server, key frames first, and goes on where it stopped."""

from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO, assert_never

import structlog

from edge.core.moment import Moment
from edge.delivery.bell import Bell
from edge.delivery.evidence_door import (
    Answer,
    Complete,
    EvidenceDoor,
    HashDiffers,
    Held,
    NotAnnounced,
    ServerAway,
    TooLarge,
)
from edge.delivery.retry_delay import RetryDelay
from edge.errors import DeliveryError, EvidenceError
from edge.ports import Clock, Counters, EvidenceStore, Upload

log = structlog.get_logger(__name__)

#: More than any outage leaves behind, so that files which must wait never hide those behind them.
_LOOKED_AT = 1000
_SOONEST_S = 0.01


@dataclass(frozen=True, slots=True)
class UploadPace:
    """chunk_bytes: at most 1 MiB, the server's limit. The rest are seconds."""

    chunk_bytes: int = 1024 * 1024
    idle_s: float = 2.0
    first_retry_s: float = 0.5
    longest_retry_s: float = 30.0
    refused_retry_s: float = 3600.0


@dataclass(slots=True)
class _Wait:
    """Why a file is not tried just now."""

    delay: RetryDelay
    until: float = float("-inf")
    hash_differed: bool = False


class Uploader:
    """One thread runs `run`; tests call `step`."""

    def __init__(
        self,
        store: EvidenceStore,
        door: EvidenceDoor,
        clock: Clock,
        counters: Counters,
        pace: UploadPace | None = None,
    ) -> None:
        self._store = store
        self._door = door
        self._clock = clock
        self._counters = counters
        self._pace = pace or UploadPace()
        self._bell = Bell()
        self._failures = RetryDelay(first_s=1.0, longest_s=30.0)
        self._outage = self._fresh_delay()
        self._outage_until = float("-inf")
        self._is_outage_told = False
        self._waits: dict[str, _Wait] = {}

    def run(self) -> None:
        """Work until `stop`."""
        while not self._bell.is_stopped:
            self._bell.wait(self._step_or_wait())
        self._door.close()

    def stop(self) -> None:
        """Let `run` end after the chunk that is under way."""
        self._bell.stop()

    def wake(self) -> None:
        """Say that there is a new file, or that the server has read more announcements."""
        self._bell.ring()

    def step(self) -> float:
        """Bring the first file that is due; return the seconds to wait."""
        now = self._clock.now()
        if now.mono < self._outage_until:
            return self._outage_until - now.mono
        uploads = self._store.to_upload(_LOOKED_AT)
        self._forget_all_but(uploads)
        due = next((upload for upload in uploads if self._is_due(upload, now)), None)
        if due is None:
            return self._until_next(uploads, now)
        try:
            self._bring(due)
        except ServerAway as fault:
            return self._wait_out(fault)
        except DeliveryError as fault:
            self._counters.count("upload_failures")
            log.warning("upload_failed", reason=str(fault))
            self._try_again_later(due)
        self._outage.reset()
        self._is_outage_told = False
        return 0.0

    def _step_or_wait(self) -> float:
        try:
            wait = self.step()
        except EvidenceError as fault:
            self._counters.count("uploader_failures")
            log.warning("evidence_store_failed", reason=str(fault))
            return self._failures.next_delay()
        self._failures.reset()
        return wait

    def _bring(self, upload: Upload) -> None:
        try:
            if upload.path.stat().st_size != upload.ref.bytes:
                self._refuse(upload, "evidence_files_altered", "its size changed on this disk")
                return
            with upload.path.open("rb") as file:
                answer = self._push_rest(upload, file)
        except OSError as error:
            self._refuse(upload, "evidence_files_unreadable", str(error))
            return
        self._conclude(upload, answer)

    def _push_rest(self, upload: Upload, file: BinaryIO) -> Answer:
        """Send chunk after chunk, from wherever the server says it stands."""
        sha256, total = upload.ref.sha256, upload.ref.bytes
        answer = self._door.ask(sha256)
        furthest = -1
        while isinstance(answer, Held) and not self._bell.is_stopped:
            if answer.offset <= furthest or answer.offset > total:
                fault = f"{sha256}: the server went back to byte {answer.offset}; tried again later"
                raise DeliveryError(fault)
            furthest = answer.offset
            file.seek(answer.offset)
            chunk = file.read(self._pace.chunk_bytes)
            answer = self._door.push(sha256, answer.offset, total, chunk)
            self._counters.count("upload_chunks_sent")
        return answer

    def _conclude(self, upload: Upload, answer: Answer) -> None:
        match answer:
            case Complete():
                self._store.mark_uploaded(upload.ref.sha256, self._clock.now().utc)
                self._waits.pop(upload.ref.sha256, None)
                self._counters.count("evidence_files_uploaded")
            case Held():
                """Told to stop in the middle; the server keeps what it has."""
            case NotAnnounced():
                self._counters.count("uploads_not_announced_yet")
                self._try_again_later(upload)
            case HashDiffers():
                self._judge_difference(upload)
            case TooLarge():
                self._refuse(upload, "uploads_too_large", "the server takes no file of this size")
            case _ as unknown:
                assert_never(unknown)

    def _judge_difference(self, upload: Upload) -> None:
        """Once may be the wire; a second time, or a changed file, is for people to look at."""
        wait = self._wait_of(upload)
        if _sha256(upload.path) != upload.ref.sha256:
            self._refuse(upload, "evidence_files_altered", "its bytes changed on this disk")
        elif wait.hash_differed:
            self._refuse(upload, "uploads_refused", "the server finds another hash, twice")
        else:
            wait.hash_differed = True
            self._counters.count("uploads_begun_again")

    def _refuse(self, upload: Upload, counter: str, reason: str) -> None:
        self._counters.count(counter)
        self._wait_of(upload).until = self._clock.now().mono + self._pace.refused_retry_s
        log.error("upload_refused", sha256=upload.ref.sha256, reason=reason)

    def _try_again_later(self, upload: Upload) -> None:
        wait = self._wait_of(upload)
        wait.until = self._clock.now().mono + wait.delay.next_delay()

    def _wait_out(self, fault: ServerAway) -> float:
        delay = self._outage.next_delay()
        self._outage_until = self._clock.now().mono + delay
        self._counters.count("upload_outages")
        if not self._is_outage_told:
            # Once an outage: a line for every attempt would fill the log while a server is away.
            log.warning("server_not_reached", reason=str(fault))
        self._is_outage_told = True
        return delay

    def _wait_of(self, upload: Upload) -> _Wait:
        return self._waits.setdefault(upload.ref.sha256, _Wait(self._fresh_delay()))

    def _is_due(self, upload: Upload, now: Moment) -> bool:
        wait = self._waits.get(upload.ref.sha256)
        return wait is None or wait.until <= now.mono

    def _until_next(self, uploads: tuple[Upload, ...], now: Moment) -> float:
        waits = [self._waits[upload.ref.sha256].until - now.mono for upload in uploads]
        return max(_SOONEST_S, min([self._pace.idle_s, *waits]))

    def _forget_all_but(self, uploads: tuple[Upload, ...]) -> None:
        kept = {upload.ref.sha256 for upload in uploads}
        self._waits = {sha256: wait for sha256, wait in self._waits.items() if sha256 in kept}

    def _fresh_delay(self) -> RetryDelay:
        return RetryDelay(self._pace.first_retry_s, self._pace.longest_retry_s)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
