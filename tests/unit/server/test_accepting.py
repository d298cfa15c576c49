"""A message is taken once, in any order, or set aside with a reason."""

import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hazard_library.contract.device import Outcome, Receipt, Resend
from hazard_library.contract.events import Change, HazardEvent
from hazard_library.contract.ids import DeviceId
from hazard_library.contract.losses import RangeLost
from hazard_library.contract.message import Numbered
from hazard_library.contract.topics import Channel
from hazard_library.errors import ContractError
from server.evidence import service as evidence
from server.ingest import repository
from server.ingest.arrival import Arrival
from server.ingest.service import Ingest, accept, gaps, hear_state, ranges
from server.ingest.states import IncidentState, QuarantineReason
from server.ingest.tables import Incident, Quarantined, ReceivedMessage
from server.testing.bureau import enrol, settle
from server.testing.fake_device import START, FakeDevice, file_ref


class Told:
    """Notes what the leads are told; fits `LeadsPort`."""

    def __init__(self) -> None:
        self.events: list[tuple[str, int]] = []

    def __call__(self, db: Session, at: datetime, event: HazardEvent) -> None:
        del db, at
        self.events.append((str(event.incident_id), event.seq))


@pytest.fixture
def device(db: Session) -> FakeDevice:
    settle(db)
    box = FakeDevice()
    enrol(db, box)
    return box


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def parts(told: Told) -> Ingest:
    return Ingest(knows_hazard=lambda hazard: hazard in {"PPE-01", "FIRE-01"}, tell_leads=told)


def arrive(payload: bytes, device: str = "box-1", channel: Channel = Channel.INCIDENT) -> Arrival:
    return Arrival(DeviceId(device), channel, payload, START + timedelta(minutes=1))


def take(db: Session, parts: Ingest, message: Numbered, device: str = "box-1") -> Receipt:
    receipt = accept(db, parts, arrive(message.to_bytes(), device))
    assert receipt is not None
    return receipt


def reasons(db: Session) -> list[QuarantineReason]:
    return list(db.scalars(select(Quarantined.reason)))


def life_of_an_incident(device: FakeDevice) -> list[HazardEvent]:
    opened = device.event()
    updates = [device.event(seq=seq, change=Change.UPDATED) for seq in range(2, 6)]
    return [opened, *updates, device.event(seq=6, change=Change.CLOSED)]


def test_a_message_is_kept_as_it_came(db: Session, device: FakeDevice, parts: Ingest) -> None:
    payload = device.event().to_bytes()[:-1] + b', "of_a_later_minor": 7}'
    receipt = accept(db, parts, arrive(payload))
    assert receipt is not None
    assert receipt.outcome is Outcome.ACCEPTED
    kept = db.scalars(select(ReceivedMessage)).one()
    assert kept.payload == payload
    event = db.execute(text("SELECT event->>'of_a_later_minor' FROM hazard_event")).scalar()
    assert event == "7"


def test_a_message_that_comes_again_is_a_duplicate_and_changes_nothing(
    db: Session, device: FakeDevice, parts: Ingest, told: Told
) -> None:
    event = device.event()
    outcomes = [take(db, parts, event).outcome for _ in range(3)]
    assert outcomes == [Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.DUPLICATE]
    assert repository.events(db) == [(event.incident_id, 1)]
    assert told.events == [(str(event.incident_id), 1)]


@pytest.mark.parametrize("seed", range(5))
def test_in_any_order_the_newest_change_wins(
    db: Session, device: FakeDevice, parts: Ingest, seed: int
) -> None:
    events = life_of_an_incident(device)
    random.Random(seed).shuffle(events)  # noqa: S311 - an order, no secret
    for event in events:
        assert take(db, parts, event).outcome is Outcome.ACCEPTED
    incident = db.scalars(select(Incident)).one()
    assert (incident.seq, incident.state) == (6, IncidentState.CLOSED)
    assert len(repository.events(db)) == 6
    assert repository.duplicates(db) == 0


def test_an_incident_that_comes_back_is_open_again(
    db: Session, device: FakeDevice, parts: Ingest
) -> None:
    for event in [*life_of_an_incident(device), device.event(seq=7, change=Change.UPDATED)]:
        take(db, parts, event)
    assert db.scalars(select(Incident)).one().state is IncidentState.OPEN


def test_another_devices_message_under_a_known_incident_is_set_aside(
    db: Session, device: FakeDevice, parts: Ingest, told: Told
) -> None:
    first = device.event()
    take(db, parts, first)
    intruder = FakeDevice(DeviceId("box-2"))
    enrol(db, intruder)
    forged = intruder.event(seq=2, change=Change.UPDATED, incident_id=first.incident_id)
    receipt = take(db, parts, forged, "box-2")
    assert receipt.outcome is Outcome.QUARANTINED
    assert reasons(db) == [QuarantineReason.FOREIGN_INCIDENT]
    assert db.scalars(select(Incident)).one().seq == 1
    assert len(told.events) == 1


