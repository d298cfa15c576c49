"""The SQL of the incidents that go on after a restart."""

import sqlite3
from datetime import datetime
from uuid import UUID

from edge.core.incidents import Incident
from edge.core.moment import Moment
from hazard_library.contract.ids import CameraId, HazardId, IncidentId, ZoneId, instant


def keep(db: sqlite3.Connection, incident: Incident, *, is_open: bool) -> None:
    """Write the newest state of an incident in place of the one before."""
    db.execute(
        "INSERT INTO incident VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET"
        " last_held_at = excluded.last_held_at,"
        " last_held_uncertainty_s = excluded.last_held_uncertainty_s,"
        " seq = excluded.seq, score = excluded.score, is_open = excluded.is_open",
        (
            str(incident.id),
            incident.camera,
            incident.hazard,
            incident.zone,
            instant(incident.started.utc),
            incident.started.uncertainty_s,
            instant(incident.opened.utc),
            incident.opened.uncertainty_s,
            instant(incident.last_held.utc),
            incident.last_held.uncertainty_s,
            incident.seq,
            incident.score,
            int(is_open),
        ),
    )


def open_ones(db: sqlite3.Connection, anchor: Moment) -> tuple[Incident, ...]:
    """Return open incidents, those opened first in front, on the anchor's `mono` line."""
    rows = db.execute(
        "SELECT id, camera, hazard, zone, started_at, started_uncertainty_s, opened_at,"
        " opened_uncertainty_s, last_held_at, last_held_uncertainty_s, seq, score"
        " FROM incident WHERE is_open = 1 ORDER BY opened_at, id"
    )
    return tuple(
        Incident(
            id=IncidentId(UUID(row[0])),
            camera=CameraId(row[1]),
            hazard=HazardId(row[2]),
            zone=None if row[3] is None else ZoneId(row[3]),
            started=_moment(row[4], row[5], anchor),
            opened=_moment(row[6], row[7], anchor),
            last_held=_moment(row[8], row[9], anchor),
            seq=row[10],
            score=row[11],
        )
        for row in rows
    )


def prune(db: sqlite3.Connection) -> None:
    """Delete closed incidents whose messages are all forgotten."""
    db.execute(
        "DELETE FROM incident WHERE is_open = 0 AND NOT EXISTS"
        " (SELECT 1 FROM message WHERE message.incident_id = incident.id)"
    )


def _moment(utc: str, uncertainty_s: float, anchor: Moment) -> Moment:
    at = datetime.fromisoformat(utc)
    return Moment(anchor.mono + (at - anchor.utc).total_seconds(), at, uncertainty_s)
