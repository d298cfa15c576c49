"""Leads, and the incidents that were joined to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from server.kit.db import Entity, Json, Word, one_of
from server.leads.joining import JoinedAs
from server.leads.priority import Priority
from server.leads.states import DismissReason, LeadState, Suggestion


class Lead(Entity):
    """A suspicion at one camera and zone, which an officer confirms or dismisses."""

    __tablename__ = "lead"
    __table_args__ = (
        one_of("state", LeadState),
        one_of("priority", Priority),
        one_of("suggestion", Suggestion),
        one_of("dismiss_reason", DismissReason),
        CheckConstraint("severity BETWEEN 1 AND 4", name="severity"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        CheckConstraint("first_seen <= last_seen", name="seen_order"),
        CheckConstraint("times_seen >= 1", name="times_seen"),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("relooks BETWEEN 0 AND 2", name="relooks"),
        CheckConstraint("(suggestion IS NULL) = (prescreened_by IS NULL)", name="prescreened"),
        CheckConstraint(
            "state NOT IN ('confirmed', 'tasked') OR (decided_by IS NOT NULL"
            " AND length(btrim(finding)) >= 6)",
            name="confirmed_by_somebody",
        ),
        CheckConstraint(
            "state <> 'false_alarm' OR (decided_by IS NOT NULL AND dismiss_reason IS NOT NULL)",
            name="dismissed_by_somebody",
        ),
        Index("ix_lead_key", "device", "camera", "hazard", "zone"),
        Index("ix_lead_queue", "priority", "first_seen", "id"),
        Index("ix_lead_unit", "unit_id", "state"),
        Index("ix_lead_enterprise", "enterprise_id", "created_at"),
        {"comment": "Leads 线索: machine suspicions and what officers decide of them"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    number: Mapped[str] = mapped_column(unique=True, comment="XS-…, gap-free by unit and year")
    state: Mapped[LeadState] = mapped_column(Word(LeadState), comment="See leads/states.py")
    version: Mapped[int] = mapped_column(comment="Counts the acts; If-Match")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="Who enforces there")
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), comment="Where")
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), comment="Whose")
    device: Mapped[str] = mapped_column(comment="Box that reported")
    camera: Mapped[str] = mapped_column(comment="Camera of the box")
    camera_name: Mapped[str] = mapped_column(comment="What people called the camera then")
    hazard: Mapped[str] = mapped_column(comment="Hazard of the catalogue")
    zone: Mapped[str | None] = mapped_column(comment="Zone; None: the whole picture")
    severity: Mapped[int] = mapped_column(comment="1 提示 … 4 紧急, of the catalogue")
    is_starred: Mapped[bool] = mapped_column(Boolean, comment="★ 重点线索")
    is_trial: Mapped[bool] = mapped_column(Boolean, comment="The hazard is on trial (试用)")
    is_storm: Mapped[bool] = mapped_column(Boolean, comment="告警风暴 of one camera (R-028)")
    first_seen: Mapped[datetime] = mapped_column(comment="Condition first held, capture time")
    last_seen: Mapped[datetime] = mapped_column(comment="Condition last held, capture time")
    times_seen: Mapped[int] = mapped_column(comment="How many incidents")
    score: Mapped[int] = mapped_column(comment="Sum of the addends, 0–100")
    priority: Mapped[Priority] = mapped_column(Word(Priority), comment="P0 … P3")
    addends: Mapped[list[Json]] = mapped_column(JSONB, comment="What the score is made of (INV-11)")
    due_at: Mapped[datetime | None] = mapped_column(comment="Triage target; None: by duty hours")
    recurrence_of: Mapped[UUID | None] = mapped_column(
        ForeignKey("lead.id"), comment="Decided lead of the same place and hazard, if any"
    )
    created_at: Mapped[datetime] = mapped_column(comment="Server time")
    suggestion: Mapped[Suggestion | None] = mapped_column(
        Word(Suggestion), comment="Of the pre-screening; decides nothing"
    )
    prescreened_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.id"), comment="Who pre-screened"
    )
    relooks: Mapped[int] = mapped_column(comment="How often it was unclear")
    relook_at: Mapped[datetime | None] = mapped_column(comment="When to look again")
    decided_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.id"), comment="Who decided last"
    )
    decided_at: Mapped[datetime | None] = mapped_column(comment="When, server time")
    finding: Mapped[str | None] = mapped_column(comment="What the officer saw, in own words")
    dismiss_reason: Mapped[DismissReason | None] = mapped_column(
        Word(DismissReason), comment="Why it is no hazard"
    )
    note: Mapped[str | None] = mapped_column(comment="Further words on the last decision")


class LeadIncident(Entity):
    """One incident of a box, joined to exactly one lead."""

    __tablename__ = "lead_incident"
    __table_args__ = (
        one_of("joined_as", JoinedAs),
        CheckConstraint("seq >= 1", name="seq"),
        Index("ix_lead_incident_lead", "lead_id"),
        Index("ix_lead_incident_camera", "device", "camera", "started_at"),
        {"comment": "Incidents of leads; an incident belongs to one lead for ever"},
    )

    incident_id: Mapped[UUID] = mapped_column(primary_key=True, comment="Id given by the box")
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"), comment="Its lead")
    joined_as: Mapped[JoinedAs] = mapped_column(Word(JoinedAs), comment="Why it is this lead")
    device: Mapped[str] = mapped_column(comment="Box")
    camera: Mapped[str] = mapped_column(comment="Camera")
    hazard: Mapped[str] = mapped_column(comment="Hazard")
    zone: Mapped[str | None] = mapped_column(comment="Zone")
    started_at: Mapped[datetime] = mapped_column(comment="Condition first held")
    opened_at: Mapped[datetime] = mapped_column(comment="Rule completed")
    last_held_at: Mapped[datetime] = mapped_column(comment="Condition last held, so far")
    ended_at: Mapped[datetime | None] = mapped_column(comment="Closed by the box")
    score: Mapped[float] = mapped_column(comment="Highest detection score so far")
    seq: Mapped[int] = mapped_column(comment="Newest change seen")
    event: Mapped[Json] = mapped_column(comment="The newest change")
    picture_event: Mapped[Json] = mapped_column(comment="The change that the key frame belongs to")
    joined_at: Mapped[datetime] = mapped_column(comment="Server time")
