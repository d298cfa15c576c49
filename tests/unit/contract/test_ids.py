"""Ids that can be derived are derived, from where, what and when alone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from hazard_library.contract import ids
from hazard_library.contract.ids import CameraId, DeviceId, HazardId, ZoneId

AT = datetime(2026, 5, 4, 8, 0, 0, 125000, tzinfo=UTC)
BOX, GATE, HELMET = DeviceId("box-1"), CameraId("gate"), HazardId("PPE-01")


def test_the_same_incident_has_the_same_id_in_every_time_zone() -> None:
    china = AT.astimezone(timezone(timedelta(hours=8)))
    assert ids.incident_id(BOX, GATE, HELMET, None, AT) == ids.incident_id(
        BOX, GATE, HELMET, None, china
    )


def test_another_zone_or_moment_is_another_incident() -> None:
    names = {
        ids.incident_id(BOX, GATE, HELMET, None, AT),
        ids.incident_id(BOX, GATE, HELMET, ZoneId("north"), AT),
        ids.incident_id(BOX, GATE, HELMET, None, AT + timedelta(microseconds=1)),
    }
    assert len(names) == 3


def test_a_naive_time_names_nothing() -> None:
    with pytest.raises(ValueError, match="naive"):
        ids.instant(AT.replace(tzinfo=None))


def test_a_change_sent_twice_carries_one_message_id() -> None:
    incident = ids.incident_id(BOX, GATE, HELMET, None, AT)
    assert ids.event_message_id(incident, 1) == ids.event_message_id(incident, 1)
    assert ids.event_message_id(incident, 1) != ids.event_message_id(incident, 2)
