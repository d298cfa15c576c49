"""A checked configuration becomes an engine; a running engine takes another one over."""

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

import cv2

from edge.app.box import Box
from edge.app.delivering import delivery
from edge.app.shared import Shared, needed, open_shared, software
from edge.core.tracking import TrackingSettings
from edge.disk import stores
from edge.evidence.markings import Words
from edge.evidence.no_evidence import NoEvidence
from edge.evidence.recorder import EvidenceRecorder, EvidenceSettings, EvidenceStores
from edge.fleet.box_clock import state_of
from edge.inference.detector import Detector
from edge.inference.site_models import load_backends
from edge.runtime import figures
from edge.runtime.bindings import severities
from edge.runtime.camera_eyes import open_eyes
from edge.runtime.camera_stage import CameraStage
from edge.runtime.cameras import CameraParts, Cameras, Seat
from edge.runtime.engine import Engine, EngineParts
from edge.runtime.permit_desk import PermitDesk
from edge.runtime.site_changes import compare
from edge.runtime.source_specs import source_spec
from edge.status.server import StatusServer
from edge.status.vitals import VitalsSource
from edge.video.packet_ring import PacketRing
from edge.video.source import Mode


def compose(box: Box, config_error: str | None = None, *, keeps_evidence: bool = True) -> Engine:
    """Build the engine of a box whose stores are taken.

    keeps_evidence: False at a desk, where rules are tried out and no files are made.

    Raises:
        ModelRejected: a model cannot be loaded any more.
        ConfigError: a credential cannot be read.
    """
    # The workers are the threads: OpenCV's own would only fight them for the cores.
    cv2.setNumThreads(1)
    shared = open_shared(box, config_error)
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
            delivery=delivery(box, shared),
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
    missing = [package for package in needed(after) if package.card.name not in loaded]
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


def _ring_seconds(box: Box) -> float:
    return box.site.config.evidence.pre_roll.total_seconds() + 5.0


def _words(box: Box) -> Words:
    catalogue = box.catalogue
    names = {str(one.id): one.name.zh for one in catalogue.hazards.values()}
    names |= {label: one.name.zh for label, one in catalogue.labels.items()}
    return Words(names, ZoneInfo(box.site.config.time_zone))


def _recorder(
    box: Box,
    shared: Shared,
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
        words=_words(box),
        pre_roll_s=config.evidence.pre_roll.total_seconds(),
        post_roll_s=config.evidence.post_roll.total_seconds(),
        waits_for_clips=is_replay,
    )
    kept_in = EvidenceStores(
        store=shared.store,
        database=shared.evidence_database,
        outbox=shared.outbox,
        key_file=box.site.stores / stores.SIGNING_KEY,
        counters=shared.board,
    )
    return EvidenceRecorder(settings, kept_in, stage.rings, shared.clock)
