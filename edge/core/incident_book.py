"""The incidents of one camera: opened once, extended while they last, closed after cool-down."""

from collections.abc import Iterable

from hazard_library.contract.ids import CameraId, DeviceId

from edge.core.incidents import Incident, IncidentChange
from edge.core.moment import Moment
from edge.core.rules.binding import RuleBinding
from edge.core.scene import Scene


class IncidentBook:
    """Keeps one incident per hazard and zone, judges every rule on every scene."""

    def __init__(
        self, device: DeviceId, camera: CameraId, bindings: tuple[RuleBinding, ...]
    ) -> None:
        self._device = device
        self._camera = camera
        self._bindings = bindings

    @property
    def open_incidents(self) -> tuple[Incident, ...]:
        """What is open now, in the order of the bindings."""
        return ()

    def restore(self, incidents: Iterable[Incident]) -> None:
        """Go on with incidents that were open before a restart; tells nobody anything."""
        del incidents

    def step(self, scene: Scene) -> tuple[IncidentChange, ...]:
        """Judge one scene."""
        del scene
        return ()

    def finish(self, at: Moment) -> tuple[IncidentChange, ...]:
        """Close what is open: the source has ended at `at`. Incidents end when they last held."""
        del at
        return ()
