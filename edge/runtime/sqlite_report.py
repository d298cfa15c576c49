"""Reads the box's databases from beside a running box, or after it. It never writes."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from edge.disk.sqlite_file import beside
from hazard_library.contract.events import HazardEvent
from hazard_library.contract.message import parse


@dataclass(frozen=True, slots=True)
class KeptIncident:
    """An incident as its newest event left it. `is_open`: no event has closed it yet."""

    id: str
    camera: str
    hazard: str
    zone: str | None
    started_at: datetime
    last_held_at: datetime
    is_open: bool


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of evidence."""

    sha256: str
    kind: str
    uploaded: bool
    state: str


def incidents(outbox: Path) -> tuple[KeptIncident, ...]:
    """Return every incident, in the order of opening."""
    with beside(outbox) as db:
        rows = db.execute(
            "SELECT id, camera, hazard, zone, started_at, last_held_at, is_open"
            " FROM incident ORDER BY opened_at, id"
        ).fetchall()
    return tuple(
        KeptIncident(
            id=row[0],
            camera=row[1],
            hazard=row[2],
            zone=row[3],
            started_at=datetime.fromisoformat(row[4]),
            last_held_at=datetime.fromisoformat(row[5]),
            is_open=bool(row[6]),
        )
        for row in rows
    )


def evidence_files(database: Path) -> tuple[KeptFile, ...]:
    """Return every file of evidence, oldest first."""
    with beside(database) as db:
        rows = db.execute(
            "SELECT sha256, kind, uploaded_at IS NOT NULL, state FROM evidence ORDER BY no"
        ).fetchall()
    return tuple(KeptFile(row[0], row[1], bool(row[2]), row[3]) for row in rows)


def events_of(outbox: Path, prefix: str) -> dict[str, tuple[HazardEvent, ...]]:
    """Return the events of every incident whose id begins so, each incident's in their order."""
    with beside(outbox) as db:
        rows = db.execute(
            "SELECT incident_id, payload FROM message"
            " WHERE substr(incident_id, 1, ?) = ? ORDER BY incident_id, seq",
            (len(prefix), prefix),
        ).fetchall()
    found: dict[str, tuple[HazardEvent, ...]] = {}
    for incident, payload in rows:
        found[incident] = (*found.get(incident, ()), parse(HazardEvent, bytes(payload)))
    return found
