"""Human numbers such as XS-320115-2026-000123: gap-free for each unit and year."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from server.documents.tables import SerialNumber
from server.identity.actor import LEGAL_ZONE


class Prefix(StrEnum):
    """What kind of object a number names."""

    LEAD = "XS"
    TASK = "RW"
    LOOK = "XC"
    NOTICE = "TX"
    ORDER = "ZG"
    TRANSFER = "YS"
    CASE = "AJ"
    REFERRAL = "SZ"


def next_number(db: Session, at: datetime, prefix: Prefix, division_code: str) -> str:
    """Give the next number; it is given back when the caller's transaction is."""
    year = at.astimezone(LEGAL_ZONE).year
    row = insert(SerialNumber).values(
        prefix=prefix.value, division_code=division_code, year=year, last=1
    )
    counted = row.on_conflict_do_update(
        index_elements=["prefix", "division_code", "year"],
        set_={"last": SerialNumber.last + 1},
    ).returning(SerialNumber.last)
    return f"{prefix.value}-{division_code}-{year}-{db.scalars(counted).one():06d}"
