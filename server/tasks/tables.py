"""Inspection tasks, who goes, who signed in, what had to be stopped, what was considered."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Date, Float, ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text, Uuid

from server.kit.append_only import append_only
from server.kit.db import Entity, Json, Word, one_of
from server.tasks.states import InspectionType, PenaltyDecision, SourceKind, TaskState


class InspectionTask(Entity):
    """One inspection, from its draft to its closing."""

    __tablename__ = "inspection_task"
    __table_args__ = (
        one_of("state", TaskState),
        one_of("source_kind", SourceKind),
        one_of("inspection_type", InspectionType),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("(source_kind = 'lead') = (lead_id IS NOT NULL)", name="lead"),
        CheckConstraint("(lead_id IS NULL) = (lead_number IS NULL)", name="lead_whole"),
        CheckConstraint("(submitted_by IS NULL) = (submitted_at IS NULL)", name="submitted"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approved"),
        CheckConstraint("arrived_at IS NULL OR approved_at IS NOT NULL", name="arrived"),
        CheckConstraint("recorded_at IS NULL OR record IS NOT NULL", name="recorded"),
        Index("ix_inspection_task_unit", "unit_id", "created_at"),
        Index(
            "uq_inspection_task_running",
            "lead_id",
            unique=True,
            postgresql_where="state NOT IN ('closed', 'cancelled')",
        ),
        Index("ix_inspection_task_lead", "lead_id"),
        Index("ix_inspection_task_enterprise", "enterprise_id", "arrived_at"),
        {"comment": "Inspection tasks 检查任务"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    number: Mapped[str] = mapped_column(unique=True, comment="RW-…, gap-free by unit and year")
    state: Mapped[TaskState] = mapped_column(Word(TaskState), comment="See tasks/states.py")
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")
    source_kind: Mapped[SourceKind] = mapped_column(Word(SourceKind), comment="Where it comes from")
    source_reference: Mapped[str] = mapped_column(comment="Number of the lead, plan, signal, order")
    lead_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("lead.id"), comment="The lead it comes from"
    )
    lead_number: Mapped[str | None] = mapped_column(comment="Number of that lead")
    lead_confirmer: Mapped[UUID | None] = mapped_column(
        ForeignKey("account.id"), comment="Who confirmed the lead; does not approve the task"
    )
    is_triggered: Mapped[bool] = mapped_column(
        Boolean, comment="触发检查: of a ★ lead; counted apart from the cap on visits"
    )
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="Who inspects")
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), comment="Who is seen")
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), comment="Where")
    hazard: Mapped[str] = mapped_column(comment="Suspected hazard, or the first of the plan")
    hazards: Mapped[list[str]] = mapped_column(
        ARRAY(Text), comment="Hazards whose check items may be chosen"
    )
    incidents: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid), comment="Incidents whose evidence goes along"
    )
    content: Mapped[Json] = mapped_column(comment="The fields as pre-filled, with law texts")
    catalogue_sha256: Mapped[str] = mapped_column(comment="Catalogue it was pre-filled from")
    created_at: Mapped[datetime] = mapped_column(comment="Server time")
    inspection_type: Mapped[InspectionType | None] = mapped_column(
        Word(InspectionType), comment="日常, 个案 or 专项"
    )
    items: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="Chosen check items, by key")
    plan: Mapped[Json] = mapped_column(comment="What the officer wrote into the plan, by field")
    planned_on: Mapped[date | None] = mapped_column(Date, comment="Day of the visit")
    reason: Mapped[str | None] = mapped_column(comment="检查事由, the officer's own words")
    submitted_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), comment="Who")
    submitted_at: Mapped[datetime | None] = mapped_column(comment="When it was submitted")
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), comment="Who")
    approved_at: Mapped[datetime | None] = mapped_column(comment="When it was approved")
    approval_opinion: Mapped[str | None] = mapped_column(comment="审批意见")
    frequency_reason: Mapped[str | None] = mapped_column(
        comment="Why the leader lets a visit over the cap pass (R-018)"
    )
    arrived_at: Mapped[datetime | None] = mapped_column(comment="On site: this counts as a visit")
    arrival: Mapped[Json | None] = mapped_column(
        JSONB(none_as_null=True), comment="Certificates shown, recorder, entry code"
    )
    refused_facts: Mapped[str | None] = mapped_column(comment="How the inspection was refused")
    record: Mapped[Json | None] = mapped_column(
        JSONB(none_as_null=True), comment="The record 现场检查记录, by field"
    )
    recorded_at: Mapped[datetime | None] = mapped_column(comment="When the record was complete")
    closed_at: Mapped[datetime | None] = mapped_column(comment="When it was closed or cancelled")


class TaskMember(Entity):
    """Somebody assigned to a task, with the certificate that was judged then."""

    __tablename__ = "task_member"
    __table_args__ = (
        CheckConstraint("duty IN ('officer', 'expert')", name="duty"),
        CheckConstraint("duty = 'expert' OR certificate_no IS NOT NULL", name="certificate"),
        CheckConstraint("length(btrim(assistance_doc)) >= 4", name="assistance_doc"),
        {"comment": "Officers and experts of a task"},
    )

    task_id: Mapped[UUID] = mapped_column(
        ForeignKey("inspection_task.id"), primary_key=True, comment="Which task"
    )
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("account.id"), primary_key=True, comment="Who goes"
    )
    duty: Mapped[str] = mapped_column(comment="officer or expert; an expert is none of the two")
    name: Mapped[str] = mapped_column(comment="The person's name")
    certificate_no: Mapped[str | None] = mapped_column(comment="行政执法证 number")
    certificate_to: Mapped[date | None] = mapped_column(Date, comment="Its last valid day")
    assistance_doc: Mapped[str | None] = mapped_column(
        comment="Record of assistance, of somebody from another unit"
    )


class SiteSignIn(Entity):
    """One officer's sign-in on site, with the own credential."""

    __tablename__ = "site_sign_in"
    __table_args__ = (
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="place"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        Index(None, "task_id", "at"),
        {"comment": "Sign-ins on site"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    task_id: Mapped[UUID] = mapped_column(ForeignKey("inspection_task.id"), comment="Which task")
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), comment="Who")
    at: Mapped[datetime] = mapped_column(comment="Server time: the legal clock")
    device_at: Mapped[datetime | None] = mapped_column(comment="What the device's clock said")
    latitude: Mapped[float | None] = mapped_column(Float, comment="A hint, never a lock")
    longitude: Mapped[float | None] = mapped_column(Float, comment="A hint, never a lock")


