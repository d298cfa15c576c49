"""What every rule kind must do; a subclass gives the fixture `case`."""

import json
from dataclasses import asdict, dataclass, replace

from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.findings import Finding
from edge.core.rules.binding import RuleBinding
from edge.core.rules.evaluate import judge
from edge.core.rules.memory import RuleMemory
from edge.testing.films import Film, found, told
from hazard_library.contract.events import Change
from hazard_library.contract.ids import DeviceId

# However long a rule looks, one object's memory has no more stretches than this.
_MOST_STRETCHES = 130
# However long it follows one object, its way has no more points than this.
_MOST_POINTS = 80


@dataclass(frozen=True, slots=True)
class RuleCase:
    """A rule at its place, and a film in which it is fulfilled at least once.

    The film goes on for more than `max_gap` and `for` after that.
    """

    binding: RuleBinding
    film: Film


def first_complete(case: RuleCase, film: Film) -> float | None:
    """Return how many seconds into a film the rule is fulfilled first."""
    for (at_s, _), finding in zip(film.looks(), found(case.binding, film), strict=True):
        if finding is not None and finding.complete:
            return at_s
    return None


def _said(findings: list[Finding | None]) -> list[tuple[bool, float, float] | None]:
    return [None if one is None else (one.complete, one.held_since, one.score) for one in findings]


class RuleConformance:
    """The tests of one rule kind."""

    def test_the_film_fulfils_the_rule(self, case: RuleCase) -> None:
        """Without this the other tests could not fail."""
        assert first_complete(case, case.film) is not None

    def test_the_same_film_gives_the_same_findings(self, case: RuleCase) -> None:
        """Judging is a function."""
        assert found(case.binding, case.film) == found(case.binding, case.film)

    def test_nothing_is_found_where_nothing_is(self, case: RuleCase) -> None:
        """An empty picture fulfils no rule that asks for something in it."""
        nobody = replace(case.film, actors=(), changes=())
        assert not any(found(case.binding, nobody))

    def test_nothing_is_complete_before_it_has_held_for_long_enough(self, case: RuleCase) -> None:
        """`for` is measured from the first look at which the condition held."""
        lasting_s = case.binding.rule.lasting.total_seconds()
        findings = found(case.binding, case.film)
        for (at_s, _), finding in zip(case.film.looks(), findings, strict=True):
            if finding is not None and finding.complete:
                assert at_s - (finding.held_since - case.film.mono_begin) >= lasting_s - 1e-6

    def test_a_gap_longer_than_allowed_is_not_evidence(self, case: RuleCase) -> None:
        """Nothing is complete until `for` has passed after the gap."""
        cut = self._cut_before_completion(case)
        again = first_complete(case, replace(case.film, cuts=(cut,)))
        assert again is None or again >= cut[1] + case.binding.rule.lasting.total_seconds() - 1e-6

    def test_a_blind_stretch_is_not_evidence(self, case: RuleCase) -> None:
        """Nothing is found in it, and nothing is remembered over it."""
        cut = self._cut_before_completion(case)
        film = replace(case.film, blind=(cut,))
        findings = found(case.binding, film)
        assert not any(
            finding
            for (at_s, _), finding in zip(film.looks(), findings, strict=True)
            if cut[0] <= at_s < cut[1]
        )
        again = first_complete(case, film)
        assert again is None or again >= cut[1] + case.binding.rule.lasting.total_seconds() - 1e-6

    def test_a_blind_scene_leaves_no_memory(self, case: RuleCase) -> None:
        """What was remembered is gone."""
        memory = RuleMemory()
        for scene in case.film.scenes():
            _, memory = judge(case.binding, scene, memory)
        blind = replace(scene, tracks=(), blind="frozen")
        assert judge(case.binding, blind, memory) == (None, RuleMemory())

    def test_steps_of_the_clock_change_no_duration(self, case: RuleCase) -> None:
        """UTC jumps by an hour and to 1970; the rule does not notice."""
        done = first_complete(case, case.film)
        assert done is not None
        steps = ((done / 2, -3600.0), (done * 0.75, -56 * 365 * 86400.0))
        stepped = replace(case.film, clock_steps=steps)
        assert _said(found(case.binding, stepped)) == _said(found(case.binding, case.film))

    def test_changes_of_track_ids_make_no_second_incident(self, case: RuleCase) -> None:
        """Neither before the rule is fulfilled nor after."""
        done = first_complete(case, case.film)
        assert done is not None
        switches = (done / 2, done + case.film.every_s * 2)
        actors = tuple(replace(actor, new_id_at=switches) for actor in case.film.actors)
        switched = replace(case.film, actors=actors)
        assert first_complete(case, switched) == done

    def test_one_film_opens_one_incident(self, case: RuleCase) -> None:
        """One incident, not one for each frame."""
        spec = CoreSpec(DeviceId("box-1"), case.film.camera, (case.binding,))
        changes = told(CameraCore(spec), case.film, ends=True)
        assert [change.change for change in changes].count(Change.OPENED) == 1
        assert len({change.incident.id for change in changes}) == 1
        assert changes[-1].change is Change.CLOSED

    def test_memory_is_plain_and_bounded(self, case: RuleCase) -> None:
        """It can be written down, and many looks do not make it grow."""
        memory = RuleMemory()
        for scene in replace(case.film, every_s=0.02).scenes():
            _, memory = judge(case.binding, scene, memory)
            windows = (memory.window, *(one.window for one in memory.subjects))
            assert all(len(window.stretches) <= _MOST_STRETCHES for window in windows)
            assert len(memory.subjects) <= 2 * len(case.film.actors)
            assert len(memory.trails) <= 2 * len(case.film.actors)
            assert all(len(one.points) <= _MOST_POINTS for one in memory.trails)
        assert json.loads(json.dumps(asdict(memory)))

    def _cut_before_completion(self, case: RuleCase) -> tuple[float, float]:
        """Return a span, just longer than the rule bridges, that ends where the rule completes."""
        done = first_complete(case, case.film)
        assert done is not None
        step_s = case.film.every_s
        begin = max(done - case.binding.max_gap_s - step_s, 0.0)
        return (begin, begin + case.binding.max_gap_s + 2 * step_s)
