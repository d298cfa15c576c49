"""Case hand-overs, their violations, the evidence of each, and the packages that went out."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Boolean, Text, Uuid

from hazard_library.proof.case_package import Use
from server.handovers.cases.states import CaseState
from server.handovers.matter import Matter
from server.kit.db import Entity, Json, Word, one_of


class CaseHandover(Matter):
    """One matter that goes to penalty work. A penalty has no column: none is ever proposed."""

    __tablename__ = "case_handover"
    __table_args__ = (
        one_of("state", CaseState),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("round >= 0", name="round"),
        CheckConstraint(
            "parts->'legal'->>'person' <> parts->'handler'->>'person'", name="legal_person"
        ),
        CheckConstraint(
            "parts->'leader'->>'person' <> parts->'handler'->>'person'"
            " AND parts->'leader'->>'person' <> parts->'legal'->>'person'",
            name="leader_person",
        ),
        CheckConstraint(
            "state NOT IN ('leader_review', 'approved', 'exported', 'linked', 'concluded')"
            " OR parts ? 'legal'",
            name="legal_first",
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'exported', 'linked', 'concluded')"
            " OR (parts ? 'leader' AND approved_at IS NOT NULL)",
            name="leader_first",
        ),
        CheckConstraint(
            "(state IN ('linked', 'concluded')) = (case_no IS NOT NULL)"
            " AND (case_no IS NULL) = (filed_on IS NULL)",
            name="linked",
        ),
        CheckConstraint("state <> 'concluded' OR outcome IS NOT NULL", name="concluded"),
        CheckConstraint(
            "limit_days IN (30, 90, 180) AND (limit_days = 30) = (extension IS NULL)",
            name="limit_days",
        ),
        CheckConstraint("(state = 'declined') = (declined_because IS NOT NULL)", name="declined"),
        UniqueConstraint("source_kind", "source_id"),
        Index("ix_case_handover_unit", "unit_id", "created_at"),
        Index("ix_case_handover_enterprise", "enterprise_id"),
        {"comment": "Case hand-overs 案件移交"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    number: Mapped[str] = mapped_column(unique=True, comment="AJ-…, gap-free by unit and year")
    state: Mapped[CaseState] = mapped_column(Word(CaseState), comment="See cases/states.py")
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="Who hands over")
    division_code: Mapped[str] = mapped_column(comment="GB/T 2260 of the place")
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), comment="The party")
    source_kind: Mapped[str] = mapped_column(comment="What it came from, such as inspection_task")
    source_id: Mapped[str] = mapped_column(comment="Which one")
    source_number: Mapped[str] = mapped_column(comment="Its human number")
    discovered_on: Mapped[date] = mapped_column(
        Date, comment="Day on which the acts were found; limitation is counted to it"
    )
    incidents: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid), comment="Incidents whose evidence is at hand"
    )
    parts: Mapped[Json] = mapped_column(
        comment="Who had which part: handler, legal, leader; account, name, person, certificate"
    )
    catalogue_sha256: Mapped[str] = mapped_column(comment="Catalogue its clauses are quoted from")
    created_at: Mapped[datetime] = mapped_column(comment="Server time")
    checklist: Mapped[Json] = mapped_column(comment="The legal review's answers, by item")
    legal_opinion: Mapped[str | None] = mapped_column(comment="Legal review, own words")
    returned_because: Mapped[str | None] = mapped_column(comment="Why it came back to the draft")
    leader_opinion: Mapped[str | None] = mapped_column(comment="The leader's opinion, own words")
    approved_at: Mapped[datetime | None] = mapped_column(comment="Server time")
    declined_because: Mapped[str | None] = mapped_column(comment="不予立案: the leader's reason")
    round: Mapped[int] = mapped_column(comment="How often it was handed over")
    exported_at: Mapped[datetime | None] = mapped_column(comment="Server time, last round")
    case_no: Mapped[str | None] = mapped_column(comment="案号 of the provincial system")
    filed_on: Mapped[date | None] = mapped_column(
        Date, comment="Day of 立案: the case's clock counts from it (TRAP-20)"
    )
    limit_days: Mapped[int] = mapped_column(comment="30; 90 or 180 with a recorded approval")
    extension: Mapped[Json | None] = mapped_column(
        JSONB(none_as_null=True), comment="Who approved the longer limit"
    )
    outcome: Mapped[Json | None] = mapped_column(
        JSONB(none_as_null=True), comment="The decision, as it was imported"
    )
    concluded_at: Mapped[datetime | None] = mapped_column(comment="Server time")


class CaseItem(Entity):
    """One violation, with its own clauses and its own circumstances (分别裁量)."""

    __tablename__ = "case_item"
    __table_args__ = (
        UniqueConstraint("handover_id", "no"),
        UniqueConstraint("handover_id", "ref"),
        CheckConstraint("no >= 1", name="no"),
        CheckConstraint("act_from <= act_to", name="act"),
        CheckConstraint(
            "(left_out_because IS NULL) = (left_out_by IS NULL)"
            " AND (left_out_agreed_by IS NULL OR left_out_because IS NOT NULL)",
            name="left_out",
        ),
        CheckConstraint(
            "left_out_by->>'person' <> left_out_agreed_by->>'person'", name="second_person"
        ),
        CheckConstraint("NOT harms_life OR length(harms_life_because) >= 2", name="harms_life"),
        {"comment": "Violations of a case hand-over"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    handover_id: Mapped[UUID] = mapped_column(
        ForeignKey("case_handover.id"), comment="Of which hand-over"
    )
    no: Mapped[int] = mapped_column(comment="1, 2, 3 …")
    ref: Mapped[str] = mapped_column(comment="Where the record states it")
    title: Mapped[str] = mapped_column(comment="What was recorded, in short")
    facts: Mapped[str] = mapped_column(comment="The officers' finding of fact; never machine text")
    act_from: Mapped[date | None] = mapped_column(Date, comment="First day of the act, if known")
    act_to: Mapped[date | None] = mapped_column(
        Date, comment="Day of the act, or its last day; limitation counts from it"
    )
    harms_life: Mapped[bool] = mapped_column(
        Boolean, comment="Five years: life, health or finance, with harm done (XZCFF-2021-36)"
    )
    harms_life_because: Mapped[str | None] = mapped_column(comment="Why five years")
    violated: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="Ids of duties violated")
    penalty_clauses: Mapped[list[str]] = mapped_column(
        ARRAY(Text), comment="Ids of clauses that attach; no kind and no amount"
    )
    circumstances: Mapped[str] = mapped_column(comment="Facts that bear on discretion")
    left_out_because: Mapped[str | None] = mapped_column(comment="Why it does not go along")
    left_out_by: Mapped[Json | None] = mapped_column(
        JSONB(none_as_null=True), comment="Who proposes so"
    )
    left_out_agreed_by: Mapped[Json | None] = mapped_column(
        JSONB(none_as_null=True), comment="The second officer (TRAP-12)"
    )

    @property
    def is_left_out(self) -> bool:
        """Whether somebody wants it left out."""
        return self.left_out_because is not None


class CaseEvidence(Entity):
    """A piece of evidence of one violation."""

    __tablename__ = "case_evidence"
    __table_args__ = (
        one_of("use", Use),
        UniqueConstraint("item_id", "evidence_id"),
        {"comment": "Evidence of the violations of case hand-overs"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    item_id: Mapped[UUID] = mapped_column(ForeignKey("case_item.id"), comment="Which violation")
    evidence_id: Mapped[UUID] = mapped_column(
        ForeignKey("evidence_item.id"), comment="Which piece of evidence"
    )
    use: Mapped[Use] = mapped_column(Word(Use), comment="penalty: qualified; clue: 线索材料")
    attached_by: Mapped[str] = mapped_column(comment="Account")
    attached_at: Mapped[datetime] = mapped_column(comment="Server time")


class CasePackage(Entity):
    """A package that went out, as it was signed; its bytes lie on disk under their hash."""

    __tablename__ = "case_package"
    __table_args__ = (
        CheckConstraint("round >= 1", name="round"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        CheckConstraint("bytes >= 1", name="bytes"),
        {"comment": "Case packages that were exported"},
    )

    handover_id: Mapped[UUID] = mapped_column(
        ForeignKey("case_handover.id"), primary_key=True, comment="Of which hand-over"
    )
    round: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, comment="Which time it was handed over"
    )
    name: Mapped[str] = mapped_column(unique=True, comment="File name, AJ-….zip")
    sha256: Mapped[str] = mapped_column(comment="Hash of the whole zip")
    bytes: Mapped[int] = mapped_column(comment="Its length")
    manifest: Mapped[str] = mapped_column(comment="The exact text that was signed")
    key_id: Mapped[str] = mapped_column(comment="The unit's key")
    exported_by: Mapped[str] = mapped_column(comment="Account")
    exported_at: Mapped[datetime] = mapped_column(comment="Server time")
    delivered_at: Mapped[datetime | None] = mapped_column(
        comment="When the exchange with the provincial system took it; None: not yet"
    )
