"""Enterprises and sites."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from server.kit.db import Entity, Word, one_of


class RiskBand(StrEnum):
    """How risky the bureau holds an enterprise to be."""

    HIGH = "high"
    MID = "mid"
    LOW = "low"


class Enterprise(Entity):
    """One enterprise, as its record says."""

    __tablename__ = "enterprise"
    __table_args__ = (
        one_of("risk_band", RiskBand),
        CheckConstraint("length(btrim(training_consent)) >= 4", name="training_consent"),
        CheckConstraint("credit_code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'", name="credit_code"),
        {"comment": "Enterprises, the core of 一企一档"},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, comment="UUIDv7")
    name: Mapped[str] = mapped_column(comment="Registered name")
    credit_code: Mapped[str] = mapped_column(unique=True, comment="统一社会信用代码")
    address: Mapped[str] = mapped_column(comment="Registered address")
    legal_representative: Mapped[str] = mapped_column(comment="法定代表人")
    industry: Mapped[str] = mapped_column(comment="Sector as the catalogue names it")
    risk_band: Mapped[RiskBand] = mapped_column(Word(RiskBand), comment="Risk band")
    is_key_unit: Mapped[bool] = mapped_column(Boolean, comment="重点单位")
    is_demo: Mapped[bool] = mapped_column(Boolean, comment="Made up for a demonstration")
    source: Mapped[str] = mapped_column(comment="Where the record came from")
    registered_at: Mapped[datetime] = mapped_column(comment="When it was recorded")
    training_consent: Mapped[str | None] = mapped_column(
        comment="Where its written consent to training on its pictures lies; None: no consent"
    )


class Site(Entity):
    """A place of an enterprise, and the unit that enforces there."""

    __tablename__ = "site"
    __table_args__ = (
        CheckConstraint("division_code ~ '^[0-9]{6}$'", name="division_code"),
        {"comment": "Sites of enterprises"},
    )

    id: Mapped[str] = mapped_column(primary_key=True, comment="Short id, as boxes name it")
    enterprise_id: Mapped[UUID] = mapped_column(ForeignKey("enterprise.id"), comment="Whose")
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), comment="The enforcing unit")
    name: Mapped[str] = mapped_column(comment="Name of the place")
    address: Mapped[str] = mapped_column(comment="Address of the place")
    division_code: Mapped[str] = mapped_column(comment="GB/T 2260, six digits")
