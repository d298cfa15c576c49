"""What leads know of an enterprise, handed to its risk score; the score lies below and asks none.

Orders that are overdue and major hazards that are open come from the parts that own them; until
those say so, both are 缺数据.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from server.identity.actor import LEGAL_ZONE
from server.leads import of_enterprise
from server.leads.of_enterprise import Tally
from server.risk.score import Fact

_LEADS = "线索"


def facts_of_leads(db: Session, at: datetime, enterprise_id: UUID) -> Mapping[str, Fact]:
    """Return confirmed leads of 90 days and recurrences of a year."""
    confirmed = of_enterprise.confirmed(db, enterprise_id, at - timedelta(days=90))
    recurred = of_enterprise.recurred(db, enterprise_id, at - timedelta(days=365))
    return {
        "confirmed_leads": _fact(confirmed, at),
        "recurrences": _fact(recurred, at),
    }


def _fact(tally: Tally, at: datetime) -> Fact:
    day = (tally.last_at or at).astimezone(LEGAL_ZONE).date()
    return Fact(tally.count, _LEADS, day)
