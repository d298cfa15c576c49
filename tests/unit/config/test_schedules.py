"""Shifts, periods and holidays in a configuration, and what is said of mistakes in them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge.config import Site, load_site
from edge.config.hours import hours_of, schedules_of
from edge.core.schedule import Schedule
from edge.errors import ConfigError
from hazard_library.catalogue.load import Catalogue, load_catalogue

TEXT = """\
site: yard
device: box-1
stores: stores
calendar:
  holidays: [2026-10-01]
  workdays: [2026-10-10]
schedules:
  - id: 白班
    shifts:
      - {days: [workdays], from: 08:00, to: 17:30}
  - id: 夜班
    shifts:
      - {days: [mon, fri], from: "22:00", to: "06:00"}
  - id: 停产
    periods:
      - {from: 2026-07-01, to: 2026-08-15 12:00}
cameras:
  - id: gate
    source: {kind: file, path: a.mp4}
    zones:
      - {id: pit, points: [[0.1, 0.1], [0.9, 0.1], [0.5, 0.4]]}
    hazards:
      - {id: BEH-06, zones: [pit], when: {outside: [白班, 夜班]}}
      - {id: FW-02, zones: [pit], when: {during: [停产]}}
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def loaded(folder: Path, catalogue: Catalogue, text: str = TEXT) -> Site:
    file = folder / "site.yaml"
    file.write_text(text, encoding="utf-8")
    return load_site(file, catalogue)


def schedules(site: Site) -> dict[str, Schedule]:
    config = site.config
    return dict(schedules_of(config.schedules, config.calendar, config.time_zone))


def at(text: str) -> datetime:
    """Read a moment of Shanghai's clock."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def test_times_are_the_sites_whether_quoted_or_not(tmp_path: Path, catalogue: Catalogue) -> None:
    named = schedules(loaded(tmp_path, catalogue))
    assert named["白班"].covers(at("2026-09-30 17:29"))
    assert not named["白班"].covers(at("2026-09-30 17:30"))
    assert not named["白班"].covers(at("2026-10-01 09:00"))
    assert named["白班"].covers(at("2026-10-10 09:00"))
    assert named["夜班"].covers(at("2026-10-03 05:00"))
    assert named["停产"].covers(at("2026-07-01 00:00"))
    assert not named["停产"].covers(at("2026-08-15 12:00"))


def test_a_hazard_is_on_outside_the_shifts_it_names(tmp_path: Path, catalogue: Catalogue) -> None:
    site = loaded(tmp_path, catalogue)
    beh_06, fw_02 = (hours_of(switch.when, schedules(site)) for switch in site.cameras[0].hazards)
    assert beh_06 is not None
    assert fw_02 is not None
    assert not beh_06.include(at("2026-09-30 09:00"))
    assert beh_06.include(at("2026-09-30 20:00"))
    assert fw_02.include(at("2026-07-20 09:00"))
    assert not fw_02.include(at("2026-09-20 09:00"))
    assert hours_of(None, {}) is None


def _set(data: dict[str, Any], *path: object, to: object) -> None:
    at_last: Any = data
    for step in path[:-1]:
        at_last = at_last[step]
    at_last[path[-1]] = to


FIRST = ("schedules", 0, "shifts", 0)
WRONG: list[tuple[tuple[object, ...], object, str]] = [
    ((*FIRST, "from"), "25:00", "schedules.0.shifts.0.from: '25:00' is no time of day; write one"),
    ((*FIRST, "to"), "8 pm", "'8 pm' is no time of day; write one such as '08:00'"),
    ((*FIRST, "to"), "08:00", "schedules.0.shifts.0: it begins when it ends; for a whole day"),
    ((*FIRST, "days"), ["someday"], "schedules.0.shifts.0.days.0"),
    ((*FIRST, "days"), [], "schedules.0.shifts.0.days"),
    (("schedules", 0, "shifts"), [], "schedule '白班' is never on; give it shifts or periods"),
    (("schedules", 1, "id"), "白班", "schedules.1.id: schedule '白班' stands here twice"),
    (("schedules", 2, "periods", 0, "to"), "2026-06-01", "it ends before it begins; mend"),
    (("calendar", "holidays"), ["national day"], "calendar.holidays.0"),
    (
        ("cameras", 0, "hazards", 0, "when"),
        {"outside": ["早班"]},
        "cameras.0.hazards.0.when: the site has no schedule '早班'; it has 白班, 夜班, 停产: add",
    ),
    (("cameras", 0, "hazards", 0, "when"), {}, "write during or outside, with the names"),
    (
        ("cameras", 0, "hazards", 0, "when"),
        {"during": ["白班"], "outside": ["夜班"]},
        "write during or outside, with the names",
    ),
    (
        ("cameras", 0, "hazards", 0, "when"),
        None,
        "BEH-06 is on by the clock only; write when: with during or outside",
    ),
]


@pytest.mark.parametrize(("path", "value", "said"), WRONG, ids=[said for *_, said in WRONG])
def test_a_wrong_schedule_is_named_with_its_remedy(
    tmp_path: Path, catalogue: Catalogue, path: tuple[object, ...], value: object, said: str
) -> None:
    data = yaml.safe_load(TEXT)
    _set(data, *path, to=value)
    with pytest.raises(ConfigError) as fault:
        loaded(tmp_path, catalogue, yaml.safe_dump(data, allow_unicode=True))
    assert said in str(fault.value)
