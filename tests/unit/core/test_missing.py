"""Somebody without a helmet: who owns which head, and what a look says."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from edge.core.findings import Finding
from edge.core.moment import Moment
from edge.core.rules.binding import RuleBinding
from edge.core.rules.worn_parts import Verdict, Wearer, body_around, region, wearers
from edge.core.scene import PixelBox, Track, Zone
from edge.testing.films import Actor, Film, found
from hazard_library.catalogue.rules import BodyPart, Missing
from hazard_library.contract.ids import HazardId, ZoneId

NOW = Moment(0.0, datetime(2026, 3, 2, tzinfo=UTC))
PERSON = (300.0, 200.0, 360.0, 360.0)
HEAD = (318.0, 200.0, 342.0, 224.0)
BEHIND = (340.0, 180.0, 395.0, 330.0)

HELMETS = Missing.model_validate(
    {
        "subject": "person",
        "needs": "helmet",
        "absent_as": "no_helmet",
        "part": "head",
        "zone": "optional",
        "for": "5s",
        "cooldown": "30s",
        "min_score": 0.4,
        "min_height_px": 60,
    }
)
HARD_HAT_MISSING = RuleBinding(HazardId("PPE-01"), HELMETS)


def track(number: int, label: str, box: PixelBox, score: float = 0.8) -> Track:
    return Track(number, label, box, score, NOW, seen=True)


def look(*tracks: Track) -> tuple[Wearer, ...]:
    by_label = {
        label: tuple(track for track in tracks if track.label == label)
        for label in ("person", "helmet", "no_helmet")
    }
    return wearers(HELMETS, by_label["person"], by_label["helmet"], by_label["no_helmet"])


def verdicts(*tracks: Track) -> dict[int, Verdict]:
    return {one.subject.id: one.verdict for one in look(*tracks)}


def completed(film: Film, binding: RuleBinding = HARD_HAT_MISSING) -> list[Finding]:
    return [one for one in found(binding, film) if one is not None and one.complete]


def test_a_bare_head_at_the_top_of_a_person_is_theirs() -> None:
    assert verdicts(track(1, "person", PERSON), track(2, "no_helmet", HEAD)) == {1: Verdict.LACKS}


def test_a_helmet_at_the_top_of_a_person_is_worn() -> None:
    assert verdicts(track(1, "person", PERSON), track(2, "helmet", HEAD)) == {1: Verdict.HAS}


def test_a_person_whose_head_is_not_found_says_nothing() -> None:
    assert verdicts(track(1, "person", PERSON)) == {1: Verdict.UNSEEN}


def test_a_helmet_carried_in_the_hand_is_not_worn() -> None:
    in_hand = (340.0, 290.0, 364.0, 310.0)
    carried = verdicts(
        track(1, "person", PERSON), track(2, "helmet", in_hand), track(3, "no_helmet", HEAD)
    )
    assert carried == {1: Verdict.LACKS}


def test_where_both_are_found_the_surer_one_decides_and_a_tie_acquits() -> None:
    person = track(1, "person", PERSON)
    bare = track(2, "no_helmet", HEAD, 0.6)
    assert verdicts(person, bare, track(3, "helmet", HEAD, 0.5)) == {1: Verdict.LACKS}
    assert verdicts(person, bare, track(3, "helmet", HEAD, 0.6)) == {1: Verdict.HAS}


def test_each_of_two_people_who_overlap_owns_the_head_on_their_own_shoulders() -> None:
    behind_head = (356.0, 181.0, 378.0, 203.0)
    crowd = verdicts(
        track(1, "person", PERSON),
        track(2, "person", BEHIND),
        track(3, "no_helmet", HEAD),
        track(4, "helmet", behind_head),
    )
    assert crowd == {1: Verdict.LACKS, 2: Verdict.HAS}


def test_a_head_within_reach_of_two_people_goes_to_the_nearer_shoulders() -> None:
    left, right = (300.0, 200.0, 360.0, 360.0), (330.0, 200.0, 390.0, 360.0)
    head = (350.0, 202.0, 368.0, 222.0)
    people = (track(1, "person", left), track(2, "person", right))
    bare = track(3, "no_helmet", head)
    expected = {1: Verdict.UNSEEN, 2: Verdict.LACKS}
    assert verdicts(*people, bare) == verdicts(*reversed(people), bare) == expected


@pytest.mark.parametrize(
    ("cut", "body"),
    [
        ("at the chest by the picture's lower border", (300.0, 200.0, 360.0, 250.0)),
        ("at the waist", (300.0, 200.0, 360.0, 290.0)),
        ("to little more than the head", (312.0, 198.0, 348.0, 232.0)),
        ("at the top, so that the head begins the box", (300.0, 203.0, 360.0, 360.0)),
        ("at the side", (300.0, 200.0, 335.0, 360.0)),
    ],
)
def test_the_head_is_found_on_a_person_cut(cut: str, body: PixelBox) -> None:
    assert verdicts(track(1, "person", body), track(2, "no_helmet", HEAD)) == {1: Verdict.LACKS}, (
        cut
    )


def test_the_head_of_somebody_in_front_is_not_that_of_the_legs_behind() -> None:
    """A large person's lower half surrounds the head of a small one who stands before them."""
    large, small = (280.0, 60.0, 380.0, 360.0), (305.0, 240.0, 345.0, 340.0)
    head = (315.0, 241.0, 333.0, 258.0)
    people = (track(1, "person", large), track(2, "person", small))
    assert verdicts(*people, track(3, "no_helmet", head)) == {1: Verdict.UNSEEN, 2: Verdict.LACKS}


