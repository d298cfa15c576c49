"""Inspection tasks, pre-filled."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from server.kit.db import Entity, Json, Word, one_of
from server.tasks.states import TaskState


class InspectionTask(Entity):
    """One inspection, born as a draft from a confirmed lead."""

    __tablename__ = "inspection_task"
    __table_args__ = (
        one_of("state", TaskState),
        CheckConstraint("version >= 1", name="version"),
        Index("ix_inspection_task_unit", "unit_id", "created_at"),
        {"comment": "Inspection tasks 检查任务"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    number: Mapped[str] = mapped_column(unique=True, comment="RW-…, gap-free by unit and year")
    state: Mapped[TaskState] = mapped_column(Word(TaskState), comment="See tasks/states.py")
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")
    lead_id: Mapped[UUID] = mapped_column(
        ForeignKey("lead.id"), unique=True, comment="The lead it comes from"
    )
    lead_number: Mapped[str] = mapped_column(comment="Number of that lead")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="Who inspects")
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), comment="Who is seen")
    hazard: Mapped[str] = mapped_column(comment="Suspected hazard")
    incidents: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid), comment="Incidents whose evidence goes along"
    )
    content: Mapped[Json] = mapped_column(comment="The fields as pre-filled, with law texts")
    catalogue_sha256: Mapped[str] = mapped_column(comment="Catalogue it was pre-filled from")
    created_at: Mapped[datetime] = mapped_column(comment="Server time")