def test_a_message_that_names_another_device_than_its_topic_is_set_aside(
    db: Session, device: FakeDevice, parts: Ingest
) -> None:
    enrol(db, FakeDevice(DeviceId("box-2")))
    receipt = take(db, parts, device.event(), "box-2")
    assert receipt.outcome is Outcome.QUARANTINED
    assert reasons(db) == [QuarantineReason.FOREIGN_DEVICE]


@pytest.mark.usefixtures("device")
def test_an_unregistered_device_is_set_aside(db: Session, parts: Ingest) -> None:
    stranger = FakeDevice(DeviceId("stranger"))
    take(db, parts, stranger.event(), "stranger")
    assert reasons(db) == [QuarantineReason.UNKNOWN_DEVICE]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"schema": "hazard-event/2"}, QuarantineReason.UNKNOWN_MAJOR),
        ({"schema": "ack/1"}, QuarantineReason.MALFORMED),
        ({"severity": 9}, QuarantineReason.MALFORMED),
        ({"camera": "not-registered"}, QuarantineReason.UNKNOWN_CAMERA),
        ({"hazard": "XX-99"}, QuarantineReason.UNKNOWN_HAZARD),
        ({"measured": {"a\u0000b": 1.0}}, QuarantineReason.REFUSED_BY_DATABASE),
    ],
    ids=["unknown major", "another message", "wrong value", "camera", "hazard", "NUL"],
)
def test_what_cannot_be_taken_is_set_aside_with_its_reason_and_acknowledged(
    db: Session,
    device: FakeDevice,
    parts: Ingest,
    change: dict[str, object],
    reason: QuarantineReason,
) -> None:
    raw = json.loads(device.event().to_bytes()) | change
    payload = json.dumps(raw).encode()
    receipt = accept(db, parts, arrive(payload))
    assert receipt is not None
    assert (receipt.outcome, str(receipt.message_id)) == (Outcome.QUARANTINED, raw["id"])
    assert receipt.reason
    assert receipt.reason.startswith(reason.value)
    assert reasons(db) == [reason]
    assert db.scalars(select(ReceivedMessage)).one().payload == payload
    assert repository.events(db) == []


@pytest.mark.parametrize(
    "payload",
    [b"", b"\xff\xfe", b"[]", b"null", b'{"id": 7}', b"[" * 5000, b'{"id": "' + b"x" * 9999],
    ids=["empty", "no text", "list", "null", "id", "deep", "cut off"],
)
def test_rubbish_is_kept_and_never_raises(
    db: Session, device: FakeDevice, parts: Ingest, payload: bytes
) -> None:
    assert accept(db, parts, arrive(payload, device.id)) is None
    assert reasons(db) == [QuarantineReason.MALFORMED]


def test_a_poison_message_that_comes_again_is_kept_once(
    db: Session, device: FakeDevice, parts: Ingest
) -> None:
    poison = device.event(hazard="XX-99")
    outcomes = {take(db, parts, poison).outcome for _ in range(3)}
    assert outcomes == {Outcome.QUARANTINED}
    assert len(reasons(db)) == 1


def test_other_content_under_the_same_number_is_set_aside_and_the_first_stays(
    db: Session, device: FakeDevice, parts: Ingest
) -> None:
    take(db, parts, device.event(score=0.5))
    receipt = take(db, parts, device.event(score=0.9, id=uuid4()))
    assert receipt.outcome is Outcome.QUARANTINED
    assert reasons(db) == [QuarantineReason.OTHER_CONTENT]
    assert db.execute(text("SELECT (event->>'score')::float FROM hazard_event")).scalar() == 0.5


def test_a_manifest_with_the_boxs_signature_announces_its_files(
    db: Session, device: FakeDevice, parts: Ingest
) -> None:
    event = device.event()
    sealed = device.sealed(event, [file_ref(b"picture")], lost={"clip_original": "camera gone"})
    receipt = accept(db, parts, arrive(sealed.to_bytes(), channel=Channel.EVIDENCE))
    assert receipt is not None
    assert receipt.outcome is Outcome.ACCEPTED
    seen = evidence.of_incidents(db, [event.incident_id])
    assert [(one.kind.value, one.state.value) for one in seen] == [
        ("frame_shown", "announced"),
        ("clip_original", "missing"),
    ]
    assert seen[1].reason == "camera gone"


