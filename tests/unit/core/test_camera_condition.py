"""States of a camera as findings: when they count, what hides them, and when they are over."""

import json
from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.incidents import IncidentChange
from edge.core.moment import Moment
from edge.core.rules.binding import RuleBinding
from edge.core.rules.evaluate import judge
from edge.core.rules.memory import RuleMemory
from edge.testing.films import BEGIN, Film, told
from hazard_library.catalogue.rules import CameraCondition as Rule
from hazard_library.catalogue.rules import Presence
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.events import Change
from hazard_library.contract.ids import DeviceId, HazardId

OK, OFFLINE = CameraCondition.OK, CameraCondition.OFFLINE
DARK, FROZEN = CameraCondition.DARK_OR_COVERED, CameraCondition.FROZEN
LOOPED, BLURRED, MOVED = CameraCondition.LOOPED, CameraCondition.BLURRED, CameraCondition.MOVED
NO_FRAMES, UNDECODABLE = CameraCondition.NO_FRAMES, CameraCondition.UNDECODABLE
AWAY = (OFFLINE, NO_FRAMES, UNDECODABLE)
CAMERA = Film(1).camera


def binding(*conditions: CameraCondition, hazard: str = "CAM-01") -> RuleBinding:
    """A state that must last for a minute and is over after two."""
    times = {"zone": "none", "for": "60s", "cooldown": "120s"}
    rule = Rule.model_validate({"conditions": [one.value for one in conditions], **times})
    return RuleBinding(HazardId(hazard), rule)


def core(*bindings: RuleBinding) -> CameraCore:
    return CameraCore(CoreSpec(DeviceId("box-1"), CAMERA, bindings))


def film(lasting_s: float, *states: tuple[float, float, CameraCondition]) -> Film:
    return Film(lasting_s, states=tuple(((one, to), state) for one, to, state in states))


def kinds(changes: list[IncidentChange]) -> list[Change]:
    return [one.change for one in changes if one.change is not Change.UPDATED]


def test_a_state_counts_once_it_has_lasted_and_is_over_when_the_camera_sees_again() -> None:
    changes = told(core(binding(DARK)), film(400, (10, 100, DARK)))
    assert kinds(changes) == [Change.OPENED, Change.CLOSED]
    opened, closed = changes[0], changes[-1]
    assert opened.incident.started.mono == pytest.approx(10, abs=0.21)
    assert opened.incident.opened.mono == pytest.approx(70, abs=1.01)
    assert closed.incident.last_held.mono == pytest.approx(100, abs=0.41)
    assert opened.finding is not None
    assert opened.finding.required == {"held_s": 60.0, "held_share": 0.7}
    assert opened.finding.measured["held_share"] == 1.0


@pytest.mark.parametrize("state", [DARK, FROZEN, LOOPED, BLURRED, MOVED, *AWAY])
def test_every_state_can_be_waited_for_and_a_shorter_one_is_nothing(
    state: CameraCondition,
) -> None:
    assert kinds(told(core(binding(state)), film(300, (10, 80, state)))) == [
        Change.OPENED,
        Change.CLOSED,
    ]
    assert told(core(binding(state)), film(300, (10, 65, state)), ends=True) == []


@pytest.mark.parametrize(
    "quiet",
    [
        # The camera is reached only after a while.
        film(300, (0, 50, CameraCondition.STARTING), (50, 100, OFFLINE)),
        # The filter of an infra-red camera turns, twice a day.
        film(300, (10, 12, DARK), (150, 152, DARK)),
        # It reconnects again and again.
        film(300, *((float(at), at + 8.0, OFFLINE) for at in range(10, 290, 20))),
        # The film ends; nothing comes after it.
        film(300, (50, 300, CameraCondition.FINISHED)),
        # The box itself does not get along.
        film(300, (50, 300, CameraCondition.NOT_ANALYSED)),
    ],
)
def test_what_is_no_trouble_of_the_camera_raises_nothing(quiet: Film) -> None:
    every = (DARK, FROZEN, LOOPED, BLURRED, MOVED)
    rules = [binding(one, hazard=f"CAM-1{place}") for place, one in enumerate(every)]
    assert told(core(*rules, binding(*AWAY)), quiet, ends=True) == []


def test_faults_that_take_turns_are_one_outage() -> None:
    outage = film(400, (10, 40, OFFLINE), (40, 60, UNDECODABLE), (60, 100, NO_FRAMES))
    assert kinds(told(core(binding(*AWAY)), outage)) == [Change.OPENED, Change.CLOSED]


def test_a_camera_that_keeps_coming_and_going_is_one_incident() -> None:
    # Away for 16 of every 20 s, a quarter of an hour long.
    flapping = [(float(at), at + 16.0, OFFLINE) for at in range(10, 900, 20)]
    assert kinds(told(core(binding(*AWAY)), film(1200, *flapping))) == [
        Change.OPENED,
        Change.CLOSED,
    ]


