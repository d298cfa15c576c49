"""What all cameras of a box share: stores, clocks, the board, models, workers."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

from edge.app.box import Box
from edge.core.tracking import TrackingSettings
from edge.delivery.sqlite_outbox import SqliteOutbox
from edge.disk import stores
from edge.evidence.directory_store import DirectoryStore
from edge.evidence.evidence_database import EvidenceDatabase
from edge.fleet.box_clock import read_kernel_clock
from edge.fleet.server_clock import ServerClock
from edge.fleet.status_board import StatusBoard
from edge.fleet.system_clock import SystemClock
from edge.inference.detector import Detector
from edge.inference.site_models import load_backends
from edge.inference.workers import Workers
from hazard_library.contract.device import InferenceUsed
from hazard_library.registry.package import ModelPackage


@dataclass(frozen=True, slots=True)
class Shared:
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


def open_shared(box: Box, config_error: str | None) -> Shared:
    """Open the stores and load the models that some camera asks.

    Raises:
        ModelRejected: a model cannot be loaded any more.
        StoreUnusable: a store cannot be opened.
    """
    site, board, clock = box.site, StatusBoard(), SystemClock()
    # Weaker boxes than the card's thresholds go on with tracks; only the card's start one.
    backends = load_backends(needed(box), TrackingSettings().low, box.layout)
    evidence_database = EvidenceDatabase(site.stores / stores.EVIDENCE_DATABASE, clock.now().utc)
    board.show_models(
        tuple(backend.model for backend in backends.values()),
        {one.name: one.reason for one in box.models.refused},
    )
    board.show_inference(InferenceUsed(backend=box.layout.backend, workers=box.layout.workers))
    board.show_config(site.sha256, config_error)
    store = DirectoryStore(
        site.stores / stores.EVIDENCE, evidence_database, clock, board, site.config.quotas.evidence
    )
    store.call_on_room(board.show_evidence)
    return Shared(
        board=board,
        clock=clock,
        server_clock=ServerClock(read_kernel_clock),
        outbox=SqliteOutbox(site.stores / stores.OUTBOX, clock.now(), board),
        store=store,
        evidence_database=evidence_database,
        backends=backends,
        workers=Workers(box.layout.workers, board, clock),
    )


def needed(box: Box) -> tuple[ModelPackage, ...]:
    """Return the models that some camera asks: the others take no memory."""
    plans = [box.plan(camera) for camera in box.site.cameras]
    names = {part.model for one in plans for part in one.everyone_asked}
    return tuple(package for package in box.models.packages if package.card.name in names)


def software() -> str:
    """Return what runs, as messages name it."""
    return f"hazard-patrol {version('hazard-patrol')}"
