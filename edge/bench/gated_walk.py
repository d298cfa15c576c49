"""A film looked at picture by picture, with or without the gate: what is found by how many looks.

One picture after the other, each judged before the next is decided about, so that the outcome does
not depend on how fast the machine is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy as np

from edge.core.camera_core import CameraCore
from edge.core.detections import Detections
from edge.core.incidents import IncidentChange
from edge.core.looking_gate import Decision, Judged, LookingGate
from edge.core.moment import Moment
from edge.inference.small_grey import small_grey
from edge.ports import Frame, Look
from edge.video.bgr import BgrConverter
from edge.video.decoded_picture import DecodedPicture
from hazard_library.contract.ids import CameraId

_CAMERA = CameraId("film")
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Walked:
    """What a walk through pictures found. decisions: one for each picture."""

    decisions: list[Decision] = field(default_factory=list)
    changes: list[IncidentChange] = field(default_factory=list)

    @property
    def looked_share(self) -> float:
        """How many of the pictures the models were asked about, 0..1."""
        looks = sum(decision is Decision.LOOK for decision in self.decisions)
        return looks / max(len(self.decisions), 1)


def walk(
    frames: Iterable[Frame],
    look: Look,
    core: CameraCore,
    gate: LookingGate | None,
) -> Walked:
    """Look, follow and judge; without a gate every picture is looked at."""
    walked = Walked()
    judged: Judged | None = None
    for frame in frames:
        decision = Decision.LOOK
        if gate is not None:
            decision = gate.decide(small_grey(frame), frame.at, judged)
        detections = _detections(frame, look if decision is Decision.LOOK else None)
        walked.changes.extend(core.step(detections))
        walked.decisions.append(decision)
        judged = Judged(frame.at, core.is_quiet)
    walked.changes.extend(core.finish())
    return walked


def sampled(film: Path, fps: float) -> Iterator[Frame]:
    """Decode a film and yield so many pictures of each of its seconds."""
    due, converter = 0.0, BgrConverter()
    with av.open(str(film)) as container:
        for number, image in enumerate(container.decode(video=0), 1):
            at = float(image.time or 0.0)
            if at >= due - 1e-6:
                due = max(due + 1 / fps, at + 0.5 / fps)
                moment = Moment(at, _BEGIN + timedelta(seconds=at))
                yield Frame(_CAMERA, number, moment, DecodedPicture(image, converter))


def _detections(frame: Frame, look: Look | None) -> Detections:
    (width, height), at = frame.size, frame.at
    if look is None:
        empty = np.zeros((0, 4), np.float32)
        return Detections(at, empty, np.zeros(0, np.float32), (), width, height)
    found = look(frame.pixels)
    return Detections(at, found.boxes, found.scores, found.labels, width, height)
