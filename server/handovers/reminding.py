"""What transfers tell the reminders: R-021, sent and nobody has signed for it in time."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from server.calendar import service as calendar
from server.handovers import repository
from server.handovers.clocks import receipt_due
from server.handovers.states import WAITS_FOR_RECEIPT
from server.reminders.service import Fact, Trigger


def _find(db: Session, at: datetime) -> Iterator[Fact]:
    years = calendar.current(db)
    for found in repository.in_states(db, WAITS_FOR_RECEIPT):
        due = receipt_due(years, found.sent_at)
        if due is not None and due.is_over(at):
            yield Fact(
                rule="R-021",
                object_type="transfer",
                object_id=str(found.id),
                since=due.ends_at,
                # One that came back and is sent again counts anew.
                period=due.on.isoformat(),
                unit_id=found.unit_id,
                words={"no": found.number},
            )


TRIGGERS = (Trigger("handovers", frozenset({"R-021"}), _find),)
