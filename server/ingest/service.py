"""`accept`: one message into the database, once, in any order; or set aside with a reason."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from hazard_library.contract.device import DeviceState, Outcome, Receipt, Resend
from hazard_library.contract.events import Change, HazardEvent
from hazard_library.contract.evidence import EvidenceLost, EvidenceSealed
from hazard_library.contract.ids import DeviceId, MessageId
from hazard_library.contract.message import parse
from hazard_library.contract.topics import Channel
from hazard_library.errors import ContractError, UnknownMajor
from server.audit import service as audit
from server.audit.service import Act, Thing, Who
from server.configuration import service as configuration
from server.evidence import service as evidence
from server.fleet import service as fleet
from server.fleet.service import DeviceRef
from server.ingest import repository
from server.ingest.arrival import Arrival, Envelope, read_envelope
from server.ingest.states import IncidentState, MessageOutcome, QuarantineReason
from server.ingest.tables import Incident
from server.kit.errors import EvidenceMismatch, ServerError
from server.kit.ids import new_id

log = structlog.get_logger(__name__)

_WHO = Who("svc:ingest", "svc")
_RANGES_AT_ONCE = 20


class LeadsPort(Protocol):
    """What ingest asks of the leads: take one accepted change of an incident."""

    def __call__(self, db: Session, at: datetime, event: HazardEvent) -> object:
        """Join the incident to a lead, or make one. An older change may come after a newer."""
        ...


@dataclass(frozen=True, slots=True)
class Ingest:
    """What accepting needs to know: which hazards exist, and who makes leads."""

    knows_hazard: Callable[[str], bool]
    tell_leads: LeadsPort


class _Refused(Exception):
    def __init__(self, reason: QuarantineReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def accept(db: Session, parts: Ingest, arrival: Arrival) -> Receipt | None:
    """Take one message; the receipt may be sent once the caller has committed.

    None: the message has no id that a receipt could name.
    """
    envelope = read_envelope(arrival.payload)
    known = repository.known_message(db, arrival.device, arrival.sha256)
    if known is not None:
        if known.outcome is MessageOutcome.QUARANTINED:
            return _receipt(known.message_id, Outcome.QUARANTINED, known.detail)
        return _receipt(known.message_id, Outcome.DUPLICATE)
    try:
        with db.begin_nested():
            outcome = _take(db, parts, arrival, envelope)
        return _receipt(envelope.message_id, outcome)
    except _Refused as refused:
        reason, detail = refused.reason, refused.detail
    except (IntegrityError, DataError) as fault:
        reason, detail = QuarantineReason.REFUSED_BY_DATABASE, str(fault.orig).splitlines()[0]
    return set_aside(db, arrival, reason, detail)


def set_aside(
    db: Session, arrival: Arrival, reason: QuarantineReason, detail: str
) -> Receipt | None:
    """Quarantine a message: kept, told, and never in the way of others (R-029)."""
    envelope = read_envelope(arrival.payload)
    row_id = new_id(arrival.received_at)
    detail = f"{reason}: {detail}".replace("\0", "�")
    receipt = _receipt(envelope.message_id, Outcome.QUARANTINED, detail)
    if not repository.add_message(
        db, _message(arrival, envelope, row_id, MessageOutcome.QUARANTINED)
    ):
        return receipt
    repository.add_quarantined(db, row_id, reason, detail, arrival.received_at)
    _note_number(db, arrival, envelope)
    act = Act("quarantined", to_state="quarantined", reason=reason, detail={"why": detail})
    audit.record(db, arrival.received_at, _WHO, Thing("message", str(row_id)), act)
    log.warning("message_quarantined", device=arrival.device, reason=reason.value, detail=detail)
    return receipt


def hear_state(db: Session, arrival: Arrival) -> list[Resend]:
    """Take a device's word about itself; return what it must send again.

    Raises:
        ContractError: the message cannot be read, or is another device's.
    """
    state = parse(DeviceState, arrival.payload)
    if state.device != arrival.device:
        raise ContractError(f"{arrival.device} sent a state that names {state.device}")
    if fleet.known_device(db, arrival.device) is None:
        raise ContractError(f"{arrival.device} is not registered, or is revoked")
    fleet.hear(db, arrival.received_at, state)
    fleet.note_lost(db, arrival.received_at, arrival.device, state.lost)
    configuration.hear(db, arrival.received_at, state)
    if state.status == "offline":
        return []
    orders = gaps_to_ask(db, arrival.device)
    if not state.outbox_pending:
        return orders
    # What still waits at the box is under way: only what lies before it can be missing.
    oldest = state.oldest_waiting_no or 0
    return [
        order.model_copy(update={"last": min(order.last, oldest - 1)})
        for order in orders
        if order.boot == state.boot and order.first < oldest
    ]


def gaps(db: Session) -> list[tuple[DeviceId, str, list[int]]]:
    """Return device, boot and missing numbers, for each boot that misses any."""
    return [
        (device, boot, missing)
        for device, boot, told in fleet.boots(db)
        if (missing := repository.missing_numbers(db, device, boot, told))
    ]


def gaps_to_ask(db: Session, device: DeviceId) -> list[Resend]:
    """Return the orders that fill a device's gaps, a limited number at a time."""
    orders = [
        Resend(boot=boot, first=first, last=last)
        for _, boot, told in fleet.boots(db, device)
        for first, last in ranges(repository.missing_numbers(db, device, boot, told))
    ]
    return orders[:_RANGES_AT_ONCE]


