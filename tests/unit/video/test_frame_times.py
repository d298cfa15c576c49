"""Which picture of a film stands at a time, and where it has holes."""

from pathlib import Path

import pytest
from rendered_films import FilmSpec, render

from edge.video.frame_times import FrameTimes, Hole, frame_times


def test_pictures_are_numbered_from_one_by_the_time_they_are_shown(tmp_path: Path) -> None:
    # With B-frames the packets lie in another order than the pictures.
    times = frame_times(render(tmp_path / "walk.mp4", FilmSpec(seconds=3.0, b_frames=2)))
    assert len(times.seconds) == 30
    assert list(times.seconds) == sorted(times.seconds)
    assert [times.number_at(second) for second in (0.0, 0.1, 1.04, 2.9, 99.0)] == [1, 2, 11, 30, 30]
    assert times.holes == ()


@pytest.mark.parametrize(
    ("seconds", "holes"),
    [
        ((0.0, 0.1, 0.2, 3.0, 3.1), (Hole(0.2, 3.0),)),
        # A camera that takes a picture every two seconds has no holes.
        ((0.0, 2.0, 4.0, 6.0), ()),
        ((), ()),
        ((0.0,), ()),
    ],
)
def test_a_hole_is_longer_than_the_films_own_rate_explains(
    seconds: tuple[float, ...], holes: tuple[Hole, ...]
) -> None:
    assert FrameTimes(seconds).holes == holes


def test_what_is_no_film_has_no_pictures(tmp_path: Path) -> None:
    file = tmp_path / "notes.mp4"
    file.write_text("no film")
    assert frame_times(file).number_at(1.0) is None