def test_pictures_that_come_often_do_not_outvote_the_time_without_any() -> None:
    one = core(binding(*AWAY))
    changes: list[IncidentChange] = []
    at = 0.0
    while at < 120:
        moment = Moment(at, BEGIN + timedelta(seconds=at))
        if at % 20 < 15:
            changes += one.unseen(moment, "offline", OFFLINE)
            at += 0.5
        else:
            changes += one.unseen(moment, "", OK)
            at += 0.04
    assert kinds(changes) == [Change.OPENED]


def test_a_camera_that_never_gave_a_picture_is_told_all_the_same() -> None:
    one = core(binding(*AWAY))
    looks = [Moment(at / 2, BEGIN + timedelta(seconds=at / 2)) for at in range(200)]
    changes = [change for at in looks for change in one.unseen(at, "offline", OFFLINE)]
    assert kinds(changes) == [Change.OPENED]
    assert changes[0].scene is not None
    assert (changes[0].scene.width, changes[0].scene.height) == (1, 1)


def test_what_hides_a_state_neither_fulfils_it_nor_ends_it() -> None:
    # Turned away, then covered for five minutes, then seen to be turned away still.
    changes = told(
        core(binding(MOVED)), film(700, (0, 100, MOVED), (100, 400, DARK), (400, 500, MOVED))
    )
    assert kinds(changes) == [Change.OPENED, Change.CLOSED]
    assert changes[-1].incident.last_held.mono == pytest.approx(500, abs=0.41)


def test_a_state_that_was_hidden_for_long_begins_anew() -> None:
    hidden = film(300, (0, 50, MOVED), (50, 90, DARK), (90, 145, MOVED))
    assert told(core(binding(MOVED)), hidden, ends=True) == []
    # For a moment only, it goes on.
    short = film(300, (0, 50, MOVED), (50, 60, DARK), (60, 75, MOVED))
    assert kinds(told(core(binding(MOVED)), short))[0] is Change.OPENED


def test_a_cable_that_is_cut_is_no_sign_that_the_lens_was_uncovered() -> None:
    changes = told(
        core(binding(DARK), binding(*AWAY, hazard="CAM-05")),
        film(500, (0, 100, DARK), (100, 500, OFFLINE)),
    )
    assert [
        (one.change, one.incident.hazard) for one in changes if one.change is not Change.UPDATED
    ] == [
        (Change.OPENED, "CAM-01"),
        (Change.OPENED, "CAM-05"),
    ]


def test_what_nobody_knows_of_for_ten_minutes_closes_with_when_it_last_held() -> None:
    changes = told(core(binding(DARK)), film(900, (0, 100, DARK), (100, 900, OFFLINE)))
    assert kinds(changes) == [Change.OPENED, Change.CLOSED]
    assert changes[-1].incident.last_held.mono == pytest.approx(100, abs=0.41)


def test_a_gap_longer_than_allowed_is_not_evidence() -> None:
    covered = film(150, (10, 100, DARK))
    assert told(core(binding(DARK)), replace(covered, cuts=((40, 75),)), ends=True) == []
    assert kinds(told(core(binding(DARK)), replace(covered, cuts=((40, 65),)))) == [Change.OPENED]


def test_steps_of_the_clock_change_no_duration() -> None:
    steps = ((30.0, -3600.0), (50.0, -56 * 365 * 86400.0))
    (opened,) = told(core(binding(DARK)), replace(film(75, (10, 75, DARK)), clock_steps=steps))
    assert opened.incident.opened.mono == pytest.approx(70, abs=1.01)


def test_a_film_that_ends_covered_closes_quietly() -> None:
    changes = told(core(binding(DARK)), film(100, (10, 100, DARK)), ends=True)
    assert kinds(changes) == [Change.OPENED, Change.CLOSED]


def test_a_state_that_is_open_lets_the_models_rest_and_a_person_does_not() -> None:
    person = Presence.model_validate(
        {"subject": "person", "zone": "none", "for": "0s", "cooldown": "9s"}
    )
    one = core(binding(MOVED), RuleBinding(HazardId("ZONE-01"), person))
    told(one, film(100, (0, 100, MOVED)))
    assert [incident.hazard for incident in one.open_incidents] == ["CAM-01"]
    assert one.is_quiet
    told(one, replace(film(5), mono_begin=100.0).with_person("p1"))
    assert not one.is_quiet


def test_memory_is_plain_and_bounded() -> None:
    one, memory = binding(DARK), RuleMemory()
    for scene in replace(film(300, (10, 290, DARK)), every_s=0.05).scenes():
        _, memory = judge(one, scene, memory)
        assert len(memory.window.stretches) <= 130
    assert json.loads(json.dumps(asdict(memory)))
