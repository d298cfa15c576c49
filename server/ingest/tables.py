"""Messages as received, what was read from them, and what was set aside."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.ingest.states import IncidentState, MessageOutcome, QuarantineReason
from server.kit.append_only import append_only
from server.kit.db import Entity, Json, Word, one_of


class ReceivedMessage(Entity):
    """One message, exactly as it came. The same bytes from the same device are kept once."""

    __tablename__ = "message"
    __table_args__ = (
        one_of("outcome", MessageOutcome),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("message_no >= 1", name="message_no"),
        CheckConstraint("channel IN ('incident', 'evidence')", name="channel"),
        UniqueConstraint("device_id", "sha256"),
        Index(None, "device_id", "boot", "message_no"),
        Index(
            "uq_message_accepted_id",
            "message_id",
            unique=True,
            postgresql_where="outcome = 'accepted'",
        ),
        {"comment": "Messages as received; append-only"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    device_id: Mapped[str] = mapped_column(comment="From the topic, not from the message")
    channel: Mapped[str] = mapped_column(comment="Last level of the topic")
    message_id: Mapped[UUID | None] = mapped_column(comment="The message's own id, if it has one")
    boot: Mapped[str | None] = mapped_column(comment="Start of the device, if told")
    message_no: Mapped[int | None] = mapped_column(comment="Number within the boot, if told")
    received_at: Mapped[datetime] = mapped_column(comment="Server time")
    sha256: Mapped[str] = mapped_column(comment="Hash of the payload")
    payload: Mapped[bytes] = mapped_column(LargeBinary, comment="The exact bytes")
    outcome: Mapped[MessageOutcome] = mapped_column(
        Word(MessageOutcome), comment="accepted or quarantined"
    )


class Quarantined(Entity):
    """Why a message was set aside (R-029)."""

    __tablename__ = "quarantine"
    __table_args__ = (
        one_of("reason", QuarantineReason),
        Index(None, "at"),
        {"comment": "Messages set aside; never dropped"},
    )

    message_row_id: Mapped[UUID] = mapped_column(
        ForeignKey("message.id"), primary_key=True, comment="The message"
    )
    reason: Mapped[QuarantineReason] = mapped_column(Word(QuarantineReason), comment="A code")
    detail: Mapped[str] = mapped_column(comment="One sentence: what does not fit, and where")
    at: Mapped[datetime] = mapped_column(comment="Server time")


class Incident(Entity):
    """One incident as its newest event tells it; it belongs to the device that told it first."""

    __tablename__ = "incident"
    __table_args__ = (
        one_of("state", IncidentState),
        CheckConstraint("seq >= 1", name="seq"),
        CheckConstraint("severity BETWEEN 1 AND 4", name="severity"),
        CheckConstraint("started_at <= opened_at", name="times"),
        CheckConstraint("(state = 'closed') = (ended_at IS NOT NULL)", name="ended_at"),
        Index(None, "device_id", "camera_id", "opened_at"),
        {"comment": "Incidents of the boxes"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="Given by the device")
    device_id: Mapped[str] = mapped_column(ForeignKey("device.id"), comment="Whose it is")
    camera_id: Mapped[str] = mapped_column(comment="Which of its cameras")
    hazard_id: Mapped[str] = mapped_column(comment="Hazard of the catalogue")
    zone: Mapped[str | None] = mapped_column(comment="Zone; None: the whole picture")
    seq: Mapped[int] = mapped_column(comment="Newest event that came")
    state: Mapped[IncidentState] = mapped_column(Word(IncidentState), comment="open or closed")
    severity: Mapped[int] = mapped_column(comment="1 to 4")
    started_at: Mapped[datetime] = mapped_column(comment="Condition first held")
    opened_at: Mapped[datetime] = mapped_column(comment="Rule completed")
    last_held_at: Mapped[datetime] = mapped_column(comment="Condition last held")
    ended_at: Mapped[datetime | None] = mapped_column(comment="Set once closed")
    received_at: Mapped[datetime] = mapped_column(comment="First heard of, server time")
    changed_at: Mapped[datetime] = mapped_column(comment="Newest event taken, server time")


class ReceivedEvent(Entity):
    """One change of one incident, taken once whatever the network does."""

    __tablename__ = "hazard_event"
    __table_args__ = (
        CheckConstraint("seq >= 1", name="seq"),
        CheckConstraint("change IN ('opened', 'updated', 'closed')", name="change"),
        {"comment": "Accepted changes of incidents, parsed"},
    )

    incident_id: Mapped[UUID] = mapped_column(
        ForeignKey("incident.id"), primary_key=True, comment="Whose change"
    )
    seq: Mapped[int] = mapped_column(primary_key=True, comment="Which change")
    message_row_id: Mapped[UUID] = mapped_column(
        ForeignKey("message.id"), unique=True, comment="The message it came in"
    )
    change: Mapped[str] = mapped_column(comment="opened, updated or closed")
    event: Mapped[Json] = mapped_column(comment="The message, parsed, unknown fields too")


append_only(ReceivedMessage.__table__)
