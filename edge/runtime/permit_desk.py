"""The site's work permits while the box runs: read again when their file changes, and counted.

The thread that watches the configuration looks at the file; pipelines ask for what concerns their
camera and tell what was excused. Nobody waits for a disk but the watching thread. A file with
mistakes changes nothing: the permits known before hold on, until their own end, and the reason is
in the log, in the state and on the status page.
"""

from collections import Counter
from datetime import datetime
from threading import Lock
from zoneinfo import ZoneInfo

import structlog

from edge.config import Site
from edge.config.hours import aware
from edge.config.permits import PermitConfig, SitePermits, load_permits, permits_file
from edge.core.permits import Excused, Permit
from edge.errors import ConfigError
from edge.fleet.status_board import StatusBoard
from edge.ports import Clock
from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.device import PermitState
from hazard_library.contract.ids import CameraId

_log = structlog.get_logger(__name__)

#: What was looked at: the configuration, and the file's inode, size and time of change.
_Trace = tuple[str, int, int, int]


class PermitDesk:
    """Shared by all cameras of a box."""

    def __init__(self, clock: Clock, board: StatusBoard) -> None:
        self._clock = clock
        self._board = board
        self._lock = Lock()
        self._permits = SitePermits()
        self._zone = ZoneInfo("UTC")
        self._error: str | None = None
        self._excused: Counter[str] = Counter()
        self._trace: _Trace | None = None

    def look(self, site: Site, catalogue: Catalogue) -> None:
        """Read the file if it or the configuration is another than at the last look."""
        trace = _trace_of(site)
        if trace == self._trace:
            return
        self._trace = trace
        try:
            permits = load_permits(site, catalogue)
        except ConfigError as fault:
            _log.error("permits_refused", reason=str(fault))
            with self._lock:
                self._error = str(fault)
        else:
            _log.info("permits_read", permits=[one.id for one in permits.listed])
            with self._lock:
                self._permits, self._error = permits, None
                self._zone = ZoneInfo(site.config.time_zone)
        self._show()

    def of(self, camera: CameraId) -> tuple[Permit, ...]:
        """Return the permits that concern a camera, in force or not."""
        with self._lock:
            return self._permits.by_camera.get(camera, ())

    def tell(self, camera: CameraId, excused: Excused) -> None:
        """Count what a permit excused."""
        with self._lock:
            self._excused[excused.permit] += 1
        self._board.count("incidents_excused")
        _log.info(
            "incident_excused",
            camera=camera,
            hazard=excused.hazard,
            zone=excused.zone,
            permit=excused.permit,
        )
        self._show()

    def _show(self) -> None:
        now = self._clock.now().utc
        with self._lock:
            states = tuple(
                self._state(one) for one in self._permits.listed if self._matters(one, now)
            )
            error = self._error
        self._board.show_permits(states, error)

    def _matters(self, permit: PermitConfig, now: datetime) -> bool:
        return now < aware(permit.ends, self._zone) or self._excused[permit.id] > 0

    def _state(self, permit: PermitConfig) -> PermitState:
        return PermitState(
            id=permit.id,
            kind=permit.kind,
            cameras=permit.cameras,
            zones=permit.zones,
            hazards=permit.hazards,
            begins_at=aware(permit.begins, self._zone),
            ends_at=aware(permit.ends, self._zone),
            excused=self._excused[permit.id],
        )


def _trace_of(site: Site) -> _Trace:
    try:
        found = permits_file(site).stat()
    except OSError:
        return site.sha256, 0, 0, 0
    return site.sha256, found.st_ino, found.st_size, found.st_mtime_ns
