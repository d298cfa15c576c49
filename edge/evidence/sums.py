"""How much is kept, waits and is lost: one row that the database keeps while rows change.

Adding up all rows takes longer with every year; the row is compared with them once, at the start.
"""

from typing import NamedTuple

import structlog

from edge.evidence.evidence_database import EvidenceDatabase

_log = structlog.get_logger(__name__)

_FIELDS = "used_bytes, waiting_bytes, lost_files"


class Sums(NamedTuple):
    """used_bytes: of files that are kept. waiting_bytes: of those the server does not have.

    lost_files: how many are gone without having reached the server.
    """

    used_bytes: int
    waiting_bytes: int
    lost_files: int


def kept_sums(database: EvidenceDatabase) -> Sums:
    """Return the sums that are kept; as fast with a million rows as with one."""
    with database.reading() as connection:
        return Sums(*connection.execute(f"SELECT {_FIELDS} FROM evidence_sum").fetchone())  # noqa: S608 - our own words


def counted_sums(database: EvidenceDatabase) -> Sums:
    """Add up all rows."""
    with database.reading() as connection:
        return Sums(*connection.execute(f"SELECT {_FIELDS} FROM evidence_counted").fetchone())  # noqa: S608 - our own words


def check_sums(database: EvidenceDatabase) -> bool:
    """Put the kept sums right if they are not those of the rows; return whether they were right.

    Raises:
        EvidenceError: the file cannot be read, or it is wrong and cannot be written.
    """
    kept, counted = kept_sums(database), counted_sums(database)
    if kept == counted:
        return True
    with database.writing() as connection:
        connection.execute(
            "UPDATE evidence_sum SET used_bytes = ?, waiting_bytes = ?, lost_files = ?", counted
        )
    _log.error("evidence_sums_mended", kept=kept._asdict(), counted=counted._asdict())
    return False
