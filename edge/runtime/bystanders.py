"""People in a picture that is told of, at a camera whose own models do not look for them.

A camera that looks only for fire never pays for a model that sees people; but who reads of a fire
has to know whether somebody stands there. So the people are looked for when something is told.
"""

from collections import OrderedDict
from dataclasses import replace

import structlog

from edge.core.incidents import IncidentChange
from edge.core.labels import PERSON
from edge.core.scene import Track
from edge.ports import Counters, Frame, Look
from hazard_library.contract.ids import IncidentId

_log = structlog.get_logger(__name__)

#: Incidents whose people are remembered; far more are never open at one camera.
_MOST_INCIDENTS = 100


class Bystanders:
    """Owned by one camera's pipeline."""

    def __init__(self, look: Look, least_score: float, counters: Counters) -> None:
        """Find people with a model; those below its card's threshold do not count."""
        self._look = look
        self._least_score = least_score
        self._counters = counters
        self._seen: OrderedDict[IncidentId, tuple[Track, ...]] = OrderedDict()

    def added(self, change: IncidentChange, frame: Frame | None) -> IncidentChange:
        """Return the change with the people of its picture put into its scene.

        A change that tells of an older picture than the frame keeps the people found before.
        """
        scene = change.scene
        if scene is None:
            return change
        incident = change.incident.id
        if frame is not None and scene.at == frame.at:
            self._seen[incident] = self._people(frame)
            if len(self._seen) > _MOST_INCIDENTS:
                self._seen.popitem(last=False)
        people = self._seen.get(incident, ())
        return replace(change, scene=replace(scene, tracks=(*scene.tracks, *people)))

    def _people(self, frame: Frame) -> tuple[Track, ...]:
        try:
            found = self._look(frame.pixels)
        except Exception:  # noqa: BLE001 - the event is told without them, and that is counted
            self._counters.count("people_not_looked_for")
            _log.exception("people_not_looked_for", camera=frame.camera)
            return ()
        rows = zip(found.labels, found.scores.tolist(), found.boxes.tolist(), strict=True)
        people = [
            (box, score)
            for label, score, box in rows
            if label == PERSON and score >= self._least_score
        ]
        # The tracker counts upwards from 1: numbers below are nobody else's in this scene.
        return tuple(
            Track(-number, PERSON, (x1, y1, x2, y2), score, frame.at, seen=True)
            for number, ((x1, y1, x2, y2), score) in enumerate(people, 1)
        )
