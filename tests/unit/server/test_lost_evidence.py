"""A box tells of evidence that will never come; whoever waits for it is told why."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from hazard_library.contract.device import Outcome, Receipt
from hazard_library.contract.evidence import EvidenceKind
from hazard_library.contract.ids import DeviceId
from hazard_library.contract.topics import Channel
from server.evidence import repository
from server.evidence import service as evidence
from server.evidence.states import FileEvent, FileState
from server.fleet.service import Losses
from server.ingest.arrival import Arrival
from server.ingest.service import Ingest, accept
from server.testing.bureau import enrol, settle
from server.testing.fake_device import START, FakeDevice, file_ref

REF = file_ref(b"a clip", EvidenceKind.CLIP_SHOWN)


@pytest.fixture
def device(db: Session) -> FakeDevice:
    settle(db)
    box = FakeDevice()
    enrol(db, box)
    return box


def take(db: Session, device: DeviceId, channel: Channel, payload: bytes) -> Receipt:
    parts = Ingest(knows_hazard=lambda _hazard: True, tell_leads=lambda *_: None)
    receipt = accept(db, parts, Arrival(device, channel, payload, START))
    assert receipt is not None
    return receipt


def test_the_loss_of_an_announced_file_is_shown_with_its_reason_and_audited(
    db: Session, device: FakeDevice
) -> None:
    event = device.event(evidence=[REF])
    take(db, device.id, Channel.INCIDENT, event.to_bytes())
    message = device.lost(REF).to_bytes()
    assert take(db, device.id, Channel.EVIDENCE, message).outcome is Outcome.ACCEPTED
    assert take(db, device.id, Channel.EVIDENCE, message).outcome is Outcome.DUPLICATE
    [seen] = evidence.of_incidents(db, [event.incident_id])
    assert seen.state is FileState.ANNOUNCED
    assert seen.reason is not None
    assert "no room" in seen.reason
    entries = db.execute(text("SELECT reason FROM audit_entry WHERE event = 'lost_at_box'"))
    assert entries.scalars().all() == ["no room"]


def test_a_loss_may_be_told_before_the_file_itself(db: Session, device: FakeDevice) -> None:
    message = device.lost(REF).to_bytes()
    assert take(db, device.id, Channel.EVIDENCE, message).outcome is Outcome.ACCEPTED
    event = device.event(evidence=[REF])
    take(db, device.id, Channel.INCIDENT, event.to_bytes())
    [seen] = evidence.of_incidents(db, [event.incident_id])
    assert seen.reason is not None


def test_one_box_cannot_write_off_the_evidence_of_another(db: Session, device: FakeDevice) -> None:
    event = device.event(evidence=[REF])
    take(db, device.id, Channel.INCIDENT, event.to_bytes())
    other = FakeDevice(DeviceId("box-2"))
    enrol(db, other)
    receipt = take(db, other.id, Channel.EVIDENCE, other.lost(REF).to_bytes())
    assert receipt.outcome is Outcome.QUARANTINED
    [seen] = evidence.of_incidents(db, [event.incident_id])
    assert seen.reason is None


def test_a_loss_is_counted_for_its_box_until_the_file_comes_after_all(
    db: Session, device: FakeDevice
) -> None:
    event = device.event(evidence=[REF])
    take(db, device.id, Channel.INCIDENT, event.to_bytes())
    take(db, device.id, Channel.EVIDENCE, device.lost(REF).to_bytes())
    assert evidence.losses(db, START) == {device.id: Losses(1, START)}
    assert evidence.losses(db, START + timedelta(seconds=1)) == {}
    [one] = evidence.lost_files(db, device.id, 10)
    assert (one.lost_at, one.kind, one.incident) == (START, REF.kind, event.incident_id)
    file = repository.file(db, REF.sha256)
    assert file is not None
    evidence.change(db, START, file, FileEvent.ARRIVED, None)
    assert evidence.losses(db, START) == {}
    assert evidence.lost_files(db, device.id, 10) == []


def test_a_loss_of_what_was_never_announced_is_counted_too(db: Session, device: FakeDevice) -> None:
    take(db, device.id, Channel.EVIDENCE, device.lost(REF).to_bytes())
    assert evidence.losses(db, START)[device.id].count == 1
    [one] = evidence.lost_files(db, device.id, 10)
    assert (one.kind, one.incident) == (None, None)


def test_an_unknown_major_of_a_loss_is_set_aside_as_such(db: Session, device: FakeDevice) -> None:
    payload = device.lost(REF).to_bytes().replace(b"evidence-lost/1", b"evidence-lost/2")
    receipt = take(db, device.id, Channel.EVIDENCE, payload)
    assert receipt.outcome is Outcome.QUARANTINED
    assert receipt.reason is not None
    assert "evidence-lost/1" in receipt.reason
