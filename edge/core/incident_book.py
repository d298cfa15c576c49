"""The incidents of one camera: opened once, extended while they last, closed after the cool-down.

An incident is one hazard in one zone; tracks never decide which. What happens to an open one:

* the rule is fulfilled: it lasts, and what was counted towards its end is forgotten;
* the condition holds, but not (again) for long enough: it is on its way back, nothing is counted;
* the picture is seen and the condition absent: the time counts as absence, and after `cooldown`
  seconds of it the incident closes;
* nothing is seen (blind scene, gap longer than the rule's `max_gap`, somebody stands before what
  the rule is about, restart; for a state of the camera: another state hides it): unseen time is no
  absence, so the cool-down rests. But no incident stays open unseen for ever: after ten minutes of
  it the incident closes, and what is found afterwards is a new one.

However it closes, its end is when the rule was last fulfilled.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from edge.core.findings import Finding
from edge.core.incidents import Incident, IncidentChange
from edge.core.moment import Moment
from edge.core.permits import Excused, Excuses, Permit
from edge.core.rules.binding import RuleBinding
from edge.core.rules.camera_condition import is_hidden
from edge.core.scene import Scene
from edge.errors import ConfigError
from hazard_library.catalogue.rules import CameraCondition
from hazard_library.contract.events import Change
from hazard_library.contract.ids import CameraId, DeviceId, HazardId, ZoneId, incident_id

#: While an incident is open the server hears of it at least every 60 s; less the longest usual
#: distance between two looks.
UPDATE_EVERY_S = 55.0

#: After so much time in which nothing could be seen, an open incident closes.
UNSEEN_LIMIT_S = 600.0

_ROUNDING_S = 1e-6

_Key = tuple[HazardId, ZoneId | None]


@dataclass(frozen=True, slots=True)
class _Open:
    """An open incident, what was counted towards its end, and what was told of it.

    is_restored: it was open before a restart, and its rule was not fulfilled again since.
    """

    incident: Incident
    told: float
    absent_s: float = 0.0
    unseen_s: float = 0.0
    finding: Finding | None = None
    scene: Scene | None = None
    is_restored: bool = False


class IncidentBook:
    """Judges every rule of one camera on every scene, and keeps its incidents.

    Raises:
        ConfigError: a hazard is bound twice to one zone.
    """

    def __init__(
        self, device: DeviceId, camera: CameraId, bindings: tuple[RuleBinding, ...]
    ) -> None:
        self._device = device
        self._camera = camera
        self._bindings = {_key(binding): binding for binding in bindings}
        if len(self._bindings) < len(bindings):
            raise ConfigError(_bound_twice(camera, bindings))
        self._judges = {key: Excuses(binding) for key, binding in self._bindings.items()}
        self._open: dict[_Key, _Open] = {}
        self._restored: list[Incident] = []
        self._last: Scene | None = None
        #: What would have opened an incident at the last step, but for a permit.
        self.excused: tuple[Excused, ...] = ()

    @property
    def open_incidents(self) -> tuple[Incident, ...]:
        """What is open now, in the order of its opening."""
        return (*self._restored, *(kept.incident for kept in self._open.values()))

    def restore(self, incidents: Iterable[Incident]) -> None:
        """Go on with incidents that were open before a restart; nothing is told for it.

        Those of other cameras are left alone. `Moment.mono` has another origin after a restart, so
        they are placed by their names in UTC when the first scene comes. Should a store hold two of
        one hazard and zone, the one that held last goes on and the other one closes. As soon as its
        rule is fulfilled again that is told: a box that restarts often must not forget, start by
        start, that it has seen it since.
        """
        known = [incident for incident in incidents if incident.camera == self._camera]
        self._restored = sorted(known, key=lambda incident: incident.last_held.utc)

    def step(self, scene: Scene, permits: Sequence[Permit] = ()) -> tuple[IncidentChange, ...]:
        """Judge one scene; return what changed, in the order of the bindings.

        What a permit excuses opens nothing; `excused` says what that newly was.
        """
        changes = [*self._placed(scene)]
        newly: list[Excused] = []
        for key, binding in self._bindings.items():
            finding, excused = self._judges[key].judge(scene, permits)
            newly += [] if excused is None else [excused]
            change = self._decided(key, binding, finding, scene)
            if change is not None:
                changes.append(change)
        self._last = scene
        self.excused = tuple(newly)
        return tuple(changes)

    def finish(self) -> tuple[IncidentChange, ...]:
        """Close all that is open: the source has ended. Incidents end when they last held."""
        kept = [
            *(_Open(incident, told=0.0) for incident in self._restored),
            *self._open.values(),
        ]
        self._restored.clear()
        self._open.clear()
        return tuple(_change(Change.CLOSED, one)[1] for one in kept)

    def _placed(self, scene: Scene) -> tuple[IncidentChange, ...]:
        """Place restored incidents on this run's line; close those that cannot go on."""
        closed = []
        for incident in self._restored:
            key = (incident.hazard, incident.zone)
            placed = _on_line_of(incident, scene.at)
            unseen_s = scene.at.seconds_since(placed.last_held)
            kept = _Open(placed, told=scene.at.mono, unseen_s=unseen_s, is_restored=True)
            over = self._open.pop(key, None) if key in self._bindings else kept
            if over is not None:
                closed.append(_change(Change.CLOSED, over)[1])
            if over is not kept:
                self._open[key] = kept
        self._restored.clear()
        return tuple(closed)

    def _decided(
        self, key: _Key, binding: RuleBinding, finding: Finding | None, scene: Scene
    ) -> IncidentChange | None:
        kept = self._open.get(key)
        if kept is None:
            if finding is None or not finding.complete:
                return None
            self._open[key], change = _opened(self._device, finding, scene)
            return change
        kept = self._counted(kept, binding, finding, scene)
        if kept.absent_s >= binding.cooldown_s - _ROUNDING_S or kept.unseen_s >= UNSEEN_LIMIT_S:
            del self._open[key]
            return _change(Change.CLOSED, kept)[1]
        is_back = False
        if finding is not None and finding.complete:
            is_back = kept.is_restored
            incident = _held(kept.incident, finding, scene.at)
            kept = _Open(incident, kept.told, finding=finding, scene=scene)
        self._open[key] = kept
        if not is_back and scene.at.mono - kept.told < UPDATE_EVERY_S - _ROUNDING_S:
            return None
        self._open[key], change = _change(Change.UPDATED, replace(kept, told=scene.at.mono))
        return change

    def _counted(
        self, kept: _Open, binding: RuleBinding, finding: Finding | None, scene: Scene
    ) -> _Open:
        """Count the time since the last scene towards an incident's end, if it is no sign of it."""
        if self._last is None:
            return kept
        elapsed = max(scene.at.seconds_since(self._last.at), 0.0)
        if self._is_unseen(binding, scene, self._last) or elapsed > binding.max_gap_s + _ROUNDING_S:
            return replace(kept, unseen_s=kept.unseen_s + elapsed)
        if finding is not None:
            return kept
        return replace(kept, absent_s=kept.absent_s + elapsed)

    def _is_unseen(self, binding: RuleBinding, scene: Scene, before: Scene) -> bool:
        """Whether what the rule is about was not seen now, or not the last time."""
        rule = binding.rule
        if isinstance(rule, CameraCondition):
            return any(is_hidden(rule, one.condition) for one in (scene, before))
        is_blind = scene.blind is not None or before.blind is not None
        return is_blind or self._judges[_key(binding)].memory.is_unseen


