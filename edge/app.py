"""The composition root: the only place that constructs adapters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import cv2

from edge.config import CameraConfig, Sight, Site, load_site
from edge.config.hours import schedules_of
from edge.core.tracking import TrackingSettings
from edge.delivery import enrolment
from edge.delivery.evidence_door import EvidenceDoor
from edge.delivery.mqtt_link import MqttLink
from edge.delivery.sender import Sender
from edge.delivery.sqlite_outbox import SqliteOutbox
from edge.delivery.uploader import Uploader
from edge.errors import ConfigError
from edge.evidence.directory_store import DirectoryStore
from edge.evidence.evidence_database import EvidenceDatabase
from edge.evidence.no_evidence import NoEvidence
from edge.evidence.recorder import EvidenceRecorder, EvidenceSettings, EvidenceStores
from edge.fleet.box_clock import read_kernel_clock, state_of
from edge.fleet.certificate_keeper import CertificateKeeper, Validity
from edge.fleet.commands import Commands
from edge.fleet.device_report import DeviceReport
from edge.fleet.heartbeat import Heartbeat
from edge.fleet.reception import Reception
from edge.fleet.server_clock import ServerClock
from edge.fleet.status_board import StatusBoard
from edge.fleet.system_clock import SystemClock
from edge.inference import tuned
from edge.inference.detector import Detector
from edge.inference.layout import Layout, decide
from edge.inference.machine import look_around
from edge.inference.site_models import SiteModels, load_backends, open_models
from edge.inference.taught_states import NOTHING_TAUGHT, TaughtStates, open_taught
from edge.inference.workers import Workers
from edge.runtime import figures
from edge.runtime.bindings import severities
from edge.runtime.camera_eyes import open_eyes
from edge.runtime.camera_plan import CameraPlan, plan
from edge.runtime.camera_stage import CameraStage
from edge.runtime.cameras import CameraParts, Cameras, Seat
from edge.runtime.engine import Delivery, Engine, EngineParts
from edge.runtime.permit_desk import PermitDesk
from edge.runtime.site_changes import compare
from edge.runtime.source_specs import source_spec
from edge.runtime.way_out import Certified, way_out
from edge.status.server import StatusServer
from edge.status.vitals import VitalsSource
from edge.video.packet_ring import PacketRing
from edge.video.source import Mode
from hazard_library.catalogue.load import Catalogue
from hazard_library.errors import PackageNotFound
from hazard_library.registry.package import ModelPackage, newest_cards

OUTBOX = "outbox.db"
EVIDENCE = "evidence"
EVIDENCE_DATABASE = "evidence.db"
SIGNING_KEY = "identity/signing-key.pem"


@dataclass(frozen=True, slots=True)
class Box:
    """A configuration with everything it names: checked together, nothing started.

    layout: what its models run on, where they have proved themselves. taught: the states of
    equipment that its cameras compare.
    """

    site: Site
    catalogue: Catalogue
    models: SiteModels
    layout: Layout
    taught: TaughtStates = NOTHING_TAUGHT

    def plan(self, camera: CameraConfig) -> CameraPlan:
        """Return what is looked for at a camera and by which models, and notes about it."""
        config = self.site.config
        schedules = schedules_of(config.schedules, config.calendar, config.time_zone)
        untaught = self.taught.off_at(camera)
        return plan(camera, self.catalogue, self.models, schedules, untaught)


def open_box(
    file: Path,
    catalogue: Catalogue,
    folder: Path | None = None,
    *,
    is_enrolled: bool = True,
    running: Box | None = None,
) -> Box:
    """Read and check a configuration together with the models it lists.

    Args:
        file: `site.yaml`.
        catalogue: the hazards that may be switched on.
        folder: what relative paths count from, if not from the file's own folder.
        is_enrolled: False where the box's secrets need not be there.
        running: the box that goes on; if it lists the same models, these are not proven once more.

    Raises:
        ConfigError: it has mistakes, every one listed; or it lists a model that is not there.
        ModelRejected: none of its models can be used.
    """
    site = load_site(file, catalogue, folder=folder, is_enrolled=is_enrolled)
    given = site.config.models_folder
    root = None if given is None else site.path(given)
    # What was proven when the box started is not proven again while it runs.
    kept = running if running is not None and _looks_alike(running.site, site) else None
    layout = _layout(file, site) if kept is None else kept.layout
    try:
        models = open_models(site.config.models, root, layout) if kept is None else kept.models
    except (PackageNotFound, ConfigError) as fault:
        raise ConfigError(f"{file}: models: {fault}") from fault
    site = load_site(file, catalogue, _sight(models, root), folder, is_enrolled=is_enrolled)
    return Box(site, catalogue, models, layout, open_taught(site, catalogue))


def _layout(file: Path, site: Site) -> Layout:
    try:
        return decide(site.config.inference, tuned.read(site.stores), look_around())
    except ConfigError as fault:
        raise ConfigError(f"{file}: {fault}") from fault


def _looks_alike(one: Site, other: Site) -> bool:
    """Whether two configurations ask for the same models on the same runtime."""
    asked = [
        (site.folder, site.config.models_folder, site.config.models, site.config.inference)
        for site in (one, other)
    ]
    return asked[0] == asked[1]


def _sight(models: SiteModels, root: Path | None) -> Sight | None:
    """Return what the configuration may ask for; None when a listed model's card says nothing.

    What only a refused model sees is no mistake of the configuration: it stays off, with a note.
    """
    labels = models.listed_labels
    if labels is None:
        return None
    elsewhere: dict[str, tuple[str, ...]] = {}
    for card in newest_cards(root):
        for label in card.labels:
            elsewhere[label] = (*elsewhere.get(label, ()), card.name)
    return Sight(labels, elsewhere)


def compose(box: Box, config_error: str | None = None, *, keeps_evidence: bool = True) -> Engine:
    """Build the engine of a box whose stores are taken.

    keeps_evidence: False at a desk, where rules are tried out and no files are made.

    Raises:
        ModelRejected: a model cannot be loaded any more.
        ConfigError: a credential cannot be read.
    """
    # The workers are the threads: OpenCV's own would only fight them for the cores.
    cv2.setNumThreads(1)
    shared = _open_shared(box, config_error)
    permits = PermitDesk(shared.clock, shared.board)
    permits.look(box.site, box.catalogue)
    seats = _seats(box, shared.backends)
    stage = CameraStage(box.site.sha256)
    is_replay = all(seat.spec.mode is Mode.REPLAY for seat in seats)
    recorder = (
        _recorder(box, shared, stage, is_replay=is_replay) if keeps_evidence else NoEvidence()
    )
    cameras = Cameras(
        CameraParts(
            device=box.site.config.device,
            severities=severities(box.catalogue),
            catalogue_sha256=box.catalogue.sha256,
            stage=stage,
            recorder=recorder,
            outbox=shared.outbox,
            workers=shared.workers,
            board=shared.board,
            clock=shared.clock,
            permits=permits,
            read_clock=shared.server_clock.read,
            new_ring=lambda: PacketRing(_ring_seconds(box), box.site.config.quotas.ring),
        ),
        seats,
    )
    return Engine(
        EngineParts(
            cameras=cameras,
            backends=shared.backends,
            workers=shared.workers,
            recorder=recorder,
            store=shared.store,
            outbox=shared.outbox,
            board=shared.board,
            clock=shared.clock,
            delivery=_delivery(box, shared),
            permits=permits,
            close_stores=shared.close_stores,
            keep_figures=lambda: figures.keep(box.site.stores, cameras.units, shared.board),
        )
    )


def open_status(engine: Engine, box: Callable[[], Box]) -> StatusServer | None:
    """Return what shows the box to those beside it, if that is wished; `box` is the one of now."""
    config = box().site.config.status
    if not config.enabled:
        return None
    source = VitalsSource(engine, box().catalogue, lambda: box().site, software())
    return StatusServer(config, source.now, engine.parts.board)


def reconfigure(engine: Engine, before: Box, after: Box) -> tuple[str, ...]:
    """Bring a running engine to a checked new configuration, camera by camera.

    Returns:
        The settings that only a new start applies; then nothing was changed.

    Raises:
        ConfigError, ModelRejected: what it needs cannot be read or loaded; nothing was changed.
    """
    running = {unit.camera: unit.spec for unit in engine.units}
    wanted = {camera.id: source_spec(after.site, camera) for camera in after.site.cameras}
    changes = compare((before.site, running), (after.site, wanted))
    if changes.whole:
        return changes.whole
    cameras = changes.cameras.rejudging(after.taught.changed_since(before.taught))
    loaded = engine.backends
    missing = [package for package in _needed(after) if package.card.name not in loaded]
    backends = {**loaded, **load_backends(missing, TrackingSettings().low, after.layout)}
    engine.reconfigure(cameras, _seats(after, backends), after.site.sha256, backends)
    return ()


def _seats(box: Box, backends: Mapping[str, Detector]) -> tuple[Seat, ...]:
    return tuple(
        Seat(
            open_eyes(
                camera, box.plan(camera), box.models, backends, box.taught.regions_of(camera)
            ),
            source_spec(box.site, camera),
        )
        for camera in box.site.cameras
    )


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all cameras use."""

    board: StatusBoard
    clock: SystemClock
    server_clock: ServerClock
    outbox: SqliteOutbox
    store: DirectoryStore
    evidence_database: EvidenceDatabase
    backends: Mapping[str, Detector]
    workers: Workers

    def close_stores(self) -> None:
        """Let go of the databases; nothing writes any more."""
        self.outbox.close()
        self.evidence_database.close()


