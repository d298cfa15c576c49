import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.core.geometry import iou
from edge.core.moment import Moment
from edge.core.scene import PixelBox
from edge.evidence.people import ClipPeople, People, PeopleHistory
from edge.evidence.redaction import blurred, blurred_whole, head_of, hull, merged
from edge.testing.fake_clock import START

STANDING: PixelBox = (100.0, 50.0, 160.0, 250.0)
OTHER: PixelBox = (400.0, 60.0, 460.0, 260.0)

coordinates = st.floats(-50, 700)
sides = st.floats(1, 300)
boxes = st.builds(lambda x, y, w, h: (x, y, x + w, y + h), coordinates, coordinates, sides, sides)


def picture() -> NDArray[np.uint8]:
    return np.random.default_rng(1).integers(0, 255, (480, 640, 3), dtype=np.uint8)


def look(mono: float, *persons: PixelBox, heads: tuple[PixelBox, ...] = ()) -> People:
    return People(mono, persons, heads)


def moved(box: PixelBox, right: float) -> PixelBox:
    return (box[0] + right, box[1], box[2] + right, box[3])


def covers(regions: tuple[PixelBox, ...] | None, x: float, y: float) -> bool:
    assert regions is not None
    return any(r[0] <= x <= r[2] and r[1] <= y <= r[3] for r in regions)


def test_a_standing_persons_head_is_the_top_of_the_box_and_not_the_legs() -> None:
    head = head_of(STANDING)
    assert head[1] < STANDING[1]
    assert 100 < head[3] < 150


def test_of_a_bust_most_of_the_box_is_head() -> None:
    head = head_of((0.0, 0.0, 100.0, 110.0))
    assert head[3] > 60


def test_blurring_changes_the_regions_and_nothing_else() -> None:
    before = picture()
    after = blurred(before, [(100.0, 50.0, 160.0, 110.0)])
    changed = np.abs(before.astype(int) - after).sum(axis=2) > 0
    assert changed[50:110, 100:160].mean() > 0.95
    changed[50:110, 100:160] = False
    assert not changed.any()


def test_of_a_blurred_region_too_little_is_left_to_be_sharpened_back() -> None:
    after = blurred(picture(), [(100.0, 50.0, 160.0, 110.0)])[50:110, 100:160].astype(float)
    assert np.abs(np.diff(after, axis=1)).mean() < 3


@given(region=boxes)
def test_any_region_may_be_blurred_also_outside_the_picture(region: PixelBox) -> None:
    assert blurred(picture(), [region]).shape == (480, 640, 3)


def test_a_picture_blurred_whole_keeps_its_size_and_loses_its_detail() -> None:
    after = blurred_whole(picture())
    assert after.shape == (480, 640, 3)
    assert np.abs(np.diff(after.astype(float), axis=1)).mean() < 3


@given(many=st.lists(boxes, max_size=12))
def test_merged_boxes_cover_all_that_they_covered_before(many: list[PixelBox]) -> None:
    few = merged(many)
    assert len(few) <= len(many)
    for x1, y1, x2, y2 in many:
        assert any(f[0] <= x1 and f[1] <= y1 and x2 <= f[2] and y2 <= f[3] for f in few)


@given(one=boxes, other=boxes)
def test_overlap_is_symmetric_and_between_nothing_and_all(one: PixelBox, other: PixelBox) -> None:
    assert iou(one, other) == pytest.approx(iou(other, one))
    assert 0 <= iou(one, other) <= 1 + 1e-9
    assert iou(one, hull([one, other])) > 0


def test_a_head_is_blurred_all_along_its_way_between_two_looks() -> None:
    clip = ClipPeople([look(0.0, STANDING), look(1.0, moved(STANDING, 30))], 0.0)
    for step in range(11):
        assert covers(clip.regions(step / 10), 130 + 3 * step, 70)


def test_a_person_whom_one_look_missed_stays_blurred() -> None:
    clip = ClipPeople([look(0.0, STANDING), look(0.2), look(0.4, STANDING)], 0.0)
    assert covers(clip.regions(0.2), 130, 70)


def test_where_nobody_looked_nobody_knows_where_heads_are() -> None:
    clip = ClipPeople([look(0.0, STANDING)], 0.0)
    assert clip.regions(1.0) is not None
    assert clip.regions(5.0) is None
    assert ClipPeople([], 0.0).regions(0.0) is None


def test_an_empty_look_says_that_nothing_is_to_be_blurred() -> None:
    assert ClipPeople([look(0.0), look(1.0)], 0.0).regions(0.5) == ()


