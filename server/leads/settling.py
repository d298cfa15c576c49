"""What is computed from a lead's incidents: its span, its score, and by when it is due."""

from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hazard_library.catalogue.hazard import Hazard
from hazard_library.catalogue.rules import Crossing, Dwell, Presence
from server.calendar import service as calendar
from server.enterprises import service as enterprises
from server.leads import repository, triage
from server.leads.acting import tell
from server.leads.priority import Facts, Priority, Rating, rate
from server.leads.repository import Key
from server.leads.tables import Lead

_REPEATS_WITHIN = timedelta(days=7)
_RECORD_WITHIN = timedelta(days=90)


def settle(db: Session, at: datetime, lead: Lead, hazard: Hazard) -> None:
    """Bring what is computed from the incidents up to date, and tell the pages."""
    _count(db, lead)
    rating = _rating(db, at, lead, hazard)
    _rank(db, at, lead, rating.priority)
    lead.score, lead.priority = rating.score, rating.priority
    lead.addends = [asdict(addend) for addend in rating.addends]
    db.flush()
    tell(db, at, lead)


def settle_span(db: Session, at: datetime, lead: Lead) -> None:
    """Count a lead's incidents again, and tell the pages."""
    _count(db, lead)
    db.flush()
    tell(db, at, lead)


def _count(db: Session, lead: Lead) -> None:
    """Count the incidents; a lead whose incidents went to another keeps what it counted."""
    found = repository.span_of(db, lead.id)
    if found is not None:
        span, lead.times_seen = found
        lead.first_seen, lead.last_seen = span.first, span.last


def _rank(db: Session, at: datetime, lead: Lead, priority: Priority) -> None:
    """Count the target from when a lead became so urgent: it is not late for what nobody knew."""
    if lead.due_at is not None and priority == lead.priority:
        return
    if lead.due_at is not None and priority < lead.priority:
        lead.ranked_at = at
    lead.due_at = triage.due(calendar.current(db), lead.ranked_at, priority)


def _rating(db: Session, at: datetime, lead: Lead, hazard: Hazard) -> Rating:
    key = Key(lead.device, lead.camera, lead.hazard, lead.zone)
    place = enterprises.place(db, lead.site_id)
    repeats = repository.repeats(db, key, lead.last_seen, _REPEATS_WITHIN)
    return rate(
        Facts(
            severity=hazard.severity,
            is_major=hazard.major_hazard_criterion is not None,
            lasted=lead.last_seen - lead.first_seen,
            repeats=max(0, repeats - 1),
            people_in_zone=_is_about_people(hazard) and lead.zone is not None,
            recurs=lead.recurrence_of is not None,
            risk_band=place.enterprise.risk_band,
            record=repository.record(db, key, at - _RECORD_WITHIN),
        )
    )


def _is_about_people(hazard: Hazard) -> bool:
    rule = hazard.rule
    return isinstance(rule, Presence | Dwell | Crossing) and rule.subject == "person"
