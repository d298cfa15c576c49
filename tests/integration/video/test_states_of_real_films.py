"""What the watch over the picture says of real films, as they are and as if somebody meddled."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from edge.core.moment import Moment
from edge.ports import Pixels
from edge.testing.fake_clock import START
from edge.video.looks import Looker, step_of
from edge.video.loop_watch import points_of
from edge.video.luma import grey_of
from edge.video.picture_health import PictureHealth
from hazard_library.contract.device import CameraCondition

OK, MOVED, BLURRED = CameraCondition.OK, CameraCondition.MOVED, CameraCondition.BLURRED
MEDDLED_AT_S = 14.0


def film(name: str) -> Path:
    material = os.environ.get("PATROL_MATERIAL")
    if material is None:
        pytest.skip("PATROL_MATERIAL is not set: there is no real film to look at")
    return Path(material) / "video" / name


def cut(pixels: Pixels, right: float = 0.0) -> Pixels:
    """Return a middle part of a picture: another part is what a turned camera would show."""
    high, wide = pixels.shape[:2]
    left, top = round(wide * (0.1 + right * 0.8)), high // 10
    return np.ascontiguousarray(pixels[top : top + high * 4 // 5, left : left + wide * 4 // 5])


def blur(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), pixels.shape[1] / 130), np.uint8)


def conditions(
    path: Path, meddle: Callable[[Pixels], Pixels], until_s: float = 27.0
) -> list[tuple[float, CameraCondition]]:
    """Show a film and, from a moment on, what the meddler makes of it."""
    health, looker, changes = PictureHealth(), Looker(), [(0.0, OK)]
    with av.open(str(path)) as container:
        for image in container.decode(video=0):
            assert image.pts is not None
            seconds = float(image.pts * (image.time_base or 0))
            at = Moment(seconds, START + timedelta(seconds=seconds))
            points = points_of(image)
            if points is not None:
                health.take_points(at, points)
            if seconds > until_s or not health.is_due(at, is_at_hand=True):
                continue
            pixels = cut(np.asarray(image.to_ndarray(format="bgr24"), np.uint8))
            if seconds >= MEDDLED_AT_S:
                pixels = meddle(np.asarray(image.to_ndarray(format="bgr24"), np.uint8))
            condition = health.judge(looker.look(at, grey_of(pixels, step_of(pixels.shape[1]))))
            if condition is not changes[-1][1]:
                changes.append((seconds, condition))
    return changes[1:]


FILMS = [
    "bottle-detection.mp4",
    "car-detection.mp4",
    "house6.mp4",
    "one-by-one-person-detection.mp4",
    "worker-zone-detection.mp4",
]
FULL_OF_EDGES = ["bottle-detection.mp4", "house6.mp4", "one-by-one-person-detection.mp4"]


@pytest.mark.material
@pytest.mark.parametrize("name", FILMS)
def test_nothing_is_wrong_with_a_real_film(name: str) -> None:
    assert conditions(film(name), cut, until_s=60.0) == []


@pytest.mark.material
@pytest.mark.parametrize("name", FULL_OF_EDGES)
def test_a_real_view_that_was_turned_is_noticed_within_ten_seconds(name: str) -> None:
    [(when, condition)] = conditions(film(name), lambda pixels: cut(pixels, right=0.08))
    assert condition is MOVED
    assert when <= MEDDLED_AT_S + 10


@pytest.mark.material
@pytest.mark.parametrize("name", FULL_OF_EDGES)
def test_a_real_view_out_of_focus_is_noticed_within_ten_seconds(name: str) -> None:
    [(when, condition)] = conditions(film(name), lambda pixels: blur(cut(pixels)))
    assert condition is BLURRED
    assert when <= MEDDLED_AT_S + 10
