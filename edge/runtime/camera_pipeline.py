"""One camera from boxes to messages: `step` takes a look, and what changed is told and kept."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from edge.core.camera_core import CameraCore
from edge.core.detections import Detections
from edge.core.incidents import Incident, IncidentChange
from edge.core.looking_gate import Judged
from edge.core.moment import Moment
from edge.errors import DeliveryError, EvidenceError
from edge.inference.lane import Looked
from edge.inference.region_watch import RegionWatch
from edge.ports import NO_BOXES, Clock, Counters, Frame, Outbox, RawBoxes, Recorder
from edge.runtime.bystanders import Bystanders
from edge.runtime.events import EventFacts, Told, event_writer
from edge.runtime.permit_desk import PermitDesk
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.events import Change
from hazard_library.contract.evidence import EvidenceRef
from hazard_library.contract.ids import CameraId
from hazard_library.contract.topics import Channel

_log = structlog.get_logger(__name__)

#: Changes that wait for a disk that takes nothing; more are dropped, oldest first, and counted.
_MOST_UNTOLD = 1000


@dataclass(frozen=True, slots=True)
class PipelineParts:
    """What a pipeline works with; all but `bystanders` and `regions` is shared by all cameras.

    bystanders: at a camera whose own models see no people, finds those in a picture that is told
    of; None where they are seen anyway, or nobody can see them.
    regions: compares the camera's taught regions; None where it has none.
    permits: the work permits of the site; None where there are none to ask for.
    """

    recorder: Recorder
    outbox: Outbox
    clock: Clock
    counters: Counters
    bystanders: Bystanders | None = None
    regions: RegionWatch | None = None
    permits: PermitDesk | None = None


class CameraPipeline:
    """Owned by its thread. An incident's state and its event go into one transaction."""

    def __init__(
        self, camera: CameraId, core: CameraCore, facts: EventFacts, parts: PipelineParts
    ) -> None:
        self._camera = camera
        self._core = core
        self._facts = facts
        self._parts = parts
        self._size = (1, 1)
        self._untold: deque[Told] = deque()
        #: The last picture judged; read by the thread that reads the camera.
        self.judged: Judged | None = None

    def adopt_configuration(self, sha256: str) -> None:
        """Name another configuration in what is told from now on; called from any thread."""
        self._facts = replace(self._facts, config_sha256=sha256)

    def hand_over(self, following: "CameraPipeline") -> None:
        """Let another pipeline of this camera go on with what is open and could not be told yet.

        What the other's rules do not know closes with its first picture.
        """
        following.take_over(self._core.open_incidents, tuple(self._untold), self._size)

    def take_over(
        self, incidents: Sequence[Incident], untold: Sequence[Told], size: tuple[int, int]
    ) -> None:
        """Go on with open incidents and untold changes; size: of the last picture, in pixels."""
        self._core.restore(incidents)
        self._untold.extend(untold)
        self._size = size

    def step(self, looked: Looked) -> None:
        """Judge one look and tell what changed."""
        self._tell_untold()
        frame = looked.frame
        self._size = frame.size
        self._parts.counters.count("frames_gated" if looked.is_still else "frames_looked_at")
        for change in self._changes(looked):
            self._tell(self._peopled(change, frame), self._evidence(change, frame))
        self.judged = Judged(frame.at, self._core.is_quiet)

    def unseen(self, at: Moment, why: str, condition: CameraCondition | None = None) -> None:
        """Let time pass without a picture; condition: the state of the camera, if it is known."""
        self._tell_untold()
        if condition is not None:
            self._note_state(at, condition, None)
        for change in self._core.unseen(at, why, condition):
            self._tell(self._peopled(change, None), self._evidence(change, None))

    def finish(self, reason: str) -> None:
        """Close what is open: the film has ended. What could not be told is tried once more."""
        self._tell_untold()
        for change in self._core.finish():
            self._tell(self._peopled(change, None), ())
        self._parts.recorder.source_ended(self._camera, reason)

    @property
    def untold(self) -> int:
        """How many changes wait because the outbox did not take them."""
        return len(self._untold)

    def _changes(self, looked: Looked) -> tuple[IncidentChange, ...]:
        at, condition = looked.frame.at, looked.frame.condition
        if looked.fault is not None:
            self._note_state(at, condition, looked.frame)
            return self._core.unseen(at, f"not analysed: {looked.fault}", condition)
        detections = _detections(at, looked.boxes, self._size)
        if looked.blind is None:
            self._parts.recorder.observe(self._camera, at, detections)
        self._note_state(at, condition, looked.frame)
        watch, permits = self._parts.regions, self._parts.permits
        regions = () if watch is None or looked.blind is not None else watch.look(looked.frame)
        known = () if permits is None else permits.of(self._camera)
        changes = self._core.step(detections, looked.blind, regions, known, condition=condition)
        if permits is not None:
            for excused in self._core.excused:
                permits.tell(self._camera, excused)
        return changes

    def _peopled(self, change: IncidentChange, frame: Frame | None) -> IncidentChange:
        bystanders = self._parts.bystanders
        # Who stands before a camera that is covered or frozen, nobody can tell.
        if bystanders is None or change.incident.hazard in self._core.state_hazards:
            return change
        return bystanders.added(change, frame)

    def _note_state(self, at: Moment, condition: CameraCondition, frame: Frame | None) -> None:
        if self._core.state_hazards:
            self._parts.recorder.note_state(self._camera, at, condition, frame)

    def _evidence(self, change: IncidentChange, frame: Frame | None) -> tuple[EvidenceRef, ...]:
        if change.change is not Change.OPENED:
            return ()
        recorder = self._parts.recorder
        try:
            if change.incident.hazard in self._core.state_hazards:
                return recorder.capture_state(change)
            return () if frame is None else recorder.capture(change, frame)
        except EvidenceError as fault:
            self._parts.counters.count("evidence_failed")
            _log.error("evidence_failed", incident=str(change.incident.id), reason=str(fault))
            return ()

    def _tell(self, change: IncidentChange, evidence: tuple[EvidenceRef, ...]) -> None:
        if len(self._untold) == _MOST_UNTOLD:
            self._untold.popleft()
            self._parts.counters.count("events_dropped")
        self._untold.append(Told(change, evidence, self._size))
        self._tell_untold()

    def _tell_untold(self) -> None:
        """Hand changes to the outbox in order; what it does not take stays for the next step."""
        while self._untold:
            told = self._untold[0]
            write = event_writer(self._facts, told, self._parts.clock.now().utc)
            try:
                self._parts.outbox.append(Channel.INCIDENT, write, told.change.incident)
            except DeliveryError as fault:
                self._parts.counters.count("outbox_refusals")
                _log.warning("event_kept_back", camera=self._camera, reason=str(fault))
                return
            self._untold.popleft()
            _log_change(told.change)


def _detections(at: Moment, boxes: RawBoxes | None, size: tuple[int, int]) -> Detections:
    found = NO_BOXES if boxes is None else boxes
    return Detections(at, found.boxes, found.scores, found.labels, size[0], size[1])


def _log_change(change: IncidentChange) -> None:
    incident = change.incident
    _log.info(
        f"incident_{change.change.value}",
        camera=incident.camera,
        incident=str(incident.id),
        hazard=incident.hazard,
        zone=incident.zone,
        seq=incident.seq,
    )
