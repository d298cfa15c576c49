"""Following people from look to look by scene time."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.core.scene import Track
from edge.core.tracking import Tracker, TrackingSettings
from edge.testing.films import Actor, Film

LEFT = (100.0, 200.0, 160.0, 360.0)
RIGHT = (500.0, 205.0, 560.0, 365.0)


def followed(film: Film, settings: TrackingSettings | None = None) -> list[tuple[Track, ...]]:
    tracker = Tracker(settings)
    return [tracker.step(detections) for detections, _ in film.detections()]


def ids(film: Film, settings: TrackingSettings | None = None) -> set[int]:
    return {track.id for tracks in followed(film, settings) for track in tracks}


def at(film: Film, looks: list[tuple[Track, ...]], second: float) -> tuple[Track, ...]:
    times = [at_s for at_s, _ in film.looks()]
    return looks[min(range(len(times)), key=lambda n: abs(times[n] - second))]


def test_somebody_who_walks_keeps_one_id() -> None:
    assert ids(Film(lasting_s=10).with_person("p1", LEFT, moving=(50.0, 5.0))) == {1}


def test_people_who_pass_each_other_keep_their_ids() -> None:
    film = (
        Film(lasting_s=8, every_s=0.1)
        .with_person("going right", LEFT, moving=(55.0, 0.0), score=0.9)
        .with_person("going left", RIGHT, moving=(-55.0, 0.0), score=0.8)
    )
    looks = followed(film)
    first, last = looks[0], looks[-1]
    assert {track.id for track in first} == {track.id for track in last} == {1, 2}
    rightmost = {track.id: track.box[0] for track in last}
    assert rightmost[first[0].id] > rightmost[first[1].id], "they turned round when they met"


def test_somebody_hidden_for_a_second_comes_back_as_the_same() -> None:
    walker = Actor("p1", "person", LEFT, moving=(40.0, 0.0), hidden=((3.0, 4.4),))
    film = Film(lasting_s=8).with_actor(walker)
    assert ids(film) == {1}
    hidden = at(film, followed(film), 4.0)
    assert [track.seen for track in hidden] == [False]


def test_while_hidden_the_box_goes_on_where_the_person_should_be() -> None:
    walker = Actor("p1", "person", LEFT, moving=(40.0, 0.0), hidden=((5.0, 6.0),))
    film = Film(lasting_s=8, every_s=0.1).with_actor(walker)
    (bridged,) = at(film, followed(film), 5.9)
    assert bridged.box[0] == pytest.approx(walker.place(5.9)[0], abs=6)
    assert bridged.height == pytest.approx(160, abs=4)


def test_somebody_hidden_for_longer_than_the_buffer_is_a_new_track() -> None:
    walker = Actor("p1", "person", LEFT, hidden=((3.0, 5.5),))
    film = Film(lasting_s=8).with_actor(walker)
    assert ids(film) == {1, 2}
    assert at(film, followed(film), 5.3) == ()


def test_the_buffer_is_measured_in_seconds_whatever_the_sampling() -> None:
    walker = Actor("p1", "person", LEFT, hidden=((3.0, 4.5),))
    for every_s in (0.04, 0.1, 0.5):
        film = Film(lasting_s=8, every_s=every_s).with_actor(walker)
        assert ids(film) == {1}
        assert ids(film, TrackingSettings(lost_buffer_s=1.0)) == {1, 2}


def test_a_gap_without_looks_longer_than_the_buffer_ends_all_tracks() -> None:
    film = Film(lasting_s=10, cuts=((3.0, 6.0),)).with_person("p1", LEFT)
    assert ids(film) == {1, 2}


def test_a_weak_detection_goes_on_with_a_track() -> None:
    sure = Actor("p1", "person", LEFT, during=(0, 3))
    weak = replace(sure, name="p1 weak", score=0.2, during=(3, 8))
    film = Film(lasting_s=8).with_actor(sure).with_actor(weak)
    looks = followed(film)
    assert {track.id for tracks in looks for track in tracks} == {1}
    (last,) = looks[-1]
    assert last.seen
    assert last.score == pytest.approx(0.2)


def test_a_weak_detection_starts_no_track() -> None:
    assert ids(Film(lasting_s=4).with_person("shadow", LEFT, score=0.3)) == set()


def test_what_is_below_the_lower_limit_does_not_go_on_with_a_track() -> None:
    sure = Actor("p1", "person", LEFT, during=(0, 3))
    noise = replace(sure, name="noise", score=0.05, during=(3, 8))
    film = Film(lasting_s=8).with_actor(sure).with_actor(noise)
    assert not any(track.seen for track in at(film, followed(film), 4.0))


def test_each_class_may_have_its_own_limit() -> None:
    film = Film(lasting_s=4).with_person("faint", LEFT, score=0.3)
    assert ids(film, TrackingSettings(high_by_label={"person": 0.25})) == {1}


def test_objects_of_two_classes_at_one_place_are_never_mixed() -> None:
    film = (
        Film(lasting_s=6)
        .with_actor(Actor("bare", "no_helmet", LEFT, during=(0, 3)))
        .with_actor(Actor("worn", "helmet", LEFT, during=(3, 6)))
    )
    labels: dict[int, set[str]] = {}
    for tracks in followed(film):
        for track in tracks:
            labels.setdefault(track.id, set()).add(track.label)
    assert sorted(map(sorted, labels.values())) == [["helmet"], ["no_helmet"]]


def test_a_flash_seen_once_is_not_bridged() -> None:
    film = Film(lasting_s=4).with_person("flash", LEFT, during=(1.0, 1.2))
    assert sum(len(tracks) for tracks in followed(film)) == 1


def test_a_track_predicted_out_of_the_picture_is_gone() -> None:
    leaving = Actor("p1", "person", (600.0, 200.0, 660.0, 360.0), during=(0, 3), moving=(40, 0))
    film = Film(lasting_s=5).with_actor(leaving)
    assert at(film, followed(film), 4.2) == ()


def test_empty_pictures_give_no_tracks() -> None:
    assert followed(Film(lasting_s=1)) == [()] * 5


def test_sampling_that_slows_down_and_speeds_up_loses_nobody() -> None:
    walker = Actor("p1", "person", LEFT, moving=(30.0, 0.0))
    even = Film(lasting_s=12, every_s=0.1).with_actor(walker)
    uneven = replace(even, cuts=((2.05, 2.75), (3.05, 3.95), (5.05, 5.35), (7.05, 8.25)))
    assert ids(uneven) == {1}


def test_people_who_leave_their_own_box_between_two_looks_keep_their_ids() -> None:
    film = (
        Film(lasting_s=6, every_s=0.5)
        .with_person("quick", LEFT, moving=(130.0, 0.0))
        .with_person("other way", RIGHT, moving=(-75.0, 25.0))
    )
    assert ids(film) == {1, 2}


def test_somebody_new_far_from_the_place_of_one_who_left_is_somebody_new() -> None:
    film = (
        Film(lasting_s=6, every_s=0.5)
        .with_person("left", LEFT, during=(0, 3))
        .with_person("came", RIGHT, during=(3, 6))
    )
    assert ids(film) == {1, 2}


def test_first_seen_stays_when_the_track_goes_on() -> None:
    film = Film(lasting_s=6).with_person("p1", LEFT, during=(2, 6))
    (track,) = followed(film)[-1]
    assert track.first_seen.mono == pytest.approx(2.0)


def test_time_that_runs_backwards_begins_anew() -> None:
    tracker = Tracker()
    film = Film(lasting_s=2).with_person("p1", LEFT)
    looks = [detections for detections, _ in film.detections()]
    tracker.step(looks[5])
    (track,) = tracker.step(looks[0])
    assert track.id == 2


PLACES = st.tuples(st.integers(0, 600), st.integers(0, 400))


@given(
    st.lists(st.lists(st.tuples(PLACES, st.sampled_from([0.2, 0.6, 0.9])), max_size=6), max_size=8)
)
def test_whatever_is_detected_ids_are_unique_and_everything_certain_is_followed(
    looks: list[list[tuple[tuple[int, int], float]]],
) -> None:
    tracker = Tracker()
    again = Tracker()
    film = Film(lasting_s=max(len(looks), 1) * 0.2)
    for (at_s, _), found in zip(film.looks(), looks, strict=False):
        picture = Film(lasting_s=at_s + 0.2)
        for number, ((x, y), score) in enumerate(found):
            picture = picture.with_person(f"p{number}", (x, y, x + 60.0, y + 120.0), score=score)
        *_, (detections, _) = picture.detections()
        tracks = tracker.step(detections)
        assert len({track.id for track in tracks}) == len(tracks)
        certain = [place for place, score in found if score >= 0.5]
        seen = [(track.box[0], track.box[1]) for track in tracks if track.seen]
        assert all(seen.count(place) >= certain.count(place) for place in certain)
        assert again.step(detections) == tracks


def forklift_then_weak(certain: str, place: tuple[float, float, float, float]) -> Film:
    """A forklift for a second, then weakly for nine, while something else is certain there."""
    truck = (100.0, 200.0, 300.0, 360.0)
    return (
        Film(lasting_s=10, every_s=0.1)
        .with_actor(Actor("seen", "forklift", truck, (0.0, 1.0), score=0.8))
        .with_actor(Actor("weak", "forklift", truck, (1.0, 10.0), score=0.2))
        .with_actor(Actor("other", certain, place, (1.0, 10.0), score=0.6))
    )


@pytest.mark.parametrize(
    ("certain", "place", "lasts"),
    [
        ("vehicle", (102.0, 198.0, 300.0, 362.0), False),
        # Beside it, or something that may well be there too.
        ("vehicle", (240.0, 200.0, 440.0, 360.0), True),
        ("person", (102.0, 198.0, 300.0, 362.0), True),
    ],
)
def test_what_is_seen_weakly_does_not_go_on_where_it_is_certainly_something_else(
    certain: str, place: tuple[float, float, float, float], *, lasts: bool
) -> None:
    film = forklift_then_weak(certain, place)
    settings = TrackingSettings(exclusive={"forklift": frozenset({"vehicle"})})
    last = at(film, followed(film, settings), 9.0)
    assert ("forklift" in [track.label for track in last if track.seen]) is lasts