def _open_shared(box: Box, config_error: str | None) -> _Shared:
    site, board, clock = box.site, StatusBoard(), SystemClock()
    # Weaker boxes than the card's thresholds go on with tracks; only the card's start one.
    backends = load_backends(_needed(box), TrackingSettings().low, box.layout)
    evidence_database = EvidenceDatabase(site.stores / EVIDENCE_DATABASE, clock.now().utc)
    board.show_models(
        tuple(backend.model for backend in backends.values()),
        {one.name: one.reason for one in box.models.refused},
    )
    board.show_config(site.sha256, config_error)
    store = DirectoryStore(
        site.stores / EVIDENCE, evidence_database, clock, board, site.config.quotas.evidence
    )
    store.call_on_room(board.show_evidence)
    return _Shared(
        board=board,
        clock=clock,
        server_clock=ServerClock(read_kernel_clock),
        outbox=SqliteOutbox(site.stores / OUTBOX, clock.now(), board),
        store=store,
        evidence_database=evidence_database,
        backends=backends,
        workers=Workers(box.layout.workers, board, clock),
    )


def _needed(box: Box) -> tuple[ModelPackage, ...]:
    """Return the models that some camera asks: the others take no memory."""
    plans = [box.plan(camera) for camera in box.site.cameras]
    names = {part.model for one in plans for part in one.everyone_asked}
    return tuple(package for package in box.models.packages if package.card.name in names)


