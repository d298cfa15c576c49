"""Enterprises and sites."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from server.enterprises.record_values import RiskBand, Sector
from server.enterprises.states import EnterpriseState
from server.kit.db import Entity, Word, one_of

__all__ = ["Enterprise", "RiskBand", "Site"]


class Enterprise(Entity):
    """One enterprise, as its record says."""

    __tablename__ = "enterprise"
    __table_args__ = (
        one_of("risk_band", RiskBand),
        one_of("sector", Sector),
        one_of("state", EnterpriseState),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("(state = 'merged_into') = (merged_into_id IS NOT NULL)", name="merged"),
        CheckConstraint("merged_into_id <> id", name="merged_into_another"),
        CheckConstraint("length(btrim(training_consent)) >= 4", name="training_consent"),
        CheckConstraint("credit_code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'", name="credit_code"),
        Index("ix_enterprise_search_pairs", "search_pairs", postgresql_using="gin"),
        {"comment": "Enterprises, the core of 一企一档"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    name: Mapped[str] = mapped_column(comment="Registered name")
    credit_code: Mapped[str] = mapped_column(unique=True, comment="统一社会信用代码")
    address: Mapped[str] = mapped_column(comment="Registered address")
    legal_representative: Mapped[str] = mapped_column(comment="法定代表人")
    industry: Mapped[str] = mapped_column(comment="Sector as the catalogue names it")
    sector: Mapped[Sector] = mapped_column(Word(Sector), comment="By which rules it is supervised")
    state: Mapped[EnterpriseState] = mapped_column(
        Word(EnterpriseState), comment="See enterprises/states.py"
    )
    version: Mapped[int] = mapped_column(comment="Counts the changes; If-Match")
    merged_into_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("enterprise.id"), comment="The enterprise that took it over"
    )
    search_pairs: Mapped[list[str]] = mapped_column(
        ARRAY(Text), comment="Pairs of signs of name and code, for searching"
    )
    risk_band: Mapped[RiskBand] = mapped_column(Word(RiskBand), comment="Risk band")
    is_key_unit: Mapped[bool] = mapped_column(Boolean, comment="重点单位")
    is_demo: Mapped[bool] = mapped_column(Boolean, comment="Made up for a demonstration")
    source: Mapped[str] = mapped_column(comment="Where the record came from")
    registered_at: Mapped[datetime] = mapped_column(comment="When it was recorded")
    training_consent: Mapped[str | None] = mapped_column(
        comment="Where its written consent to training on its pictures lies; None: no consent"
    )


class Site(Entity):
    """A place of an enterprise, and the unit of its address."""

    __tablename__ = "site"
    __table_args__ = (
        CheckConstraint("division_code ~ '^[0-9]{6}$'", name="division_code"),
        Index("ix_site_enterprise", "enterprise_id"),
        Index("ix_site_unit", "unit_id"),
        {"comment": "Sites of enterprises"},
    )

    id: Mapped[str] = mapped_column(primary_key=True, comment="Short id, as boxes name it")
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), comment="Whose")
    unit_id: Mapped[UUID] = mapped_column(
        ForeignKey("unit.id"),
        comment="The unit of its address; who enforces stands in enforcement_assignment",
    )
    name: Mapped[str] = mapped_column(comment="Name of the place")
    address: Mapped[str] = mapped_column(comment="Address of the place")
    division_code: Mapped[str] = mapped_column(comment="GB/T 2260, six digits")
