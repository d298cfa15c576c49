"""What case hand-overs tell the reminders: R-040, a case near its limit and not decided."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from server.calendar import service as calendar
from server.handovers.cases import clocks, repository
from server.handovers.cases.states import CaseState
from server.reminders.service import Fact, Trigger


def _find(db: Session, at: datetime) -> Iterator[Fact]:
    years = calendar.current(db)
    for case in repository.in_state(db, CaseState.LINKED):
        due = clocks.decision_due(years, case.filed_on, case.limit_days)
        nears = clocks.nears_its_limit(years, case.state, case.filed_on, case.limit_days, at)
        if due is not None and nears and case.outcome is None:
            yield Fact(
                rule="R-040",
                object_type="handover",
                object_id=str(case.id),
                since=due.days_before(clocks.WARN_DAYS),
                # A longer limit that was approved counts anew.
                period=due.on.isoformat(),
                unit_id=case.unit_id,
                words={"no": case.number},
            )


TRIGGERS = (Trigger("handovers.cases", frozenset({"R-040"}), _find),)