class MajorHazard(Entity):
    """The register of major hazards 重大事故隐患 that officers found on site (TRAP-15, TRAP-37)."""

    __tablename__ = "major_hazard"
    __table_args__ = (
        CheckConstraint("length(btrim(finding)) >= 4", name="finding"),
        CheckConstraint("length(btrim(measure)) >= 2", name="measure"),
        CheckConstraint("found_at < paperwork_due_at", name="paperwork_due"),
        CheckConstraint(
            "(paperwork_by IS NULL) = (paperwork_at IS NULL)"
            " AND (paperwork_by IS NULL) = (paperwork_no IS NULL)",
            name="paperwork",
        ),
        Index(None, "enterprise_id", "found_at"),
        {"comment": "Major hazards found on site, and the measures taken at once"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    task_id: Mapped[UUID] = mapped_column(ForeignKey("inspection_task.id"), comment="Found on")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="Who supervises it")
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), comment="Whose")
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), comment="Where")
    criterion: Mapped[str] = mapped_column(comment="Criterion the officer chose, id of the article")
    finding: Mapped[str] = mapped_column(comment="What was found, in the officer's words")
    measure: Mapped[str] = mapped_column(comment="现场处理措施")
    found_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"), comment="Who judged")
    found_at: Mapped[datetime] = mapped_column(comment="When")
    paperwork_due_at: Mapped[datetime] = mapped_column(comment="Within 24 h: XZQZF-2011-19")
    paperwork_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), comment="Approver")
    paperwork_at: Mapped[datetime | None] = mapped_column(comment="When it was approved")
    paperwork_no: Mapped[str | None] = mapped_column(comment="Number of the paper")
    removed_at: Mapped[datetime | None] = mapped_column(comment="Removed: the task is closed")


class PenaltyConsideration(Entity):
    """Whether a violation becomes a case, and why not (SEED-(四)). The last word counts."""

    __tablename__ = "penalty_consideration"
    __table_args__ = (
        one_of("decision", PenaltyDecision),
        CheckConstraint("length(btrim(reason)) >= 4", name="reason"),
        CheckConstraint("(decision = 'no_penalty') = (basis IS NOT NULL)", name="basis"),
        Index(None, "task_id", "item"),
        {"comment": "Whether each violation was considered for a penalty"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    task_id: Mapped[UUID] = mapped_column(ForeignKey("inspection_task.id"), comment="Which task")
    item: Mapped[str] = mapped_column(comment="Key of the check item that was violated")
    decision: Mapped[PenaltyDecision] = mapped_column(Word(PenaltyDecision), comment="What")
    reason: Mapped[str] = mapped_column(comment="Why, in the officer's words")
    basis: Mapped[str | None] = mapped_column(comment="Article of 不予处罚")
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"), comment="Who")
    decided_at: Mapped[datetime] = mapped_column(comment="When")


for _table in (SiteSignIn, PenaltyConsideration):
    append_only(_table.__table__)
