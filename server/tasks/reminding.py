"""What the reminders ask of inspections: the rule, since when, until when. Nothing is stored.

Each fact has a deadline; whether its rule fires is a question of the moment asked about.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.calendar.service import HolidayCalendar, count_due
from server.orders import service as orders
from server.orders.service import OrderStands
from server.tasks import outcome, penalty_rules, repository
from server.tasks.pages import START_WITHIN
from server.tasks.states import NOT_STARTED, PenaltyDecision, TaskState
from server.tasks.tables import InspectionTask

R_008 = "R-008"
R_041 = "R-041"
_AFTER_THE_VISIT = frozenset({TaskState.RECORDED, TaskState.ORDERING, TaskState.HANDING_OVER})


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a rule watches, and the instant from which it is late."""

    rule_id: str
    object_type: str
    object_id: str
    number: str
    unit_id: UUID
    deadline: datetime
    message_zh: str

    def is_late(self, at: datetime) -> bool:
        """Whether the rule fires at a moment."""
        return at >= self.deadline


def dues(
    db: Session, catalogue: Catalogue, calendar: HolidayCalendar, units: Collection[UUID]
) -> list[Fact]:
    """Return what R-008, R-011, R-015 and R-041 watch of the inspections of units."""
    waiting = repository.in_states(db, units, NOT_STARTED)
    visited = repository.in_states(db, units, _AFTER_THE_VISIT)
    return [
        *(_not_started(calendar, task) for task in waiting if task.planned_on is not None),
        *(fact for task in visited for fact in _penalty(db, catalogue, calendar, task)),
        *_paperwork(db, units),
    ]


def _not_started(calendar: HolidayCalendar, task: InspectionTask) -> Fact:
    deadline = count_due(calendar, task.planned_on or task.created_at, START_WITHIN)
    return _fact(task, R_008, deadline.ends_at, f"检查任务{task.number}超期未实施。")


def _penalty(
    db: Session, catalogue: Catalogue, calendar: HolidayCalendar, task: InspectionTask
) -> Iterator[Fact]:
    found = outcome.violations_of(catalogue, task)
    decisions = repository.considerations(db, task.id)
    made = orders.of_task(db, task.id)
    issued = min((one.issued_at for one in made if one.issued_at is not None), default=None)
    if issued is not None:
        due = penalty_rules.penalty_not_considered(calendar, issued, found, decisions)
        if due is not None:
            yield _fact(task, due.rule_id, due.deadline.ends_at, due.message_zh)
    filed = {item for item, one in decisions.items() if one.decision is PenaltyDecision.FILE}
    for order in made:
        yield from _failed(calendar, task, order, filed)


def _failed(
    calendar: HolidayCalendar, task: InspectionTask, order: OrderStands, filed: Collection[str]
) -> Iterator[Fact]:
    due = penalty_rules.failed_without_case(
        calendar,
        order.failed_at,
        has_handover=not set(order.items).isdisjoint(filed),
        no_case_reason=order.no_case_reason,
    )
    if due is not None:
        yield _fact(task, due.rule_id, due.deadline.ends_at, due.message_zh)


def _paperwork(db: Session, units: Collection[UUID]) -> Iterator[Fact]:
    for entry in repository.lacking_paperwork(db, units):
        yield Fact(
            R_041,
            "major_hazard",
            str(entry.id),
            entry.criterion,
            entry.unit_id,
            entry.paperwork_due_at,
            "当场强制措施须24小时内报告并补办手续。",
        )


def _fact(task: InspectionTask, rule_id: str, deadline: datetime, message_zh: str) -> Fact:
    return Fact(
        rule_id,
        "inspection_task",
        str(task.id),
        task.number,
        task.unit_id,
        deadline,
        message_zh,
    )
