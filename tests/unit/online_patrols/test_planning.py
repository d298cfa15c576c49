"""Which cameras a round looks at: who is due, in which order, and the random tenth."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hazard_library.catalogue.load import load_catalogue
from server.kit.errors import NotAllowedNow
from server.online_patrols.basis import INSPECTION, ONLINE_PATROL, basis_of, is_statutory
from server.online_patrols.planning import CameraFacts, Why, plan, why_due
from server.online_patrols.states import ROUND, TRANSITIONS, RoundEvent, RoundState

AT = datetime(2026, 3, 30, 1, 0, tzinfo=UTC)
SEED = "5" * 64
SEEN = CameraFacts("box", "gate", False, False, False, AT - timedelta(days=2))  # noqa: FBT003
MANY = [replace(SEEN, camera=f"cam-{number:03}") for number in range(95)]


@pytest.mark.parametrize(
    ("camera", "why"),
    [
        (SEEN, None),
        (replace(SEEN, seen_at=None), Why.NEVER_SEEN),
        (replace(SEEN, seen_at=None, has_lead_or_warning=True), Why.NEVER_SEEN),
        (replace(SEEN, is_left_over=True), Why.LEFT_OVER),
        (replace(SEEN, has_lead_or_warning=True), Why.LEAD_OR_WARNING),
        (replace(SEEN, is_key_unit=True), None),
        (replace(SEEN, is_key_unit=True, seen_at=AT - timedelta(days=7)), Why.KEY_UNIT),
        (replace(SEEN, seen_at=AT - timedelta(days=7)), None),
        (replace(SEEN, seen_at=AT - timedelta(days=30)), Why.MONTHLY),
        (replace(SEEN, seen_at=AT - timedelta(days=29, hours=11)), None),
        (replace(SEEN, seen_at=AT - timedelta(days=29, hours=13)), Why.MONTHLY),
    ],
)
def test_a_camera_is_due_for_one_reason(camera: CameraFacts, why: Why | None) -> None:
    assert why_due(camera, AT) is why


def test_never_seen_comes_first_then_what_was_left_over_then_leads() -> None:
    cameras = [
        replace(SEEN, camera="d", is_key_unit=True, seen_at=AT - timedelta(days=9)),
        replace(SEEN, camera="c", has_lead_or_warning=True),
        replace(SEEN, camera="b", is_left_over=True),
        replace(SEEN, camera="a", seen_at=AT - timedelta(days=40)),
        replace(SEEN, camera="z", seen_at=None),
    ]
    assert [one.camera for one in plan(cameras, AT, SEED)] == ["z", "b", "c", "d", "a"]


def test_a_tenth_of_the_others_is_blind_and_the_seed_gives_it_again() -> None:
    first = plan(MANY, AT, SEED)
    assert len(first) == 10
    assert all(one.is_blind for one in first)
    assert plan(list(reversed(MANY)), AT, SEED) == first
    assert plan(MANY, AT, "6" * 64) != first


def test_a_blind_look_is_never_at_a_camera_with_a_lead() -> None:
    cameras = [replace(one, has_lead_or_warning=True) for one in MANY]
    assert not any(one.is_blind for one in plan(cameras, AT, SEED))


def test_over_many_seeds_every_camera_comes_up_about_equally() -> None:
    drawn = [one.camera for seed in range(400) for one in plan(MANY, AT, f"{seed:064x}")]
    counts = [drawn.count(one.camera) for one in MANY]
    assert min(counts) > 15
    assert max(counts) < 75


def test_nothing_due_and_no_camera_is_an_empty_round() -> None:
    assert plan([], AT, SEED) == ()


@pytest.mark.parametrize(
    ("unit", "day", "basis"),
    [
        ({"is_chemical": True, "has_major_source": True}, date(2026, 5, 1), ONLINE_PATROL),
        ({"is_chemical": True, "has_major_source": True}, date(2026, 4, 30), INSPECTION),
        ({"is_chemical": True, "has_major_source": False}, date(2026, 6, 1), INSPECTION),
        ({"is_chemical": False, "has_major_source": True}, date(2026, 6, 1), INSPECTION),
        ({"is_chemical": False, "has_major_source": False}, date(2026, 6, 1), INSPECTION),
    ],
)
def test_trap_27_the_power_of_online_patrol_is_for_major_hazard_sources_of_chemical_units(
    unit: dict[str, bool], day: date, basis: str
) -> None:
    legal = load_catalogue().legal
    statutory = is_statutory(**unit)
    assert basis_of(legal, day, statutory=statutory) == basis
    assert legal[basis].is_in_force(day)


@pytest.mark.parametrize("state", list(RoundState))
@pytest.mark.parametrize("event", list(RoundEvent))
def test_what_the_table_does_not_list_is_refused(state: RoundState, event: RoundEvent) -> None:
    if (state, event) in TRANSITIONS:
        assert ROUND.after(state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(NotAllowedNow):
            ROUND.after(state, event)