def test_a_bare_head_with_nobody_around_it_stands_for_its_owner() -> None:
    (alone,) = look(track(7, "no_helmet", HEAD))
    assert (alone.subject.id, alone.verdict) == (7, Verdict.LACKS)
    assert alone.body == body_around(HEAD, BodyPart.HEAD)
    assert alone.body[3] - alone.body[1] == pytest.approx(144)


def test_a_bare_head_at_the_place_of_a_helmet_accuses_nobody() -> None:
    assert verdicts(track(7, "no_helmet", HEAD), track(8, "helmet", HEAD, 0.2)) == {}


def test_a_vest_is_looked_for_on_the_torso() -> None:
    _, top, _, bottom = region(PERSON, BodyPart.TORSO)
    assert top < 270 < bottom
    assert not top < 350 < bottom


def test_one_bare_head_among_many_helmets_is_found_and_named() -> None:
    film = (
        Film(lasting_s=8)
        .with_person("covered", (100.0, 200.0, 160.0, 360.0))
        .with_helmet("covered")
        .with_person("bare", (500.0, 200.0, 560.0, 360.0))
        .with_bare_head("bare")
    )
    last = completed(film)[-1]
    assert {(one.label, one.box[0] > 400) for one in last.subjects} == {
        ("person", True),
        ("no_helmet", True),
    }
    assert {one.label for one in last.context} == {"person", "helmet"}
    assert last.measured["subjects_lacking"] == 1


def test_hidden_heads_neither_accuse_nor_acquit() -> None:
    """The head turns away for less than `max_gap` every now and then: not a look."""
    film = Film(lasting_s=8).with_person("p1").with_bare_head("p1")
    bare = film.actor("p1 no_helmet")
    turning = replace(bare, hidden=tuple((t + 0.35, t + 0.85) for t in range(8)))
    assert completed(film.changed("p1 no_helmet", turning))


def test_a_head_hidden_for_longer_than_the_gap_begins_anew() -> None:
    film = Film(lasting_s=9).with_person("p1").with_bare_head("p1")
    away = replace(film.actor("p1 no_helmet"), hidden=((3.0, 4.6),))
    assert not completed(film.changed("p1 no_helmet", away))


def test_a_predicted_head_is_no_look() -> None:
    film = Film(lasting_s=9).with_person("p1").with_bare_head("p1")
    predicted = replace(film.actor("p1 no_helmet"), bridged=((2.0, 9.0),))
    assert not completed(film.changed("p1 no_helmet", predicted))


def test_a_helmet_put_on_in_time_ends_the_matter() -> None:
    film = Film(lasting_s=20).with_person("p1").with_bare_head("p1", during=(0, 4))
    assert not completed(film.with_helmet("p1", during=(4, 20)))


def test_people_too_small_to_judge_are_not_judged() -> None:
    small = Film(lasting_s=9).with_person("p1", (300.0, 200.0, 320.0, 255.0)).with_bare_head("p1")
    assert not any(found(HARD_HAT_MISSING, small))


def test_a_head_too_small_for_a_person_that_may_be_judged_is_not_judged_alone() -> None:
    head = Actor("head", "no_helmet", (300.0, 200.0, 308.0, 209.0))
    assert not any(found(HARD_HAT_MISSING, Film(lasting_s=9).with_actor(head)))


def test_a_head_alone_must_be_surer_than_one_on_a_person() -> None:
    unsure = Actor("head", "no_helmet", HEAD, score=0.45)
    assert not any(found(HARD_HAT_MISSING, Film(lasting_s=9).with_actor(unsure)))
    sure = replace(unsure, score=0.6)
    assert completed(Film(lasting_s=9).with_actor(sure))


def test_a_person_found_only_now_and_then_is_the_owner_of_the_same_head() -> None:
    """The person flickers, the head stays: one story, not two unfinished ones."""
    film = Film(lasting_s=8).with_person("p1").with_bare_head("p1")
    flickering = replace(film.actor("p1"), hidden=tuple((t, t + 0.5) for t in range(8)))
    assert completed(film.changed("p1", flickering))[0].held_since == 0.0


def test_only_people_who_stand_in_the_zone_are_judged() -> None:
    far = Zone(ZoneId("far"), ((0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.0, 0.5)))
    near = Zone(ZoneId("near"), ((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0)))
    film = Film(lasting_s=9).with_person("p1").with_bare_head("p1")
    assert not any(found(replace(HARD_HAT_MISSING, zone=far), film))
    assert completed(film, replace(HARD_HAT_MISSING, zone=near))


def test_two_people_who_are_each_bare_for_half_the_time_are_not_one_who_lacks() -> None:
    film = (
        Film(lasting_s=8)
        .with_person("early", (100.0, 200.0, 160.0, 360.0))
        .with_bare_head("early", during=(0, 3))
        .with_helmet("early", during=(3, 8))
        .with_person("late", (500.0, 200.0, 560.0, 360.0))
        .with_helmet("late", during=(0, 4))
        .with_bare_head("late", during=(4, 8))
    )
    assert not completed(film)