def test_a_kept_person_is_followed_and_the_others_stay_blurred() -> None:
    looks = [look(n / 5, moved(STANDING, 5.0 * n), OTHER) for n in range(30)]
    clip = ClipPeople(looks, 3.0, keep=[moved(STANDING, 75)])
    for n in range(30):
        regions = clip.regions(n / 5)
        assert not covers(regions, 130 + 5 * n, 70)
        assert covers(regions, 430, 80)


def test_a_kept_person_who_is_lost_is_blurred_on_coming_back() -> None:
    there, gone = [look(n / 5, STANDING) for n in range(5)], [look(n / 5) for n in range(5, 30)]
    back = [look(n / 5, STANDING) for n in range(30, 40)]
    clip = ClipPeople([*there, *gone, *back], 0.0, keep=[STANDING])
    assert not covers(clip.regions(0.5), 130, 70)
    assert covers(clip.regions(7.0), 130, 70)


def test_a_head_class_of_its_own_is_blurred_unless_it_is_the_kept_persons() -> None:
    bare: PixelBox = (115.0, 52.0, 145.0, 82.0)
    far: PixelBox = (500.0, 52.0, 530.0, 82.0)
    one = look(0.0, STANDING, heads=(bare, far))
    assert covers(one.regions(), 130, 70)
    kept = one.regions(kept=[STANDING])
    assert not covers(kept, 130, 70)
    assert covers(kept, 515, 70)


def test_the_history_forgets_what_is_too_old_and_gives_neighbours() -> None:
    history = PeopleHistory()
    for second in range(1000):
        history.add(look(float(second), STANDING))
    monos = [one.mono for one in history.between(990.0, 992.0)]
    assert monos == [989.0, 990.0, 991.0, 992.0, 993.0]
    assert history.between(0.0, 10.0)[0].mono >= 999 - 240
    assert history.latest_mono == 999.0


def test_a_film_that_begins_again_leaves_nothing_of_before() -> None:
    history = PeopleHistory()
    for mono in (0.0, 1.0, 2.0, 0.0, 1.0):
        history.add(look(mono, STANDING))
    assert [one.mono for one in history.between(0.0, 9.0)] == [0.0, 1.0]


def test_people_are_taken_from_tracks_that_are_only_bridged_too() -> None:
    from edge.core.scene import Track  # noqa: PLC0415 - only here

    at = Moment(0.0, START)
    hidden = Track(1, "person", STANDING, 0.5, at, seen=False)
    assert People.of_tracks(at, [hidden]).persons == (STANDING,)


@pytest.mark.parametrize(
    ("lying", "ends", "middle"),
    [
        ((100.0, 200.0, 300.0, 260.0), ((110, 230), (290, 230)), (200, 230)),
        ((100.0, 100.0, 160.0, 300.0), ((130, 110), (130, 290)), (130, 200)),
    ],
)
def test_of_somebody_lying_both_ends_are_blurred_and_the_posture_shows(
    lying: PixelBox, ends: tuple[tuple[float, float], ...], middle: tuple[float, float]
) -> None:
    regions = People.of_boxes(0.0, [("fallen", lying)]).regions()
    assert all(covers(regions, *end) for end in ends)
    assert not covers(regions, *middle)


def test_of_somebody_in_a_compact_box_everything_is_blurred_since_the_head_may_be_anywhere() -> (
    None
):
    regions = People.of_boxes(0.0, [("fallen", (100.0, 100.0, 200.0, 190.0))]).regions()
    assert all(covers(regions, x, y) for x in (100, 150, 200) for y in (100, 145, 190))


def test_a_person_in_a_box_clearly_wider_than_high_is_blurred_as_somebody_lying() -> None:
    regions = People.of_boxes(0.0, [("person", (100.0, 200.0, 300.0, 260.0))]).regions()
    assert covers(regions, 105, 255)
    assert covers(regions, 295, 255)


def test_around_a_head_that_was_found_itself_a_quarter_more_is_blurred() -> None:
    regions = look(0.0, heads=((100.0, 100.0, 140.0, 140.0),)).regions()
    assert covers(regions, 120, 149)
    assert not covers(regions, 120, 151)


def test_another_look_adds_whom_the_first_did_not_see_and_nobody_twice() -> None:
    weak: PixelBox = (300.0, 50.0, 320.0, 70.0)
    both = look(0.0, STANDING).with_more(look(0.0, moved(STANDING, 3), OTHER, heads=(weak,)))
    assert both.persons == (STANDING, OTHER)
    assert both.heads == (weak,)
    assert not covers(both.regions(kept=[STANDING]), 130, 70), "the kept person's head stays open"


def test_the_history_tells_of_this_very_moment_or_of_nothing() -> None:
    history = PeopleHistory()
    assert history.at(0.0) is None
    history.add(look(1.0, STANDING))
    assert history.at(1.0) == look(1.0, STANDING)
    assert history.at(1.1) is None