def ranges(numbers: list[int]) -> list[tuple[int, int]]:
    """Join neighbouring numbers: 2, 3, 4, 9 → (2, 4), (9, 9)."""
    joined: list[tuple[int, int]] = []
    for number in numbers:
        if joined and number == joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], number)
        else:
            joined.append((number, number))
    return joined


def _take(db: Session, parts: Ingest, arrival: Arrival, envelope: Envelope) -> Outcome:
    device = fleet.known_device(db, arrival.device)
    if device is None:
        raise _Refused(
            QuarantineReason.UNKNOWN_DEVICE,
            f"{arrival.device} is not registered, or is revoked; run patrol server enrol",
        )
    message = _read(arrival)
    if message.device != device.id:
        raise _Refused(
            QuarantineReason.FOREIGN_DEVICE, f"{device.id} sent a message of {message.device}"
        )
    row_id = new_id(arrival.received_at)
    if not repository.add_message(db, _message(arrival, envelope, row_id, MessageOutcome.ACCEPTED)):
        return Outcome.DUPLICATE
    _note_number(db, arrival, envelope)
    try:
        if isinstance(message, HazardEvent):
            _take_event(db, parts, device, message, row_id, arrival.received_at)
        else:
            _take_evidence(db, device, message, arrival.received_at)
    except EvidenceMismatch as fault:
        raise _Refused(QuarantineReason.BAD_EVIDENCE, str(fault)) from fault
    except ServerError as fault:
        raise _Refused(QuarantineReason.REFUSED_BY_SERVER, str(fault)) from fault
    return Outcome.ACCEPTED


def _read(arrival: Arrival) -> HazardEvent | EvidenceSealed | EvidenceLost:
    try:
        if arrival.channel is Channel.INCIDENT:
            return parse(HazardEvent, arrival.payload)
        if read_envelope(arrival.payload).speaks(EvidenceLost):
            return parse(EvidenceLost, arrival.payload)
        return parse(EvidenceSealed, arrival.payload)
    except UnknownMajor as fault:
        raise _Refused(QuarantineReason.UNKNOWN_MAJOR, str(fault)) from fault
    except (ContractError, RecursionError) as fault:
        raise _Refused(QuarantineReason.MALFORMED, str(fault)[:500]) from fault


