"""What every backend must do; a subclass gives the fixtures `backend` and `red_box`."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from edge.ports import Backend, Pixels, RawBoxes

#: How far a corner may lie from the painted rectangle, in pixels of the picture.
_NEAR_PX = 24


def picture(width: int, height: int, box: tuple[int, int, int, int] | None) -> Pixels:
    """Return a grey BGR picture, with a pure red rectangle if a box is given."""
    pixels = np.full((height, width, 3), 90, np.uint8)
    if box is not None:
        pixels[box[1] : box[3], box[0] : box[2]] = (0, 0, 255)
    return pixels


def _same(one: RawBoxes, other: RawBoxes) -> bool:
    return (
        one.labels == other.labels
        and np.array_equal(one.boxes, other.boxes)
        and np.array_equal(one.scores, other.scores)
    )


class BackendConformance:
    """The tests of the port `Backend`, on a backend that finds red rectangles as persons."""

    def test_nothing_in_the_picture_gives_empty_arrays_of_the_right_shape(
        self, backend: Backend
    ) -> None:
        """An empty answer is an answer."""
        found = backend.detect(picture(640, 480, None))
        assert (found.boxes.shape, found.scores.shape, found.labels) == ((0, 4), (0,), ())

    def test_a_box_comes_back_in_pixels_of_the_picture(self, backend: Backend) -> None:
        """The letterbox is undone, whatever the picture's shape."""
        for width, height in ((416, 416), (832, 468), (360, 720)):
            scale = max(width, height) / 416
            box = tuple(round(edge * scale) for edge in (60, 40, 156, 200))
            found = backend.detect(picture(width, height, (box[0], box[1], box[2], box[3])))
            assert found.labels[:1] == ("person",)
            assert np.abs(found.boxes[0] - np.array(box)).max() <= _NEAR_PX * scale

    def test_boxes_lie_within_the_picture_and_scores_fall(self, backend: Backend) -> None:
        """What the core relies on."""
        found = backend.detect(picture(640, 480, (500, 250, 640, 480)))
        assert len(found.labels) == len(found.boxes) == len(found.scores) > 0
        assert found.boxes.min() >= 0
        assert found.boxes[:, 2].max() <= 640
        assert found.boxes[:, 3].max() <= 480
        assert np.all(np.diff(found.scores) <= 0)
        assert found.boxes.dtype == found.scores.dtype == np.float32

    def test_threads_get_the_answers_one_caller_gets(self, backend: Backend) -> None:
        """One instance serves every worker, and their pictures do not mix."""
        pictures = [
            picture(640, 480, (x, 100, x + 150, 340) if x % 80 else None) for x in range(0, 480, 40)
        ] * 3
        alone = [backend.detect(one) for one in pictures]
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(backend.detect, pictures))
        assert all(_same(one, other) for one, other in zip(alone, together, strict=True))

    def test_the_picture_is_left_as_it_was(self, backend: Backend) -> None:
        """The frame goes on to the evidence after it was looked at."""
        pixels = picture(640, 480, (100, 100, 240, 340))
        before = pixels.copy()
        backend.detect(pixels)
        assert np.array_equal(pixels, before)

    def test_it_says_which_model_runs_with_its_hash(self, backend: Backend) -> None:
        """Every event names the model behind it."""
        assert backend.model.name
        assert len(backend.model.sha256) == 64
        assert backend.model.precision
