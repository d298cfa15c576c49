"""What an officer finds drawn and written in a key frame."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from edge.core.findings import Finding
from edge.core.incidents import Incident, IncidentChange
from edge.core.moment import Moment
from edge.core.scene import Scene, Track, Zone
from edge.evidence import lettering
from edge.evidence.lettering import Area, Pen
from edge.evidence.markings import Words, mark
from edge.ports import Frame, Pixels
from hazard_library.contract.events import Change
from hazard_library.contract.ids import CameraId, HazardId, ZoneId, incident_id

AT = Moment(100.0, datetime(2026, 3, 2, 0, 5, 7, tzinfo=UTC))
GATE, HAZARD = CameraId("gate"), HazardId("VEH-01")
WORDS = Words(
    {"VEH-01": "叉车与人员距离过近", "person": "人员", "forklift": "叉车"},
    ZoneInfo("Asia/Shanghai"),
)
PERSON = Track(1, "person", (322.0, 72.0, 406.0, 335.0), 0.87, AT, seen=True)
FORKLIFT = Track(2, "forklift", (600.0, 90.0, 767.0, 330.0), 0.71, AT, seen=True)
PIT = Zone(ZoneId("pit"), ((0.1, 0.3), (0.4, 0.3), (0.5, 0.6)))
LINE = Zone(ZoneId("edge"), ((0.1, 0.9), (0.6, 0.4)))
LANE = Zone(ZoneId("lane"), PIT.points, ((0.2, 0.4), (0.4, 0.5)))

Written = tuple[tuple[str, Area], ...]


def _marked(
    subjects: tuple[Track, ...],
    compared: dict[str, tuple[float, float]],
    zones: tuple[Zone, ...] = (),
    size: tuple[int, int] = (768, 432),
) -> tuple[Pixels, Written]:
    zone = zones[0].id if zones else None
    finding = Finding(
        hazard=HAZARD,
        zone=zone,
        complete=True,
        held_since=97.0,
        score=0.87,
        subjects=subjects,
        measured={name: pair[0] for name, pair in compared.items()},
        required={name: pair[1] for name, pair in compared.items()},
    )
    name = incident_id("box-1", GATE, HAZARD, zone, AT.utc)
    incident = Incident(name, GATE, HAZARD, zone, AT, AT, AT, 1, 0.87)
    scene = Scene(AT, GATE, size[0], size[1], subjects)
    change = IncidentChange(Change.OPENED, incident, finding, scene)
    pixels = np.full((size[1], size[0], 3), 90, np.uint8)
    shown = pixels.copy()
    return shown, mark(shown, Frame(GATE, 1, AT, pixels), change, zones, WORDS)


def _texts(written: Written) -> str:
    return "\n".join(text for text, _ in written)


def test_a_distance_stands_with_its_limit_between_the_two_and_below() -> None:
    _, written = _marked((PERSON, FORKLIFT), {"held_s": (1.4, 1.0), "distance_m": (1.63, 3.0)})
    texts = _texts(written)
    for said in (
        "相距 1.63 m (限值 3 m)",
        "VEH-01 叉车与人员距离过近",
        "距离 1.63 m (限值 3 m)",
        "条件持续 1.4 s (要求 1 s)",
        "人员 0.87",
        "叉车 0.71",
        "2026-03-02 08:05:07 UTC+0800",
    ):
        assert said in texts


def test_a_way_that_was_gone_is_no_distance_between_two() -> None:
    compared = {"distance_m": (6.2, 3.0), "angle_deg": (171.3, 120.0)}
    _, written = _marked((PERSON, FORKLIFT), compared, (LANE,))
    texts = _texts(written)
    assert "相距" not in texts
    assert "规定方向" in texts.split("\n")
    assert "偏离规定方向 171.3° (限值 120°)" in texts


def test_a_line_is_named_as_one_and_says_which_way_it_was_crossed() -> None:
    _, written = _marked((PERSON,), {}, (LINE,))
    assert {"界线 edge", "越线方向"} <= {text for text, _ in written}


def test_nobody_in_the_picture_leaves_the_zone_and_what_was_waited_for() -> None:
    _, written = _marked((), {"held_s": (300.0, 300.0)}, (PIT, LINE))
    texts = _texts(written)
    assert "区域 pit" in texts
    assert "条件持续 300 s (要求 300 s)" in texts
    assert "edge" not in texts, "another zone is not drawn"


def test_what_is_counted_over_several_zones_shows_them_all() -> None:
    _, written = _marked((PERSON,), {"zones": (2.0, 2.0)}, (PIT, LANE))
    assert {"区域 pit", "区域 lane"} <= {text for text, _ in written}


@pytest.mark.parametrize("size", [(352, 288), (640, 360), (768, 432), (1920, 1080), (1080, 1920)])
@pytest.mark.parametrize("corner", [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_what_is_written_stays_in_the_picture_and_off_the_object(
    size: tuple[int, int], corner: tuple[int, int]
) -> None:
    width, height = size
    wide, tall = width // 6, height // 2
    x, y = corner[0] * (width - wide - 1), corner[1] * (height - tall - 1)
    box = (float(x), float(y), float(x + wide), float(y + tall))
    track = Track(1, "person", box, 0.9, AT, seen=True)
    compared = {"held_s": (12.0, 10.0), "maximum": (4.0, 3.0)}
    shown, written = _marked((track,), compared, (LANE,), size)
    assert len(written) >= 4
    for text, area in written:
        assert 0 <= area[0] < area[2] <= width, text
        assert 0 <= area[1] < area[3] <= height, text
        assert lettering.overlap(area, (x, y, x + wide, y + tall)) == 0, text
    assert (shown[y + tall // 2, x + wide // 2] == 90).all()


def test_letters_of_both_languages_leave_ink() -> None:
    shown = np.zeros((100, 300, 3), np.uint8)
    area = lettering.write(shown, "区域 A", (10, 60), lettering.PAPER, Pen(2, 20))
    strip = shown[area[1] : area[3], area[0] : area[2]]
    assert (strip.max(axis=2) > 200).sum() > 60
    half = strip[:, : strip.shape[1] // 3]
    assert (half.max(axis=2) > 200).sum() > 20, "Chinese is written too"