def _take_event(
    db: Session,
    parts: Ingest,
    device: DeviceRef,
    event: HazardEvent,
    row_id: UUID,
    at: datetime,
) -> None:
    if fleet.camera(db, device.id, event.camera) is None:
        raise _Refused(
            QuarantineReason.UNKNOWN_CAMERA,
            f"camera {event.camera} of {device.id} is not registered; run patrol server enrol",
        )
    if not parts.knows_hazard(event.hazard):
        raise _Refused(
            QuarantineReason.UNKNOWN_HAZARD, f"hazard {event.hazard} is not in the catalogue"
        )
    known = repository.incident(db, event.incident_id)
    if known is not None and known.device_id != device.id:
        raise _Refused(
            QuarantineReason.FOREIGN_INCIDENT,
            f"incident {event.incident_id} belongs to {known.device_id}",
        )
    if known is None or event.seq > known.seq:
        _write_incident(db, at, known, event)
    if not repository.add_event(db, row_id, event):
        raise _Refused(
            QuarantineReason.OTHER_CONTENT,
            f"incident {event.incident_id} has another change {event.seq} already",
        )
    evidence.announce(db, at, device.id, event.incident_id, event.evidence)
    parts.tell_leads(db, at, event)


def _take_evidence(
    db: Session, device: DeviceRef, message: EvidenceSealed | EvidenceLost, at: datetime
) -> None:
    if isinstance(message, EvidenceLost):
        evidence.note_loss(db, at, device.id, message)
        return
    manifest = evidence.seal(db, at, device, message)
    known = repository.incident(db, manifest.incident_id)
    if known is not None and known.device_id != device.id:
        raise _Refused(
            QuarantineReason.FOREIGN_INCIDENT,
            f"incident {manifest.incident_id} belongs to {known.device_id}",
        )


def _write_incident(db: Session, at: datetime, known: Incident | None, event: HazardEvent) -> None:
    state = IncidentState.CLOSED if event.change is Change.CLOSED else IncidentState.OPEN
    before = known.state if known is not None else None
    row = known or Incident(
        id=event.incident_id,
        device_id=event.device,
        camera_id=event.camera,
        hazard_id=event.hazard,
        zone=event.zone,
        received_at=at,
    )
    row.seq, row.state, row.severity = event.seq, state, event.severity
    row.started_at, row.opened_at = event.started_at, event.opened_at
    row.last_held_at, row.ended_at = event.last_held_at, event.ended_at
    row.changed_at = at
    db.add(row)
    db.flush()
    if before is not state:
        act = Act(event.change.value, before, state, detail={"seq": event.seq})
        audit.record(db, at, _WHO, Thing("incident", str(event.incident_id), event.seq), act)


def _note_number(db: Session, arrival: Arrival, envelope: Envelope) -> None:
    """Note a number only under a boot that can be one, of a device that we know."""
    boot, number = envelope.boot, envelope.message_no
    if boot is None or number is None or fleet.known_device(db, arrival.device) is None:
        return
    if re.fullmatch(r"[0-9a-f]{16}", boot):
        fleet.note_number(db, arrival.received_at, arrival.device, boot, number)


def _message(
    arrival: Arrival, envelope: Envelope, row_id: UUID, outcome: MessageOutcome
) -> dict[str, object]:
    return {
        "id": row_id,
        "device_id": arrival.device,
        "channel": arrival.channel.value,
        "message_id": envelope.message_id,
        "boot": envelope.boot,
        "message_no": envelope.message_no,
        "received_at": arrival.received_at,
        "sha256": arrival.sha256,
        "payload": arrival.payload,
        "outcome": outcome,
    }


def _receipt(
    message_id: UUID | None, outcome: Outcome, reason: str | None = None
) -> Receipt | None:
    if message_id is None:
        return None
    return Receipt(message_id=MessageId(message_id), outcome=outcome, reason=reason)
