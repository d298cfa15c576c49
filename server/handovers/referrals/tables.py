"""Tagged findings, criminal referrals, contacts with police, and what the province is told."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from server.handovers.matter import Matter
from server.handovers.referrals.states import ReferralState, Tag
from server.kit.append_only import append_only
from server.kit.db import Entity, Json, Word, one_of


class TaggedFinding(Entity):
    """What two officers found on site and tagged as 疑似危险作业; a camera can make none."""

    __tablename__ = "tagged_finding"
    __table_args__ = (
        one_of("tag", Tag),
        CheckConstraint("first_person <> second_person", name="two_people"),
        CheckConstraint("length(btrim(facts)) >= 8", name="facts"),
        UniqueConstraint("source_kind", "source_id", "ref"),
        Index("ix_tagged_finding_unit", "unit_id", "found_at"),
        {"comment": "Findings on site tagged 疑似危险作业"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="Whose officers")
    division_code: Mapped[str] = mapped_column(comment="GB/T 2260 of the place")
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), comment="Where")
    source_kind: Mapped[str] = mapped_column(comment="Kind of the record, inspection_task")
    source_id: Mapped[str] = mapped_column(comment="Which record")
    source_number: Mapped[str] = mapped_column(comment="Its human number")
    ref: Mapped[str] = mapped_column(comment="Where the record states it")
    tag: Mapped[Tag] = mapped_column(Word(Tag), comment="Which situation of XF-134之一")
    facts: Mapped[str] = mapped_column(comment="The officers' own words")
    first_person: Mapped[UUID] = mapped_column(comment="The first officer")
    second_person: Mapped[UUID] = mapped_column(comment="The second, another human being")
    found_at: Mapped[datetime] = mapped_column(comment="When it was recorded on site")


class CriminalReferral(Matter):
    """Whether a tagged finding goes to the police, and what came of it."""

    __tablename__ = "criminal_referral"
    __table_args__ = (
        one_of("state", ReferralState),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint(
            "state IN ('assess', 'team') OR (report IS NOT NULL AND reported_at IS NOT NULL)",
            name="reported",
        ),
        CheckConstraint(
            "(state IN ('assess', 'team', 'chief_review')) = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided",
        ),
        CheckConstraint("state <> 'refused' OR length(reason) >= 2", name="reason"),
        CheckConstraint(
            "(state IN ('assess', 'team', 'chief_review', 'approved', 'refused'))"
            " = (handed_at IS NULL) AND (handed_at IS NULL) = (materials IS NULL)",
            name="handed",
        ),
        UniqueConstraint("finding_id"),
        Index("ix_criminal_referral_unit", "unit_id", "created_at"),
        {"comment": "Criminal referrals 行刑衔接"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    number: Mapped[str] = mapped_column(unique=True, comment="SZ-…, gap-free by unit and year")
    state: Mapped[ReferralState] = mapped_column(
        Word(ReferralState), comment="See referrals/states.py"
    )
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="Who refers")
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), comment="Where")
    finding_id: Mapped[UUID] = mapped_column(
        ForeignKey("tagged_finding.id"), comment="The finding on site it comes from"
    )
    created_at: Mapped[datetime] = mapped_column(comment="Server time")
    begun_by: Mapped[Json] = mapped_column(comment="The officer who decided to assess")
    team: Mapped[Json] = mapped_column(comment="members: two officers or more (YSGD-2020-5)")
    report: Mapped[str | None] = mapped_column(comment="The written report")
    reported_at: Mapped[datetime | None] = mapped_column(comment="When the chief got it")
    decided_by: Mapped[Json | None] = mapped_column(
        JSONB(none_as_null=True), comment="The chief; nobody stands in"
    )
    decided_at: Mapped[datetime | None] = mapped_column(comment="Server time; 24 h count from it")
    reason: Mapped[str | None] = mapped_column(comment="The chief's opinion or reason")
    materials: Mapped[Json | None] = mapped_column(
        JSONB(none_as_null=True), comment="What was handed over (YSGD-2020-6)"
    )
    handed_at: Mapped[datetime | None] = mapped_column(comment="Server time, never typed")
    receipt: Mapped[str | None] = mapped_column(comment="Who signed at the police")
    received_on: Mapped[date | None] = mapped_column(Date, comment="Day on the receipt")
    notice: Mapped[str | None] = mapped_column(comment="The police's last notice: number, words")
    noticed_on: Mapped[date | None] = mapped_column(Date, comment="Day on which it came")
    goods: Mapped[str | None] = mapped_column(comment="What was delivered, by the signed list")
    result: Mapped[str | None] = mapped_column(comment="How it ended")


class ReferralContact(Entity):
    """A call, letter or meeting with police or procuratorate, with its minutes."""

    __tablename__ = "referral_contact"
    __table_args__ = ({"comment": "Contacts with police and procuratorate; append-only"},)

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    referral_id: Mapped[UUID] = mapped_column(
        ForeignKey("criminal_referral.id"), index=True, comment="About which referral"
    )
    at: Mapped[datetime] = mapped_column(comment="When it was noted, server time")
    by: Mapped[str] = mapped_column(comment="Account")
    kind: Mapped[str] = mapped_column(comment="Call, letter or meeting")
    authority: Mapped[str] = mapped_column(comment="With whom")
    minutes: Mapped[str] = mapped_column(comment="What was said or agreed")


class ProvinceReport(Entity):
    """One change of a referral that the province is told of (SEED-(六)); it names no person."""

    __tablename__ = "province_report"
    __table_args__ = (
        one_of("state", ReferralState),
        UniqueConstraint("referral_id", "no"),
        CheckConstraint("no >= 1", name="no"),
        CheckConstraint("(receipt IS NULL) = (receipted_at IS NULL)", name="receipt"),
        Index("ix_province_report_waiting", "at", postgresql_where="delivered_at IS NULL"),
        {"comment": "Queue of reports to the province"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    referral_id: Mapped[UUID] = mapped_column(
        ForeignKey("criminal_referral.id"), comment="Which referral"
    )
    no: Mapped[int] = mapped_column(comment="1, 2, 3 … of the referral")
    at: Mapped[datetime] = mapped_column(comment="When it changed")
    state: Mapped[ReferralState] = mapped_column(Word(ReferralState), comment="To which state")
    text_zh: Mapped[str] = mapped_column(comment="What is reported; says 疑似")
    delivered_at: Mapped[datetime | None] = mapped_column(comment="Taken by the exchange")
    receipt: Mapped[str | None] = mapped_column(comment="What the province answered")
    receipted_at: Mapped[datetime | None] = mapped_column(comment="When that was noted")


append_only(ReferralContact.__table__)
