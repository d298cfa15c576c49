"""Regions are compared about once a second, in turn, whatever the rate of pictures."""

from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest

from edge.core.moment import Moment
from edge.inference.region_watch import CameraRegions, RegionWatch, WatchedRegion
from edge.inference.teaching import PeopleFinder, Picture, spread_out, teach, why_unusable
from edge.ports import Frame, Pixels, RawBoxes
from edge.testing.tally import Tally
from hazard_library.contract.ids import CameraId, ZoneId
from hazard_library.registry.feature_network import FeatureNetwork, open_network
from hazard_library.registry.region_comparison import learn
from hazard_library.registry.region_pictures import cut_region

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DOOR = ((0.1, 0.1), (0.5, 0.1), (0.5, 0.9), (0.1, 0.9))
SIGN = ((0.6, 0.1), (0.9, 0.1), (0.9, 0.6), (0.6, 0.6))


def picture(*, opened: bool = False) -> Pixels:
    rows, columns = np.mgrid[0:240, 0:320]
    squares = (90 + 60 * ((rows // 12 + columns // 12) % 2)).astype(np.uint8)
    pixels = np.repeat(squares[..., None], 3, axis=2)
    if opened:
        cv2.rectangle(pixels, (60, 60), (130, 190), (20, 30, 200), -1)
    return np.asarray(pixels, np.uint8)


@pytest.fixture(scope="module")
def network() -> FeatureNetwork:
    return open_network("state-features")[1]


@pytest.fixture(scope="module")
def regions(network: FeatureNetwork) -> CameraRegions:
    normal = [np.asarray(np.clip(picture() * (0.9 + 0.05 * n), 0, 255), np.uint8) for n in range(4)]
    watched = []
    for name, points in (("door", DOOR), ("sign", SIGN)):
        memory = learn(network, [cut_region(one, points) for one in normal], points).memory
        watched.append(WatchedRegion(ZoneId(name), points, memory))
    return CameraRegions(tuple(watched), None, network)


def frame(at_s: float, pixels: Pixels) -> Frame:
    return Frame(CameraId("gate"), 1, Moment(at_s, BEGIN + timedelta(seconds=at_s)), pixels)


def test_each_region_is_compared_once_a_second_and_not_all_in_one_picture(
    regions: CameraRegions,
) -> None:
    watch = RegionWatch(regions, Tally())
    looked = [watch.look(frame(number * 0.2, picture())) for number in range(50)]
    names = [look.region for looks in looked for look in looks]
    assert 10 <= names.count("door") <= 11
    assert 9 <= names.count("sign") <= 10
    assert max(len(looks) for looks in looked) == 1


def test_slow_pictures_are_all_compared(regions: CameraRegions) -> None:
    watch = RegionWatch(regions, Tally())
    looks = [watch.look(frame(number * 3.0, picture())) for number in range(1, 4)]
    assert [len(one) for one in looks[1:]] == [2, 2]


def test_time_that_jumps_back_stops_no_region(regions: CameraRegions) -> None:
    watch = RegionWatch(regions, Tally())
    watch.look(frame(5000.0, picture()))
    looks = [watch.look(frame(number * 0.5, picture())) for number in range(4)]
    assert {look.region for one in looks for look in one} == {"door", "sign"}


def test_only_the_region_that_changed_differs(regions: CameraRegions) -> None:
    watch, counted = RegionWatch(regions, Tally()), {}
    for at_s in (0.0, 0.5, 1.0, 1.5):
        for look in watch.look(frame(at_s, picture(opened=True))):
            counted[look.region] = look.difference
    assert counted[ZoneId("door")] > 1.3
    assert counted[ZoneId("sign")] < 1


def test_a_picture_that_cannot_be_compared_is_counted_and_leaves_the_region_unseen(
    regions: CameraRegions,
) -> None:
    tally = Tally()
    watch = RegionWatch(regions, tally)
    broken = np.zeros((0, 0, 3), np.uint8)
    assert watch.look(frame(0.0, broken)) == ()
    assert tally["region_looks_failed"] == 1


def nobody(pixels: Pixels) -> RawBoxes:
    del pixels
    return RawBoxes(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), ())


def somebody(pixels: Pixels) -> RawBoxes:
    height, width = pixels.shape[:2]
    box = np.array([[0.1 * width, 0.1 * height, 0.4 * width, height]], np.float32)
    return RawBoxes(box, np.array([0.8], np.float32), ("person",))


def shown(pixels: Pixels) -> Picture:
    return Picture("one", pixels, BEGIN)


def test_what_may_teach_shows_the_region_and_nobody_before_it() -> None:
    assert why_unusable(shown(picture()), DOOR, PeopleFinder(nobody, 0.5)) is None
    assert why_unusable(shown(picture()), DOOR, PeopleFinder(somebody, 0.9)) is None
    covered = why_unusable(shown(picture()), DOOR, PeopleFinder(somebody, 0.5))
    assert covered is not None
    assert "somebody stands before the region" in covered
    flat = why_unusable(shown(np.full((240, 320, 3), 9, np.uint8)), DOOR, PeopleFinder(nobody, 0.5))
    assert flat is not None
    assert "one flat surface" in flat
    small = ((0.1, 0.1), (0.12, 0.1), (0.12, 0.9), (0.1, 0.9))
    tiny = why_unusable(shown(picture()), small, PeopleFinder(nobody, 0.5))
    assert tiny is not None
    assert "too small to show a state" in tiny


def test_pictures_are_chosen_evenly() -> None:
    many = [Picture(str(n), picture(), BEGIN) for n in range(11)]
    assert [one.name for one in spread_out(many, 3)] == ["0", "5", "10"]
    assert len(spread_out(many, 20)) == 11


def test_the_verdict_follows_the_abnormal_picture_that_lies_nearest(
    network: FeatureNetwork,
) -> None:
    normal = [cut_region(picture(), DOOR)] * 3
    opened = cut_region(picture(opened=True), DOOR)
    assert teach(network, normal, [opened], DOOR).verdict == "fit"
    assert teach(network, normal, [opened, normal[0]], DOOR).verdict == "unfit"
