"""The cameras of a running box: opened, changed in place, let go, each alone.

One thread at a time changes them (the one that started the engine); `units` may be read by any.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import structlog

from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.looking_gate import GateSettings, LookingGate
from edge.fleet.box_clock import ReadClock, state_of
from edge.fleet.status_board import StatusBoard
from edge.inference.lane import Waiting
from edge.inference.panel import Panel
from edge.inference.sharing import EVERY_PICTURE, Share
from edge.inference.workers import Workers
from edge.ports import Clock, Outbox, Recorder
from edge.runtime.camera_eyes import CameraEyes
from edge.runtime.camera_pipeline import CameraPipeline, PipelineParts
from edge.runtime.camera_stage import CameraStage
from edge.runtime.camera_unit import CameraUnit, UnitParts
from edge.runtime.events import EventFacts
from edge.runtime.outlook import Outlook
from edge.runtime.permit_desk import PermitDesk
from edge.runtime.site_changes import CameraChanges
from edge.video.evidence_ring import EvidenceRing
from edge.video.main_stream import MainStream
from edge.video.packet_ring import PacketRing
from edge.video.source import Mode, SourceSpec
from hazard_library.catalogue.hazard import GRAVEST
from hazard_library.contract.ids import CameraId, DeviceId, HazardId

_log = structlog.get_logger(__name__)

_JOIN_S = 15.0
_REMOVED = "the camera was taken out of the configuration"
_MOVED = "the camera's source was changed in the configuration"


@dataclass(frozen=True, slots=True)
class CameraParts:
    """What all cameras share.

    new_ring: makes an empty one. severities, catalogue_sha256: as every event states them.
    """

    device: DeviceId
    severities: Mapping[HazardId, int]
    catalogue_sha256: str
    stage: CameraStage
    recorder: Recorder
    outbox: Outbox
    workers: Workers
    board: StatusBoard
    clock: Clock
    permits: PermitDesk
    read_clock: ReadClock
    new_ring: Callable[[], PacketRing]


@dataclass(frozen=True, slots=True)
class Seat:
    """One camera as a configuration wants it, its models loaded."""

    eyes: CameraEyes
    spec: SourceSpec


class Cameras:
    """Owns the units; a reader gets the tuple of the moment."""

    def __init__(self, parts: CameraParts, seats: Sequence[Seat]) -> None:
        self._parts = parts
        self._outlooks: dict[CameraId, Outlook] = {}
        self.units: tuple[CameraUnit, ...] = tuple(self._open(seat) for seat in seats)

    def start(self) -> None:
        """Start every camera."""
        for unit in self.units:
            unit.start()

    def stop(self) -> None:
        """Ask all to leave, then wait for them."""
        for unit in self.units:
            unit.stop()
        for unit in self.units:
            self._await_end(unit)

    def apply(self, changes: CameraChanges, seats: Sequence[Seat], config_sha256: str) -> None:
        """Bring the running cameras to what a configuration wants; the others never notice."""
        self._parts.stage.config_sha256 = config_sha256
        wanted = {seat.spec.camera: seat for seat in seats}
        running = {unit.camera: unit for unit in self.units}
        for camera in changes.rejudged:
            self._rejudge(running[camera], wanted[camera])
        for camera in (*changes.removed, *changes.reconnected):
            running[camera].stop()
        for camera in changes.removed:
            self._remove(running.pop(camera))
        for camera in changes.reconnected:
            self._end(running[camera], _MOVED)
        for camera in (*changes.reconnected, *changes.added):
            running[camera] = self._open(wanted[camera])
            running[camera].start()
        for unit in running.values():
            unit.adopt_configuration(config_sha256)
        self._parts.recorder.adopt_configuration(config_sha256)
        self.units = tuple(running[seat.spec.camera] for seat in seats)
        _log.info("cameras_changed", **asdict(changes))

    def _open(self, seat: Seat) -> CameraUnit:
        parts, spec = self._parts, seat.spec
        parts.stage.show(seat.eyes)
        parts.stage.clock_sources[spec.camera] = spec.clock_source
        ring = parts.new_ring()
        main = self._main_stream(spec)
        clips = ring if main is None else EvidenceRing(main.ring, ring)
        parts.stage.rings[spec.camera] = clips
        outlook = self._outlooks[spec.camera] = Outlook(seat.eyes.panel.detect)
        waiting = Waiting.EVERY if spec.mode is Mode.REPLAY else Waiting.NEWEST
        lane = parts.workers.open_lane(spec.camera, waiting, outlook.detect, self._share(seat))
        lane.together = _together(seat)
        return CameraUnit(
            UnitParts(
                spec=spec,
                ring=ring,
                main=main,
                lane=lane,
                new_pipeline=lambda: self._new_pipeline(seat),
                give_up=lambda reason: parts.recorder.source_ended(spec.camera, reason),
                board=parts.board,
                clock=parts.clock,
                gate=_gate(seat),
            )
        )

    def _main_stream(self, spec: SourceSpec) -> MainStream | None:
        """Return what reads the stream that clips are cut from, at a camera with two."""
        if spec.main is None:
            return None
        ring = self._parts.new_ring()
        return MainStream(replace(spec, address=spec.main), self._parts.clock, ring)

    def _share(self, seat: Seat) -> Share:
        """Let cameras that watch for the gravest hazards keep their rates under overload."""
        hazards = (binding.hazard for binding in seat.eyes.plan.bindings)
        severity = max((self._parts.severities.get(one, 1) for one in hazards), default=1)
        return Share(seat.spec.sample_fps or EVERY_PICTURE, severity >= GRAVEST)

    def _new_pipeline(self, seat: Seat) -> CameraPipeline:
        parts, eyes, spec = self._parts, seat.eyes, seat.spec
        facts = EventFacts(
            device=parts.device,
            boot=parts.outbox.boot,
            models=eyes.models_by_hazard,
            severities=parts.severities,
            catalogue_sha256=parts.catalogue_sha256,
            config_sha256=parts.stage.config_sha256,
            clock=lambda at: state_of(spec.clock_source, at, parts.read_clock),
        )
        shared = PipelineParts(
            recorder=parts.recorder,
            outbox=parts.outbox,
            clock=parts.clock,
            counters=parts.board,
            bystanders=eyes.bystanders(parts.board),
            regions=eyes.region_watch(parts.board),
            permits=parts.permits,
        )
        core = CameraCore(CoreSpec(facts.device, spec.camera, eyes.plan.bindings, eyes.tracking))
        if spec.mode is Mode.LIVE:
            # A replay begins at its first picture again: it tells the same events once more, and
            # the outbox knows them by their ids.
            core.restore(parts.outbox.open_incidents())
        return CameraPipeline(spec.camera, core, facts, shared)

    def _rejudge(self, unit: CameraUnit, seat: Seat) -> None:
        """Look and judge by other rules, without a word to the camera: no frame is lost."""
        self._parts.stage.show(seat.eyes)
        self._outlooks[unit.camera].turn_to(seat.eyes.panel.detect)
        unit.lane.share = self._share(seat)
        unit.lane.together = _together(seat)
        unit.rejudge(lambda: self._new_pipeline(seat), _gate(seat))

    def _remove(self, unit: CameraUnit) -> None:
        """Nobody would ever close what is open at a camera that is gone: it closes now."""
        self._end(unit, _REMOVED)
        unit.close_open_incidents(_REMOVED)
        self._parts.stage.forget(unit.camera)
        self._parts.board.forget_camera(unit.camera)

    def _end(self, unit: CameraUnit, reason: str) -> None:
        self._await_end(unit)
        self._parts.workers.close_lane(unit.lane)
        self._parts.recorder.source_ended(unit.camera, reason)

    @staticmethod
    def _await_end(unit: CameraUnit) -> None:
        if not unit.join(_JOIN_S):
            _log.error("camera_did_not_leave", camera=unit.camera)


def _together(seat: Seat) -> Panel | None:
    """Where the models take several pictures in one run, cameras share it."""
    panel = seat.eyes.panel
    return panel if panel.most_pictures > 1 else None


def _gate(seat: Seat) -> LookingGate | None:
    """A replay looks at every picture: its outcome must not depend on who was faster."""
    camera = seat.eyes.camera
    if seat.spec.mode is Mode.REPLAY or not camera.gate:
        return None
    return LookingGate(GateSettings(full_look_every_s=camera.full_look_every.total_seconds()))