def _opened(device: DeviceId, finding: Finding, scene: Scene) -> tuple[_Open, IncidentChange]:
    at = scene.at
    incident = Incident(
        id=incident_id(device, scene.camera, finding.hazard, finding.zone, at.utc),
        camera=scene.camera,
        hazard=finding.hazard,
        zone=finding.zone,
        started=_on_clock_of(at, finding.held_since),
        opened=at,
        last_held=at,
        seq=0,
        score=finding.score,
    )
    return _change(Change.OPENED, _Open(incident, told=at.mono, finding=finding, scene=scene))


def _change(change: Change, kept: _Open) -> tuple[_Open, IncidentChange]:
    """Number a change, and write down what it tells."""
    kept = replace(kept, incident=replace(kept.incident, seq=kept.incident.seq + 1))
    return kept, IncidentChange(change, kept.incident, kept.finding, kept.scene)


def _held(incident: Incident, finding: Finding, at: Moment) -> Incident:
    """Extend an incident, on the clock it opened by: it never ends before it began."""
    by_opening = _on_clock_of(incident.opened, at.mono)
    stepped_s = abs((at.utc - by_opening.utc).total_seconds())
    uncertainty_s = max(at.uncertainty_s, stepped_s if stepped_s > _ROUNDING_S * 10 else 0.0)
    return replace(
        incident,
        last_held=replace(by_opening, uncertainty_s=uncertainty_s),
        score=max(incident.score, finding.score),
    )


def _on_clock_of(known: Moment, mono: float) -> Moment:
    """Name another instant by a known one's clock: durations by `mono`, names by `utc`."""
    return Moment(mono, known.utc + timedelta(seconds=mono - known.mono), known.uncertainty_s)


def _on_line_of(incident: Incident, now: Moment) -> Incident:
    """Place an incident of an earlier run on this run's line of time, never in its future."""
    age_s = max((now.utc - incident.last_held.utc).total_seconds(), 0.0)
    shift = now.mono - age_s - incident.last_held.mono

    def shifted(moment: Moment) -> Moment:
        return replace(moment, mono=moment.mono + shift)

    return replace(
        incident,
        started=shifted(incident.started),
        opened=shifted(incident.opened),
        last_held=shifted(incident.last_held),
    )


def _key(binding: RuleBinding) -> _Key:
    return (binding.hazard, binding.zone_id)


def _bound_twice(camera: CameraId, bindings: tuple[RuleBinding, ...]) -> str:
    keys = [_key(binding) for binding in bindings]
    hazard, zone = next(key for key in keys if keys.count(key) > 1)
    where = f"zone {zone}" if zone is not None else "the whole picture"
    return f"camera {camera}: hazards: {hazard} is switched on twice for {where}; remove one"