@pytest.mark.parametrize("part", ["manifest", "manifest_sha256", "signature"])
def test_a_manifest_that_was_touched_is_set_aside(
    db: Session, device: FakeDevice, parts: Ingest, part: str
) -> None:
    raw = json.loads(device.sealed(device.event(), [file_ref(b"picture")]).to_bytes())
    touched = {
        "manifest": raw["manifest"].replace("PPE-01", "PPE-02"),
        "manifest_sha256": "0" * 64,
        "signature": FakeDevice().sealed(device.event(), []).signature,
    }
    payload = json.dumps(raw | {part: touched[part]}).encode()
    receipt = accept(db, parts, arrive(payload, channel=Channel.EVIDENCE))
    assert receipt is not None
    assert receipt.outcome is Outcome.QUARANTINED
    assert reasons(db) == [QuarantineReason.BAD_EVIDENCE]
    assert db.execute(text("SELECT count(*) FROM evidence_manifest")).scalar() == 0


def numbers_that(db: Session, parts: Ingest, events: Sequence[HazardEvent]) -> None:
    for event in events:
        take(db, parts, event)


def test_a_number_that_never_came_is_a_gap(db: Session, device: FakeDevice, parts: Ingest) -> None:
    events = life_of_an_incident(device)
    numbers_that(db, parts, [events[0], events[2], events[5]])
    assert gaps(db) == [("box-1", device.boot, [2, 4, 5])]


def test_a_gap_at_the_end_shows_when_the_box_tells_its_last_number(
    db: Session, device: FakeDevice, parts: Ingest
) -> None:
    events = life_of_an_incident(device)
    numbers_that(db, parts, events[:4])
    assert gaps(db) == []
    orders = hear_state(db, arrive(device.state().to_bytes(), channel=Channel.STATE))
    assert orders == [Resend(boot=device.boot, first=5, last=6)]
    assert gaps(db) == [("box-1", device.boot, [5, 6])]


def test_while_the_box_still_has_messages_to_send_nothing_is_asked_for(
    db: Session, device: FakeDevice, parts: Ingest
) -> None:
    numbers_that(db, parts, life_of_an_incident(device)[:4])
    state = device.state(outbox_pending=2)
    assert hear_state(db, arrive(state.to_bytes(), channel=Channel.STATE)) == []


def test_rows_that_were_lost_are_asked_for_again_and_taken_without_new_leads(
    db: Session, device: FakeDevice, parts: Ingest
) -> None:
    events = life_of_an_incident(device)
    numbers_that(db, parts, events)
    db.execute(text("ALTER TABLE message DISABLE TRIGGER append_only"))
    db.execute(text("DELETE FROM hazard_event WHERE seq IN (2, 3)"))
    db.execute(text("DELETE FROM message WHERE message_no IN (2, 3)"))
    orders = hear_state(db, arrive(device.state().to_bytes(), channel=Channel.STATE))
    assert orders == [Resend(boot=device.boot, first=2, last=3)]
    numbers_that(db, parts, events)
    assert gaps(db) == []
    assert len(repository.events(db)) == 6
    assert len(db.scalars(select(Incident)).all()) == 1


def test_a_state_of_another_device_is_refused(db: Session, device: FakeDevice) -> None:
    state = FakeDevice(DeviceId("box-2")).state()
    with pytest.raises(ContractError, match="box-2"):
        hear_state(db, arrive(state.to_bytes(), device.id, Channel.STATE))


def test_neighbouring_numbers_are_asked_for_together() -> None:
    assert ranges([2, 3, 4, 9, 11, 12]) == [(2, 4), (9, 9), (11, 12)]


def test_what_the_box_has_lost_is_asked_for_no_more(db: Session, device: FakeDevice) -> None:
    lost = RangeLost(boot=device.boot, first=2, last=3, reason="not kept any more")
    state = device.state(last_message_no=5)
    asked = hear_state(db, arrive(state.to_bytes(), channel=Channel.STATE))
    assert [(one.first, one.last) for one in asked] == [(1, 5)]
    told = device.state(last_message_no=5, lost=(lost,))
    asked = hear_state(db, arrive(told.to_bytes(), channel=Channel.STATE))
    assert [(one.first, one.last) for one in asked] == [(1, 1), (4, 5)]


def test_while_messages_wait_only_what_lies_before_them_is_missed(
    db: Session, device: FakeDevice
) -> None:
    state = device.state(last_message_no=9, outbox_pending=4, oldest_waiting_no=4)
    asked = hear_state(db, arrive(state.to_bytes(), channel=Channel.STATE))
    assert [(one.first, one.last) for one in asked] == [(1, 3)]
    older = device.state(last_message_no=9, outbox_pending=4)
    assert hear_state(db, arrive(older.to_bytes(), channel=Channel.STATE)) == []
