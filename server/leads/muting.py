"""同一画面持续误报: for a day at most, what the same picture raises again is folded (§7.1 c).

Folded is not lost: each incident is kept and counted under the lead that was dismissed. A ★ lead
is never folded.
"""

from datetime import timedelta

from sqlalchemy.orm import Session

from server.kit.errors import FieldsMissing, NotPermitted
from server.leads import schemas
from server.leads.acting import Attempt, move, taken
from server.leads.states import LeadEvent
from server.leads.tables import Lead

#: House value of WORKFLOW §7.1.
AT_MOST = timedelta(hours=24)
_SAME_PICTURE = "同一画面持续误报"


def mute(db: Session, tried: Attempt, body: schemas.Mute) -> Lead:
    """Fold what comes again at a dismissed lead's camera, zone and hazard, until a moment.

    Raises:
        NotPermitted: a ★ lead is never muted.
        FieldsMissing: the end lies in the past or more than a day away.
    """
    lead = taken(db, tried, LeadEvent.MUTE)
    check(lead)
    if body.until.tzinfo is None or not tried.at < body.until <= tried.at + AT_MOST:
        raise FieldsMissing(["until"], "屏蔽截止时间须在24小时以内")
    lead.muted_from, lead.muted_until, lead.mute_reason = lead.first_seen, body.until, body.reason
    _note(db, tried, lead)
    return lead


def unmute(db: Session, tried: Attempt, body: schemas.Unmute) -> Lead:
    """Let what comes again begin leads again, from now on."""
    lead = taken(db, tried, LeadEvent.UNMUTE)
    if lead.muted_until is None or lead.muted_until <= tried.at:
        raise FieldsMissing(["muted_until"], "该线索未在屏蔽中")
    lead.muted_until = tried.at
    move(db, tried, lead, LeadEvent.UNMUTE, body.reason)
    return lead


def fold_repeats(db: Session, tried: Attempt, lead: Lead) -> None:
    """Fold for a day, as the tick at a dismissal says."""
    lead.muted_from, lead.muted_until = lead.first_seen, tried.at + AT_MOST
    lead.mute_reason = _SAME_PICTURE
    _note(db, tried, lead)


def check(lead: Lead) -> None:
    """Refuse to mute a ★ lead.

    Raises:
        NotPermitted: it is one.
    """
    if lead.is_starred:
        raise NotPermitted(
            f"lead {lead.number} is ★ and never muted", "重点线索不得屏蔽", rule_id="WORKFLOW-7.1"
        )


def _note(db: Session, tried: Attempt, lead: Lead) -> None:
    until = lead.muted_until.isoformat() if lead.muted_until is not None else None
    move(db, tried, lead, LeadEvent.MUTE, lead.mute_reason, {"until": until})
