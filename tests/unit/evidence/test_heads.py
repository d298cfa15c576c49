import numpy as np
import pytest

from edge.evidence.heads import HeadsInPictures, people_in
from edge.evidence.redaction import blurred_whole
from edge.ports import Look, Pixels, RawBoxes
from edge.testing.scripted_backend import NOTHING, raw_boxes

HEAD = (slice(20, 40), slice(30, 50))
FAR = (slice(0, 100), slice(120, 200))
SOMEBODY = raw_boxes(("person", 0.2, (20.0, 15.0, 60.0, 95.0)))


def _fails(_: Pixels) -> RawBoxes:
    raise RuntimeError("broken kernel")


@pytest.fixture
def pixels() -> Pixels:
    return np.random.default_rng(1).integers(0, 255, (100, 200, 3)).astype(np.uint8)


def test_a_head_that_was_found_is_blurred_and_the_rest_stays(pixels: Pixels) -> None:
    shown = HeadsInPictures(lambda _: SOMEBODY).redraw(0.0, pixels, 1.0)
    assert not np.array_equal(shown[HEAD], pixels[HEAD])
    assert np.array_equal(shown[FAR], pixels[FAR])


def test_a_head_that_one_picture_missed_stays_blurred_for_a_moment(pixels: Pixels) -> None:
    answers = [SOMEBODY, NOTHING, NOTHING]
    heads = HeadsInPictures(lambda _: answers.pop(0))
    heads.redraw(0.0, pixels, 1.0)
    assert not np.array_equal(heads.redraw(0.3, pixels, 1.0)[HEAD], pixels[HEAD])
    assert np.array_equal(heads.redraw(1.0, pixels, 1.0), pixels)


@pytest.mark.parametrize("look", [None, _fails])
def test_where_nobody_can_say_where_heads_are_the_picture_is_coarse_all_over(
    pixels: Pixels, look: Look | None
) -> None:
    assert people_in(pixels, look) is None
    shown = HeadsInPictures(look).redraw(0.0, pixels, 1.0)
    assert np.array_equal(shown, blurred_whole(pixels))
