"""Two streams of one picture are taken for the same view, others are not."""

import cv2
import numpy as np
import pytest
from scenes import noisy, place, view

from edge.ports import Pixels
from edge.testing.fake_clock import FakeClock
from edge.video.reader import ReaderLimits
from edge.video.source import RtspAddress, SourceSpec
from edge.video.two_views import show_the_same, trouble_with_main
from hazard_library.contract.ids import CameraId


def shown(right: float = 0.0, zoom: float = 1.0, seed: int = 1) -> Pixels:
    grey = noisy(view(place(seed), right, zoom=zoom), seed)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)


@pytest.mark.parametrize("size", [(1280, 720), (704, 576), (160, 120)])
def test_two_sizes_of_one_picture_are_one_view(size: tuple[int, int]) -> None:
    assert show_the_same(shown(), np.asarray(cv2.resize(shown(), size), np.uint8))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(shown(right=0.15), id="beside it"),
        pytest.param(shown(zoom=1.25), id="a part of it"),
        pytest.param(shown(seed=7), id="another camera"),
    ],
)
def test_another_view_is_noticed(other: Pixels) -> None:
    assert not show_the_same(shown(), other)


def test_where_nothing_is_to_be_seen_nothing_is_claimed() -> None:
    assert show_the_same(np.zeros((180, 320, 3), np.uint8), shown())


def test_a_main_stream_that_is_not_there_is_named_and_a_camera_without_one_is_well() -> None:
    address = RtspAddress("127.0.0.1", 9, "/sub")
    camera = SourceSpec(CameraId("gate"), address)
    limits = ReaderLimits(connect_s=1.0)
    assert trouble_with_main(camera, shown(), FakeClock(), limits) == ""
    both = SourceSpec(CameraId("gate"), address, main=RtspAddress("127.0.0.1", 9, "/main"))
    said = trouble_with_main(both, shown(), FakeClock(), limits)
    assert said.startswith("evidence_source: camera gate")
    assert "refuses the connection" in said
