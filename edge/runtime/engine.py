"""All that runs in the child: cameras, workers, evidence, delivery. Started once, drained once."""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from edge.delivery.mqtt_link import MqttLink
from edge.delivery.sender import Sender
from edge.delivery.sqlite_outbox import SqliteOutbox
from edge.delivery.uploader import Uploader
from edge.evidence.directory_store import DirectoryStore
from edge.fleet.certificate_keeper import CertificateKeeper
from edge.fleet.commands import Commands
from edge.fleet.heartbeat import Heartbeat
from edge.fleet.reception import Reception
from edge.fleet.status_board import StatusBoard
from edge.fleet.system_clock import SystemClock
from edge.inference.detector import Detector
from edge.inference.workers import Workers
from edge.ports import Recorder
from edge.runtime.camera_unit import CameraUnit
from edge.runtime.cameras import Cameras, Seat
from edge.runtime.permit_desk import PermitDesk
from edge.runtime.site_changes import CameraChanges

_log = structlog.get_logger(__name__)

#: Of 19: an eighth of what an ordinary thread gets when both want to run.
_EVIDENCE_NICENESS = 10

_JOIN_S = 15.0
_LOOK_S = 0.2


class Runs(Protocol):
    """A part with a thread of its own."""

    def run(self) -> None:
        """Work until stopped."""
        ...

    def stop(self) -> None:
        """Let `run` end."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """The way out: None of it exists for a box without a link."""

    link: MqttLink
    reception: Reception
    sender: Sender
    uploader: Uploader
    heartbeat: Heartbeat
    commands: Commands
    certificate: CertificateKeeper | None
    """None: the box has a credential file."""


@dataclass(frozen=True, slots=True)
class EngineParts:
    """Everything that was composed."""

    cameras: Cameras
    workers: Workers
    recorder: Recorder
    store: DirectoryStore
    outbox: SqliteOutbox
    board: StatusBoard
    clock: SystemClock
    delivery: Delivery | None
    backends: Mapping[str, Detector]
    permits: PermitDesk
    keep_figures: Callable[[], None]
    close_stores: Callable[[], None]


@dataclass(frozen=True, slots=True)
class LeftOver:
    """What a drain could not bring away in time."""

    messages: int
    uploads: int
    clips: bool

    def __str__(self) -> str:
        """Write it as one sentence."""
        parts = []
        if self.messages:
            parts.append(f"{self.messages} messages without the server's receipt")
        if self.uploads:
            parts.append(f"{self.uploads} evidence files not uploaded")
        if self.clips:
            parts.append("clips not sealed")
        return ", ".join(parts)

    def __bool__(self) -> bool:
        """Whether anything is left."""
        return bool(self.messages or self.uploads or self.clips)


class Engine:
    """Owns the threads. `start`, then `wait` or `drain`, then `stop`."""

    def __init__(self, parts: EngineParts) -> None:
        self._parts = parts
        #: Loaded models by name.
        self.backends = parts.backends
        self._evidence_stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._crashed: str | None = None

    @property
    def crashed(self) -> str | None:
        """The shared part that crashed, or None: the child must leave and be started again."""
        return self._crashed

    @property
    def parts(self) -> EngineParts:
        """What it is made of, for those who show it."""
        return self._parts

    @property
    def units(self) -> Sequence[CameraUnit]:
        """The cameras."""
        return self._parts.cameras.units

    @property
    def stuck(self) -> str | None:
        """What has not moved for a minute, or None: only a new start helps."""
        mono = self._parts.clock.now().mono
        for unit in self.units:
            if unit.is_stuck(mono):
                return f"pipeline-{unit.camera}"
        waiting = [
            held for unit in self.units if (held := unit.breath.is_kept_waiting(mono)) is not None
        ]
        return "inference" if waiting and all(waiting) else None

    def start(self) -> None:
        """Start everything; open incidents were restored when it was composed."""
        self._parts.workers.start()
        self._start_thread("evidence", self._make_evidence)
        delivery = self._parts.delivery
        if delivery is not None:
            for name, part in _working(delivery):
                self._start_thread(name, part.run)
            delivery.link.start(delivery.reception)
        self._parts.cameras.start()
        _log.info("engine_started", cameras=[unit.camera for unit in self.units])

    def are_sources_over(self) -> bool:
        """Whether every camera has come to its end."""
        return all(unit.is_over for unit in self.units)

    def drain(self, timeout_s: float) -> LeftOver:
        """Seal the clips, then wait until the server has everything (or time runs out)."""
        clock = self._parts.clock
        until = clock.now().mono + timeout_s
        sealed = self._parts.recorder.drain(timeout_s)
        left = self._left(sealed)
        while left and self._parts.delivery is not None and clock.now().mono < until:
            clock.wait(_LOOK_S)
            left = self._left(sealed)
        return left

    def stop(self) -> None:
        """Leave in order: cameras, workers, evidence, then what sends."""
        self._parts.board.show_draining()
        self._parts.cameras.stop()
        self._parts.workers.stop()
        self._evidence_stop.set()
        delivery = self._parts.delivery
        if delivery is not None:
            for _, part in _working(delivery):
                part.stop()
        for thread in self._threads:
            thread.join(_JOIN_S)
            if thread.is_alive():
                _log.error("part_did_not_leave", part=thread.name, within_s=_JOIN_S)
        if delivery is not None:
            delivery.link.stop()
        self._parts.keep_figures()
        self._parts.close_stores()
        _log.info("engine_stopped")

    def reconfigure(
        self,
        changes: CameraChanges,
        seats: Sequence[Seat],
        sha256: str,
        backends: Mapping[str, Detector],
    ) -> None:
        """Change cameras while the others go on; a model that nobody needs any more is let go."""
        self._parts.cameras.apply(changes, seats, sha256)
        needed = {part.model for seat in seats for part in seat.eyes.plan.everyone_asked}
        self.backends = {name: one for name, one in backends.items() if name in needed}
        self._parts.board.show_config(sha256)

    def take_revision(self) -> bytes | None:
        """Return a configuration that the server sent, once; None if there is none."""
        delivery = self._parts.delivery
        return None if delivery is None else delivery.reception.revisions.take()

    def refuse_configuration(self, sha256: str, reason: str) -> None:
        """Tell the server that a newer configuration is not in force, and why."""
        self._parts.board.show_config(sha256, reason)

    def keep_figures(self) -> None:
        """Write what every camera did so far, for the report."""
        self._parts.keep_figures()

    def _left(self, sealed: bool) -> LeftOver:  # noqa: FBT001 - passed on as it was found
        if self._parts.delivery is None:
            return LeftOver(0, 0, not sealed)
        return LeftOver(
            self._parts.outbox.backlog().pending,
            self._parts.store.count_to_upload(),
            not sealed,
        )

    def _make_evidence(self) -> None:
        # Coding a clip takes a core for seconds: it may wait, a picture and an event may not.
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _EVIDENCE_NICENESS)
        self._parts.recorder.run(self._evidence_stop)

    def _start_thread(self, name: str, body: Callable[[], None]) -> None:
        thread = threading.Thread(target=self._guarded, args=(name, body), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _guarded(self, name: str, body: Callable[[], None]) -> None:
        """Let a crash of a shared part end the child: the parent starts it from its stores."""
        try:
            body()
        except Exception:  # noqa: BLE001 - outermost: the parent starts the child again
            _log.exception("part_crashed", part=name)
            self._parts.board.count("parts_crashed")
            self._crashed = name


def _working(delivery: Delivery) -> tuple[tuple[str, Runs], ...]:
    parts: tuple[tuple[str, Runs], ...] = (
        ("sender", delivery.sender),
        ("uploader", delivery.uploader),
        ("heartbeat", delivery.heartbeat),
        ("commands", delivery.commands),
    )
    if delivery.certificate is None:
        return parts
    return (*parts, ("certificate", delivery.certificate))
