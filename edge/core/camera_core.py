"""One camera's pure pipeline: detections → tracks → scene → findings → incident changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from edge.core.detections import Detections
from edge.core.incident_book import IncidentBook
from edge.core.incidents import Incident, IncidentChange
from edge.core.moment import Moment
from edge.core.permits import Excused, Permit
from edge.core.rules.binding import RuleBinding
from edge.core.scene import RegionLook, Scene
from edge.core.tracking import Tracker, TrackingSettings
from hazard_library.catalogue import rules
from hazard_library.catalogue.rules import classes_needed
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.ids import CameraId, DeviceId

# Before the first picture nobody knows its size, and nothing in it is judged.
_NO_SIZE = (1, 1)


@dataclass(frozen=True, slots=True)
class CoreSpec:
    """What a camera's core needs to know. Each hazard and zone is bound at most once."""

    device: DeviceId
    camera: CameraId
    bindings: tuple[RuleBinding, ...]
    tracking: TrackingSettings = field(default_factory=TrackingSettings)


class CameraCore:
    """Tracker, scene and incident book of one camera; owned by its pipeline thread."""

    def __init__(self, spec: CoreSpec) -> None:
        self._spec = spec
        self._tracker = Tracker(spec.tracking)
        self._book = IncidentBook(spec.device, spec.camera, spec.bindings)
        self._scene: Scene | None = None
        needed = (classes_needed(binding.rule) for binding in spec.bindings)
        self._needed = frozenset[str]().union(*needed)
        #: The hazards here that are states of the camera itself.
        self.state_hazards = frozenset(
            binding.hazard
            for binding in spec.bindings
            if isinstance(binding.rule, rules.CameraCondition)
        )

    @property
    def scene(self) -> Scene | None:
        """The scene of the last step, for drawing and counting; None before the first."""
        return self._scene

    @property
    def open_incidents(self) -> tuple[Incident, ...]:
        """What is open now."""
        return self._book.open_incidents

    @property
    def excused(self) -> tuple[Excused, ...]:
        """What would have opened an incident at the last step, but for a permit."""
        return self._book.excused

    @property
    def is_quiet(self) -> bool:
        """Whether the last picture was seen, with nothing followed that a rule asks for.

        Never while an incident is open whose end must be seen in the picture.
        """
        if self._scene is None or self._scene.blind is not None:
            return False
        if any(one.hazard not in self.state_hazards for one in self.open_incidents):
            return False
        return all(track.label not in self._needed for track in self._scene.tracks)

    def restore(self, incidents: Iterable[Incident]) -> None:
        """Go on with what was open before a restart; call it before the first `step`.

        Incidents of other cameras are left alone, so that the whole store may be handed in.
        """
        self._book.restore(incidents)

    def step(
        self,
        detections: Detections,
        blind: str | None = None,
        regions: tuple[RegionLook, ...] = (),
        permits: Sequence[Permit] = (),
        *,
        condition: CameraCondition | None = None,
    ) -> tuple[IncidentChange, ...]:
        """Judge one look.

        Args:
            detections: what was found in the picture.
            blind: why the picture shows nothing (covered, frozen).
            regions: the taught regions that were compared in the same picture.
            permits: the work permits that concern this camera.
            condition: the state of the camera; None: nobody knows.
        """
        tracks = () if blind is not None else self._tracker.step(detections)
        size = (detections.width, detections.height)
        return self._judge(
            Scene(
                detections.at,
                self._spec.camera,
                size[0],
                size[1],
                tracks,
                blind,
                regions,
                condition,
            ),
            permits,
        )

    def unseen(
        self, at: Moment, why: str, condition: CameraCondition | None = None
    ) -> tuple[IncidentChange, ...]:
        """Let time pass without a picture (camera offline, decoder stalled); about once a second.

        Nothing is found in front of the camera; what is open is told on, and closes when it stays
        unseen for too long. condition: the state of the camera, which is known all the same.
        """
        last = self._scene
        size = _NO_SIZE if last is None else (last.width, last.height)
        return self._judge(
            Scene(at, self._spec.camera, size[0], size[1], (), why, condition=condition)
        )

    def finish(self) -> tuple[IncidentChange, ...]:
        """Close quietly what is open, because a file has ended. A live camera never finishes.

        Incidents end when their rule was last fulfilled, whenever the file ends.
        """
        return self._book.finish()

    def _judge(self, scene: Scene, permits: Sequence[Permit] = ()) -> tuple[IncidentChange, ...]:
        self._scene = scene
        return self._book.step(scene, permits)
