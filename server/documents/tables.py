"""Human numbers, counted without gaps."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.kit.db import Entity


class SerialNumber(Entity):
    """The last number given for one kind of object, division and year."""

    __tablename__ = "serial_number"
    __table_args__ = (
        CheckConstraint("prefix ~ '^[A-Z]{2}$'", name="prefix"),
        CheckConstraint("division_code ~ '^[0-9]{6}$'", name="division_code"),
        CheckConstraint("last >= 1", name="last"),
        {"comment": "Counters of human numbers; no official 文号, those are the province's"},
    )

    prefix: Mapped[str] = mapped_column(
        primary_key=True, comment="Two letters, as documents/serial.py names them"
    )
    division_code: Mapped[str] = mapped_column(primary_key=True, comment="GB/T 2260 of the unit")
    year: Mapped[int] = mapped_column(primary_key=True, comment="Year by the legal clock, in China")
    last: Mapped[int] = mapped_column(comment="The last number given")
