"""What one camera costs and loses: the figures behind its line in page and metrics."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnitWork:
    """What one camera costs and loses, since the unit began.

    fps_*: pictures per second of the last seconds. *_seconds: sums. drops: by reason.
    """

    fps_in: float
    fps_out: float
    queue_length: int
    frames_in: int
    frames_out: int
    decode_seconds: float
    inference_seconds: float
    inferences: int
    reconnects: int
    drops: Mapping[str, int]
