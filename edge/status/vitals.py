"""Everything the status page and the metrics say, gathered from the running engine.

Only counters that stand there anyway are read, two short questions go to the stores, and nothing of
it more than once a second: whoever asks, and however often, the engine does not notice.
"""

import resource
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from edge.config import CameraConfig, Site
from edge.core.incidents import Incident
from edge.errors import DeliveryError, EvidenceError
from edge.fleet.box_clock import ClockReading, read_kernel_clock
from edge.ports import Clock
from edge.runtime.camera_unit import CameraUnit
from edge.runtime.engine import Engine
from edge.runtime.unit_account import UnitWork
from edge.video.source import shown_url
from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.device import CameraCondition, CameraState, PermitState
from hazard_library.contract.events import ModelUsed
from hazard_library.contract.ids import HazardId

_FRESH_S = 1.0
#: Below so much of the disk somebody should look.
_LITTLE_DISK = 0.05

_WELL = {CameraCondition.OK, CameraCondition.STARTING, CameraCondition.FINISHED}


class Worry(StrEnum):
    """What somebody should look after."""

    CAMERAS = "cameras"
    CONFIGURATION = "configuration"
    MODELS = "models"
    BROKER = "broker"
    DISK = "disk"
    STORES = "stores"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class CameraVitals:
    """One camera. source: its address without user and password."""

    id: str
    source: str
    state: CameraState | None
    work: UnitWork
    zones: tuple[str, ...]
    hazards: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        """Whether nobody needs to look after it."""
        return self.state is None or self.state.condition in _WELL


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """What is happening now, as far as the rules can tell."""

    hazard: str
    zh: str
    en: str
    camera: str
    zone: str | None
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk of the stores, in bytes. evidence_used: None where it could not be asked."""

    free: int
    total: int
    evidence_used: int | None
    evidence_quota: int

    @property
    def is_short(self) -> bool:
        """Whether little is free."""
        return self.free <= self.total * _LITTLE_DISK


@dataclass(frozen=True, slots=True)
class Vitals:
    """The box at one moment. outbox, uploads: None where the store could not be asked.

    linked: whether the broker is there; None for a box without a link.
    """

    at: datetime
    started_at: datetime
    time_zone: ZoneInfo
    device: str
    site: str
    software: str
    cameras: tuple[CameraVitals, ...]
    incidents: tuple[OpenIncident, ...]
    models: tuple[ModelUsed, ...]
    models_refused: Mapping[str, str]
    config_sha256: str
    config_error: str | None
    linked: bool | None
    outbox: int | None
    uploads: int | None
    disk: Disk
    clock: ClockReading
    counters: Mapping[str, int]
    memory_bytes: int
    permits: tuple[PermitState, ...] = ()
    permits_error: str | None = None


class VitalsSource:
    """Asked by the status server's thread; `site` says which configuration is in force."""

    def __init__(
        self, engine: Engine, catalogue: Catalogue, site: Callable[[], Site], software: str
    ) -> None:
        self._engine = engine
        self._catalogue = catalogue
        self._site = site
        self._software = software
        self._clock: Clock = engine.parts.clock
        self._started_at = self._clock.now().utc
        self._lock = threading.Lock()
        self._kept: Vitals | None = None
        self._kept_mono = float("-inf")

    def now(self) -> Vitals:
        """Return the box as it is, or as it was at most a second ago."""
        with self._lock:
            now = self._clock.now()
            if self._kept is None or now.mono - self._kept_mono >= _FRESH_S:
                self._kept = self._gather(now.utc)
                self._kept_mono = now.mono
            return self._kept

    def _gather(self, at: datetime) -> Vitals:
        engine, site, config = self._engine.parts, self._site(), self._site().config
        board = engine.board.snapshot()
        states = {state.camera: state for state in board.cameras}
        wanted = {camera.id: camera for camera in site.cameras}
        return Vitals(
            at=at,
            started_at=self._started_at,
            time_zone=ZoneInfo(config.time_zone),
            device=config.device,
            site=config.site,
            software=self._software,
            cameras=tuple(
                _camera(unit, states.get(unit.camera), wanted[unit.camera])
                for unit in self._engine.units
                if unit.camera in wanted
            ),
            incidents=self._open_incidents(),
            models=board.models,
            models_refused=board.models_refused,
            config_sha256=board.config_sha256 or site.sha256,
            config_error=board.config_error,
            linked=None if engine.delivery is None else engine.delivery.link.is_connected,
            outbox=self._backlog(),
            uploads=self._uploads(),
            disk=self._disk(site),
            clock=read_kernel_clock(),
            counters=engine.board.counters(),
            memory_bytes=_memory_bytes(),
            permits=board.permits,
            permits_error=board.permits_error,
        )

    def _open_incidents(self) -> tuple[OpenIncident, ...]:
        try:
            found = self._engine.parts.outbox.open_incidents()
        except DeliveryError:
            return ()
        return tuple(self._named(one) for one in found)

    def _named(self, incident: Incident) -> OpenIncident:
        hazard = self._catalogue.hazards.get(HazardId(incident.hazard))
        return OpenIncident(
            hazard=incident.hazard,
            zh=incident.hazard if hazard is None else hazard.name.zh,
            en="" if hazard is None else hazard.name.en,
            camera=incident.camera,
            zone=incident.zone,
            opened_at=incident.opened.utc,
        )

    def _backlog(self) -> int | None:
        try:
            return self._engine.parts.outbox.backlog().pending
        except DeliveryError:
            return None

    def _uploads(self) -> int | None:
        try:
            return self._engine.parts.store.count_to_upload()
        except EvidenceError:
            return None

    def _disk(self, site: Site) -> Disk:
        try:
            usage = shutil.disk_usage(site.stores)
            free, total = usage.free, usage.total
        except OSError:
            # A disk that has gone is the very moment to be able to read the page.
            free, total = 0, 0
        try:
            used = self._engine.parts.store.used_bytes()
        except EvidenceError:
            used = None
        return Disk(free, total, used, site.config.quotas.evidence)


def _camera(unit: CameraUnit, state: CameraState | None, wanted: CameraConfig) -> CameraVitals:
    return CameraVitals(
        id=unit.camera,
        source=shown_url(unit.spec.address),
        state=state,
        work=unit.work,
        zones=tuple(zone.id for zone in wanted.zones),
        hazards=tuple(switch.id for switch in wanted.hazards),
    )


def _memory_bytes() -> int:
    """Return what this process holds in memory, as the kernel counts it."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * resource.getpagesize()


def worries(vitals: Vitals) -> tuple[Worry, ...]:
    """Return what somebody should look after, each thing once."""
    found = {
        Worry.CAMERAS: any(not camera.is_well for camera in vitals.cameras),
        Worry.CONFIGURATION: bool(vitals.config_error or vitals.permits_error),
        Worry.MODELS: bool(vitals.models_refused),
        Worry.BROKER: vitals.linked is False,
        Worry.DISK: vitals.disk.is_short,
        Worry.STORES: vitals.outbox is None or vitals.uploads is None,
        Worry.CLOCK: vitals.clock.synchronised is False,
    }
    return tuple(worry for worry, holds in found.items() if holds)
