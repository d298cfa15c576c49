"""A picture is the same whether its array or only its brightness is asked for."""

import cv2
import numpy as np
import pytest
from av import VideoFrame
from av.video.reformatter import ColorRange

from edge.ports import Pixels
from edge.video.bgr import BgrConverter
from edge.video.decoded_picture import DecodedPicture
from hazard_library.contract.evidence import PrivacyMask
from hazard_library.contract.ids import ZoneId

DESK = PrivacyMask(id=ZoneId("desk"), points=((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)))


def _scene() -> Pixels:
    """Steps of grey from black to white, wider than a decoder's rows are aligned to."""
    steps = np.repeat(np.linspace(0, 255, 20).astype(np.uint8), 15)[:300]
    return np.ascontiguousarray(np.broadcast_to(steps[None, :, None], (120, 300, 3)))


def _image(form: str, *, is_full: bool = False) -> VideoFrame:
    into = ColorRange.JPEG if is_full else ColorRange.MPEG
    return VideoFrame.from_ndarray(_scene(), format="bgr24").reformat(
        format=form, dst_color_range=into
    )


@pytest.mark.parametrize("form", ["yuv420p", "yuv422p", "nv12", "yuv420p10le", "rgb24"])
def test_the_brightness_is_that_of_the_array(form: str) -> None:
    early = DecodedPicture(_image(form), BgrConverter()).grey(3)
    late = DecodedPicture(_image(form), BgrConverter())
    late.pixels()
    assert early.shape == late.grey(3).shape == (40, 100)
    assert np.abs(early.astype(int) - late.grey(3)).max() <= 3


def test_a_picture_in_full_range_is_not_stretched() -> None:
    grey = DecodedPicture(_image("yuv420p", is_full=True), BgrConverter()).grey(1)
    assert np.abs(grey.astype(int) - cv2.cvtColor(_scene(), cv2.COLOR_BGR2GRAY)).max() <= 3


def test_masks_cover_the_array_and_the_brightness() -> None:
    picture = DecodedPicture(_image("yuv420p"), BgrConverter(), (DESK,))
    assert picture.grey(3)[:, 50:].max() == 0
    assert picture.open_grey(3)[:, 50:].max() > 200
    assert picture.pixels()[:, 150:].max() == 0
    assert picture.grey(3)[:, 50:].max() == 0
    assert picture.pixels()[:, 60:140].max() > 100


def test_the_array_is_made_once() -> None:
    picture = DecodedPicture(_image("yuv420p"), BgrConverter())
    assert picture.pixels() is picture.pixels()
    assert picture.size == (300, 120)
