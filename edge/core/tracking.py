"""Following objects from look to look, after ByteTrack, by scene time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from edge.core.detections import Detections
from edge.core.scene import Track


@dataclass(frozen=True, slots=True)
class TrackingSettings:
    """What the tracker takes for certain, and how long it waits for what it lost.

    high: a detection of at least this score may start a track; `high_by_label` (such as a model
    card's thresholds) goes before it. low: a weaker one still may go on with a track.
    lost_buffer_s: seconds of scene time that a track survives without being seen.
    """

    high: float = 0.5
    low: float = 0.1
    high_by_label: Mapping[str, float] = field(default_factory=dict)
    lost_buffer_s: float = 2.0


class Tracker:
    """The tracks of one camera. Same detections, same tracks."""

    def __init__(self, settings: TrackingSettings | None = None) -> None:
        self._settings = settings or TrackingSettings()

    def step(self, detections: Detections) -> tuple[Track, ...]:
        """Follow one look; return what is seen and, with `seen` False, what is bridged."""
        del detections
        return ()
