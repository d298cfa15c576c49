"""Assignments of sites to units, declared interests, and urgings 督办."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, event
from sqlalchemy.orm import Mapped, mapped_column

from server.jurisdiction.rules import BasisKind
from server.jurisdiction.states import UrgingState
from server.kit.db import Entity, Word, one_of

#: The row of the site is locked first, so two writers at once cannot both find no overlap.
FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_second_unit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM site WHERE id = NEW.site_id FOR UPDATE;
  IF EXISTS (
    SELECT 1 FROM enforcement_assignment other
    WHERE other.site_id = NEW.site_id AND other.id <> NEW.id
      AND tstzrange(other.valid_from, other.valid_to) && tstzrange(NEW.valid_from, NEW.valid_to)
  ) THEN
    RAISE EXCEPTION 'two units would enforce at site % at one time', NEW.site_id
      USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'one_unit_at_a_time';
  END IF;
  IF NOT (SELECT has_power FROM unit WHERE id = NEW.unit_id) THEN
    RAISE EXCEPTION 'unit % has no power of enforcement', NEW.unit_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_has_power';
  END IF;
  RETURN NULL;
END $$
"""
TRIGGER = (
    "CREATE CONSTRAINT TRIGGER one_unit_at_a_time AFTER INSERT OR UPDATE"
    " ON enforcement_assignment FOR EACH ROW EXECUTE FUNCTION refuse_second_unit()"
)


class EnforcementAssignment(Entity):
    """Which unit enforces at a site, on what ground, from when to when."""

    __tablename__ = "enforcement_assignment"
    __table_args__ = (
        one_of("basis", BasisKind),
        CheckConstraint("valid_from < valid_to", name="order"),
        CheckConstraint("basis = 'territorial' OR length(btrim(doc_no)) >= 2", name="doc_no"),
        Index("ix_enforcement_assignment_site", "site_id", "valid_from"),
        Index("ix_enforcement_assignment_unit", "unit_id"),
        {"comment": "管辖: one site has one enforcing unit at a time"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    site_id: Mapped[str] = mapped_column(ForeignKey("site.id"), comment="Where")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="Who enforces there")
    basis: Mapped[BasisKind] = mapped_column(
        Word(BasisKind), comment="属地, 分类分级, 提级 or 指定管辖"
    )
    doc_no: Mapped[str | None] = mapped_column(comment="Number of the document that says so")
    valid_from: Mapped[datetime] = mapped_column(comment="Enforces from then")
    valid_to: Mapped[datetime | None] = mapped_column(comment="Until then; None: no end yet")
    decided_by: Mapped[str] = mapped_column(comment="Account or part of the server")
    decided_at: Mapped[datetime] = mapped_column(comment="When it was recorded")


for _statement in (FUNCTION.replace("%", "%%"), TRIGGER):
    event.listen(EnforcementAssignment.__table__, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]


class Recusal(Entity):
    """回避: a person's interest in an enterprise, from its declaration until a leader ends it."""

    __tablename__ = "recusal"
    __table_args__ = (
        CheckConstraint("length(btrim(reason)) >= 2", name="reason"),
        CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL)",
            name="ended",
        ),
        Index(
            "uq_recusal_person_enterprise",
            "person_id",
            "enterprise_id",
            unique=True,
            postgresql_where="ended_at IS NULL",
        ),
        {"comment": "回避: who keeps away from which enterprise"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), comment="Who keeps away")
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), comment="From which")
    reason: Mapped[str] = mapped_column(comment="The interest, in the person's words")
    declared_at: Mapped[datetime] = mapped_column(comment="Holds from then")
    declared_by: Mapped[str] = mapped_column(comment="Account: the person's own, or a leader's")
    ended_at: Mapped[datetime | None] = mapped_column(comment="Held until then")
    ended_by: Mapped[str | None] = mapped_column(comment="Account of the leader")
    end_reason: Mapped[str | None] = mapped_column(comment="Why the interest is gone")


class Urging(Entity):
    """督办: an upper unit presses for a matter of a lower one, which answers."""

    __tablename__ = "urging"
    __table_args__ = (
        one_of("state", UrgingState),
        CheckConstraint("length(btrim(text)) >= 2", name="text"),
        CheckConstraint("from_unit_id <> to_unit_id", name="units"),
        CheckConstraint(
            "(state = 'answered') = (answer IS NOT NULL)"
            " AND (answer IS NULL) = (answered_at IS NULL)"
            " AND (answer IS NULL) = (answered_by IS NULL)",
            name="answered",
        ),
        Index("ix_urging_to", "to_unit_id", "state"),
        {"comment": "督办 of upper units, and what was answered"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    state: Mapped[UrgingState] = mapped_column(Word(UrgingState), comment="See states.py")
    version: Mapped[int] = mapped_column(comment="Counts the acts; If-Match")
    object_type: Mapped[str] = mapped_column(comment="What kind of matter, such as lead")
    object_id: Mapped[str] = mapped_column(comment="Which one")
    object_number: Mapped[str] = mapped_column(comment="Its number, as people say it")
    from_unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="Who urges")
    to_unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="Whose matter it is")
    text: Mapped[str] = mapped_column(comment="What is wanted")
    due_at: Mapped[datetime] = mapped_column(comment="Answer wanted by then")
    urged_at: Mapped[datetime] = mapped_column(comment="When")
    urged_by: Mapped[str] = mapped_column(comment="Account of the leader")
    answer: Mapped[str | None] = mapped_column(comment="What the lower unit answered")
    answered_at: Mapped[datetime | None] = mapped_column(comment="When")
    answered_by: Mapped[str | None] = mapped_column(comment="Account")