def _ring_seconds(box: Box) -> float:
    return box.site.config.evidence.pre_roll.total_seconds() + 5.0


def _recorder(
    box: Box,
    shared: _Shared,
    stage: CameraStage,
    *,
    is_replay: bool,
) -> EvidenceRecorder:
    config = box.site.config
    hazards = box.catalogue.hazards.values()
    settings = EvidenceSettings(
        device=config.device,
        software=software(),
        config_sha256=box.site.sha256,
        catalogue_sha256=box.catalogue.sha256,
        models=stage.models,
        clock=lambda camera, at: state_of(
            stage.clock_sources[camera], at, shared.server_clock.read
        ),
        heads_are_the_hazard=frozenset(h.id for h in hazards if h.heads_are_the_hazard),
        heads_found_by=stage.heads_found_by,
        zones=stage.zones,
        pre_roll_s=config.evidence.pre_roll.total_seconds(),
        post_roll_s=config.evidence.post_roll.total_seconds(),
        waits_for_clips=is_replay,
    )
    stores = EvidenceStores(
        store=shared.store,
        database=shared.evidence_database,
        outbox=shared.outbox,
        key_file=box.site.stores / SIGNING_KEY,
        counters=shared.board,
    )
    return EvidenceRecorder(settings, stores, stage.rings, shared.clock)


def _delivery(box: Box, shared: _Shared) -> Delivery | None:
    link = box.site.config.link
    if link is None:
        return None
    device, clock, board = box.site.config.device, shared.clock, shared.board
    way = way_out(box.site, link)
    reading = shared.server_clock.read
    report = DeviceReport(device, software(), board, shared.outbox, clock, reading)
    mqtt = MqttLink(way.broker, report.last_will, board)
    heartbeat = Heartbeat(report, mqtt, clock, board)
    board.call_on_change(heartbeat.wake)
    heartbeat.call_on_publish(shared.server_clock.asked)
    sender = Sender(shared.outbox, mqtt, clock, board)
    shared.outbox.call_on_append(sender.wake)
    sender.call_on_answer(shared.server_clock.answered)
    uploader = Uploader(shared.store, EvidenceDoor(way.server), clock, board)
    sender.call_on_settled(uploader.wake)
    commands = Commands(shared.outbox, board, heartbeat.wake, sender.wake)
    reception = Reception(sender, heartbeat, commands, board)
    keeper = None if way.certified is None else _certificate_keeper(way.certified, shared)
    return Delivery(mqtt, reception, sender, uploader, heartbeat, commands, keeper)


def _certificate_keeper(certified: Certified, shared: _Shared) -> CertificateKeeper:
    folder, context = certified.folder, certified.context

    def renew() -> Validity:
        made = enrolment.renew(folder.read(), folder)
        # New connections of broker and server use it from now on; the present ones live on.
        context.load_cert_chain(made.own)
        return Validity(made.renew_at, made.expires_at)

    return CertificateKeeper(
        Validity(certified.identity.renew_at, certified.identity.expires_at),
        lambda: enrolment.confirm(folder.read()),
        renew,
        shared.clock,
        shared.board,
    )


def software() -> str:
    """Return what runs, as messages name it."""
    return f"hazard-patrol {version('hazard-patrol')}"
