"""Evidence of incidents: the picture at once, the clip after its post-roll, then the manifest."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from edge.core.detections import Detections
from edge.core.incidents import IncidentChange
from edge.core.moment import Moment
from edge.core.scene import Zone
from edge.errors import DeliveryError, EvidenceError
from edge.evidence import key_frame
from edge.evidence.clip_desk import ClipDesk, ClipJob, ClipWish, DeskLimits
from edge.evidence.clip_job import Made, lost, make_clips
from edge.evidence.directory_store import reference
from edge.evidence.evidence_database import EvidenceDatabase
from edge.evidence.heads import HeadsInPictures, people_in
from edge.evidence.held_stretch import Reserves
from edge.evidence.identity_key import load_or_create
from edge.evidence.ledger import ClipOrder, EvidenceLedger
from edge.evidence.losses import LossTeller
from edge.evidence.markings import Words
from edge.evidence.people import People
from edge.evidence.seal import Maker, Sealer
from edge.evidence.state_evidence import Showing, with_pictures
from edge.evidence.state_witness import StateWitness
from edge.evidence.unsealed import Unsealed
from edge.ports import Clock, Counters, EvidenceStore, Frame, Look, Outbox
from edge.video.clip import ShownFormat
from edge.video.evidence_ring import ClipSource
from edge.video.packet_ring import Stretch
from hazard_library.contract.clock import ClockState
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.events import Change, ModelUsed
from hazard_library.contract.evidence import EvidenceKind, EvidenceRef
from hazard_library.contract.ids import CameraId, DeviceId, HazardId

_log = structlog.get_logger(__name__)

_IDLE_S = 0.5
_RESTARTED = "the box was restarted before the clip was complete"


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """What evidence says about its maker, what it shows, and how much stream surrounds a trigger.

    models: returns those behind a hazard at a camera. clock: says how far the times of a camera
    can be trusted at a moment. heads_found_by: for cameras whose own models see no people, what
    finds them in a picture that is shown; None: nothing does, and such a picture is made coarse all
    over. zones, words: drawn and written in the key frame. waits_for_clips: in a replay the
    pipeline waits when clips pile up; live, the clip is given up and reported.
    """

    device: DeviceId
    software: str
    config_sha256: str
    catalogue_sha256: str
    models: Callable[[CameraId, HazardId], Sequence[ModelUsed]]
    clock: Callable[[CameraId, Moment], ClockState | None] = lambda _camera, _at: None
    heads_are_the_hazard: frozenset[HazardId] = frozenset()
    heads_found_by: Mapping[CameraId, Look | None] = field(default_factory=dict)
    zones: Mapping[CameraId, tuple[Zone, ...]] = field(default_factory=dict)
    words: Words = field(default_factory=Words)
    pre_roll_s: float = 10.0
    post_roll_s: float = 10.0
    waits_for_clips: bool = False
    shown: ShownFormat = field(default_factory=ShownFormat)


@dataclass(frozen=True, slots=True)
class EvidenceStores:
    """Where evidence goes. `database` is the one the store was opened with."""

    store: EvidenceStore
    database: EvidenceDatabase
    outbox: Outbox
    key_file: Path
    counters: Counters


class EvidenceRecorder:
    """Implements `ports.Recorder`.

    `run` is the body of the evidence thread; everything else is called by pipelines and never
    waits for a clip (except in a replay, when too many wait).
    """

    def __init__(
        self,
        settings: EvidenceSettings,
        stores: EvidenceStores,
        rings: Mapping[CameraId, ClipSource],
        clock: Clock,
    ) -> None:
        """Read what an earlier start ordered and did not seal; `run` seals it."""
        self._settings = settings
        self._store = stores.store
        self._counters = stores.counters
        self._ledger = EvidenceLedger(stores.database)
        self._interrupted = {order.incident: order for order in self._ledger.open_orders()}
        maker = Maker(
            device=settings.device,
            software=settings.software,
            config_sha256=settings.config_sha256,
            catalogue_sha256=settings.catalogue_sha256,
            models=settings.models,
        )
        key = load_or_create(stores.key_file)
        self._sealer = Sealer(maker, key, self._ledger, stores.outbox, clock)
        self._losses = LossTeller(settings.device, stores.store, stores.outbox, clock)
        limits = DeskLimits(waits_for_room=settings.waits_for_clips)
        self._desk = ClipDesk(rings, clock, stores.counters, limits)
        self._rings = rings
        self._witnesses: dict[CameraId, StateWitness] = {}
        self._unsealed = Unsealed(stores.counters)

    def adopt_configuration(self, sha256: str) -> None:
        """Name another configuration in what is sealed from now on."""
        self._sealer.adopt_configuration(sha256)

    def capture(self, change: IncidentChange, frame: Frame) -> tuple[EvidenceRef, ...]:
        """Keep the key frame of an opened incident, original and shown, and order its clip."""
        if change.change is not Change.OPENED:
            return ()
        incident = change.incident
        order = ClipOrder(
            incident.id,
            incident.camera,
            incident.hazard,
            frame.at.utc,
            files=(),
            lost={},
            clock=self._settings.clock(incident.camera, frame.at),
            masks=frame.masks,
        )
        order = self._with_key_frames(order, change, frame)
        before_s, after_s = self._settings.pre_roll_s, self._settings.post_roll_s
        stretch = Stretch.around(frame.at, before_s, after_s)
        self._order(ClipWish(order, frame.at, stretch, self._heads_to_keep(change, frame)))
        return order.files

    def capture_state(self, change: IncidentChange) -> tuple[EvidenceRef, ...]:
        """Keep what shows that a camera's state changed, and order the clip around the change."""
        incident = change.incident
        witness = self._witnesses.get(incident.camera)
        episode = None if witness is None else witness.episode
        if change.change is not Change.OPENED or witness is None or episode is None:
            return ()
        order = ClipOrder(
            incident.id,
            incident.camera,
            incident.hazard,
            episode.began.utc,
            files=(),
            lost={},
            clock=self._settings.clock(incident.camera, episode.began),
            masks=episode.masks,
        )
        look = self._settings.heads_found_by.get(incident.camera)
        order = with_pictures(
            order, change, episode, self._keep_frame, Showing(look, self._settings.words)
        )
        self._order(ClipWish(order, episode.began, episode.stretch, ()), episode.source)
        witness.spent()
        return order.files

    def note_state(
        self, camera: CameraId, at: Moment, condition: CameraCondition, frame: Frame | None
    ) -> None:
        """Learn how a camera whose states are hazards is; frame: the picture of that moment."""
        if camera not in self._witnesses:
            before_s, after_s = self._settings.pre_roll_s, self._settings.post_roll_s
            self._witnesses[camera] = StateWitness(
                lambda: self._rings.get(camera), before_s, after_s
            )
        people = None if frame is None else self._desk.look_at(camera, at.mono)
        self._witnesses[camera].note(at, condition, frame, people)

    def observe(self, camera: CameraId, at: Moment, detections: Detections) -> None:
        """Remember where heads were: call for every analysed picture of a camera, in order."""
        self._desk.observe(camera, People.of_detections(at, detections))

    def source_ended(self, camera: CameraId, reason: str) -> None:
        """Learn that a camera's last picture was looked at: its clips end with what there is."""
        self._desk.source_ended(camera, reason)

    def run(self, stop: threading.Event) -> None:
        """Seal what an earlier start left, then make clips until told to stop.

        What is still ordered when it stops is reported by the next start. A replay orders anew
        what an earlier start left, so it is only looked at in `drain`.
        """
        if not self._settings.waits_for_clips:
            self.restore()
        while not stop.is_set():
            self.step(_IDLE_S)
        self._desk.close()

    def restore(self) -> None:
        """Seal the orders of an earlier start: their packets are gone, their key frames are not."""
        while self._interrupted:
            _, order = self._interrupted.popitem()
            self._counters.count("clips_lost")
            self._seal(Made(lost(order, _RESTARTED), None))
        self._try(self._sealer.announce)

    def step(self, timeout_s: float) -> None:
        """Make the next clip, if one is ready within the time."""
        self._seal_again()
        self._try(self._losses.tell)
        job = self._desk.next_job(timeout_s)
        if job is None:
            return
        try:
            self._make(job)
        finally:
            self._desk.job_done()

    def drain(self, timeout_s: float) -> bool:
        """Wait until every ordered clip is sealed; False when time ran out first."""
        if not self._desk.wait_until_idle(timeout_s):
            return False
        self.restore()
        return not self._unsealed

    def _make(self, job: ClipJob) -> None:
        camera, found_by = job.wish.order.camera, self._settings.heads_found_by
        redraw = HeadsInPictures(found_by[camera]).redraw if camera in found_by else None
        made = make_clips(job, self._store.put, self._settings.shown, redraw)
        if made.order.lost:
            self._counters.count("clips_lost")
        self._seal(made)
        _log.info(
            "clip_sealed",
            incident=str(made.order.incident),
            camera=made.order.camera,
            cut_short=job.span.cut_short,
            lost={kind.value: reason for kind, reason in made.order.lost.items()},
        )

    def _seal(self, made: Made) -> None:
        if not self._try(lambda: self._sealer.seal(made.order, made.span)):
            self._unsealed.add(made)

    def _seal_again(self) -> None:
        """Try once more what a full disk has kept from being sealed."""
        made = self._unsealed.first
        if made is not None and self._try(lambda: self._sealer.seal(made.order, made.span)):
            self._unsealed.sealed_first()

    def _try(self, verb: Callable[[], None]) -> bool:
        try:
            verb()
        except (EvidenceError, DeliveryError) as fault:
            self._counters.count("manifests_delayed")
            _log.error("manifest_not_sealed", fault=str(fault))
            return False
        return True

    def _order(self, wish: ClipWish, source: Reserves | None = None) -> None:
        """Order the clip of an incident, from its camera's ring if no other source is named."""
        incident = wish.order.incident
        # A replay that begins again tells what it told before; what is sealed stays as it is.
        self._interrupted.pop(incident, None)
        if self._ledger.is_sealed(incident):
            return
        try:
            self._ledger.order(wish.order)
        except EvidenceError as fault:
            self._counters.count("clip_orders_unsafe")
            _log.error("clip_order_not_written", incident=str(incident), fault=str(fault))
        self._desk.order(wish, source)

    def _with_key_frames(self, order: ClipOrder, change: IncidentChange, frame: Frame) -> ClipOrder:
        order = self._keep_frame(
            order, EvidenceKind.FRAME_ORIGINAL, lambda: key_frame.original_jpeg(frame)
        )
        zones = self._settings.zones.get(change.incident.camera, ())
        stays = change.incident.hazard in self._settings.heads_are_the_hazard
        people = self._people(change, frame)
        return self._keep_frame(
            order,
            EvidenceKind.FRAME_SHOWN,
            lambda: key_frame.shown_jpeg(
                frame,
                change,
                people,
                zones,
                heads_are_the_hazard=stays,
                words=self._settings.words,
            ),
        )

    def _people(self, change: IncidentChange, frame: Frame) -> People | None:
        """Return the people of the key frame; None when nobody knows."""
        found_by = self._settings.heads_found_by
        if frame.camera in found_by:
            return people_in(frame.pixels, found_by[frame.camera])
        followed = key_frame.people_at(frame, change)
        # What is too weak to start a track may be a head all the same.
        seen = self._desk.look_at(frame.camera, frame.at.mono)
        return followed if seen is None else followed.with_more(seen)

    def _keep_frame(
        self, order: ClipOrder, kind: EvidenceKind, write: Callable[[], bytes]
    ) -> ClipOrder:
        """Write and keep one picture; the event goes out without it if that fails."""
        try:
            data = write()
            ref = reference(data, kind, "image/jpeg")
            self._store.put(data, ref)
        except EvidenceError as fault:
            self._counters.count("key_frames_lost")
            _log.error("key_frame_lost", incident=str(order.incident), fault=str(fault))
            return order.without(kind, str(fault))
        return order.with_files(ref)

    def _heads_to_keep(
        self, change: IncidentChange, frame: Frame
    ) -> tuple[tuple[float, float, float, float], ...]:
        if change.incident.hazard not in self._settings.heads_are_the_hazard:
            return ()
        return key_frame.subjects_of(change, key_frame.people_at(frame, change))
