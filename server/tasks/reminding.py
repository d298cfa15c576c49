"""What inspections and their orders tell the reminders: R-008, R-011 to R-013, R-015, R-041.

Each fact begins at its deadline; whether its rule fires is a question of the moment asked about.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue, load_catalogue
from server.calendar import service as calendar
from server.calendar.service import HolidayCalendar, count_due
from server.orders import reminding as of_orders
from server.orders import service as orders
from server.orders.service import OrderStands
from server.reminders.service import Fact, Trigger
from server.tasks import outcome, penalty_rules, repository
from server.tasks.pages import START_WITHIN
from server.tasks.states import NOT_STARTED, PenaltyDecision, TaskState
from server.tasks.tables import InspectionTask

_AFTER_THE_VISIT = frozenset({TaskState.RECORDED, TaskState.ORDERING, TaskState.HANDING_OVER})


def facts(
    db: Session, catalogue: Catalogue, years: HolidayCalendar, at: datetime
) -> Iterator[Fact]:
    """Yield what holds of all inspections and orders, whenever it becomes late; at: asked now."""
    for task in repository.all_in_states(db, NOT_STARTED):
        yield from _not_started(years, task)
    for task in repository.all_in_states(db, _AFTER_THE_VISIT):
        yield from _penalty(db, catalogue, years, task)
    for entry in repository.lacking_paperwork(db):
        yield Fact(
            rule="R-041",
            object_type="major_hazard",
            object_id=str(entry.id),
            since=entry.paperwork_due_at,
            unit_id=entry.unit_id,
        )
    yield from of_orders.facts(db, years, at)


def _not_started(years: HolidayCalendar, task: InspectionTask) -> Iterator[Fact]:
    if task.planned_on is not None:
        ends = count_due(years, task.planned_on, START_WITHIN)
        # Another planned day counts anew.
        yield _fact(task, "R-008", ends.ends_at, task.planned_on.isoformat())


def _penalty(
    db: Session, catalogue: Catalogue, years: HolidayCalendar, task: InspectionTask
) -> Iterator[Fact]:
    found = outcome.violations_of(catalogue, task)
    decisions = repository.considerations(db, task.id)
    made = orders.of_task(db, task.id)
    issued = min((one.issued_at for one in made if one.issued_at is not None), default=None)
    if issued is not None:
        due = penalty_rules.penalty_not_considered(years, issued, found, decisions)
        if due is not None:
            yield _fact(task, due.rule_id, due.deadline.ends_at)
    filed = {item for item, one in decisions.items() if one.decision is PenaltyDecision.FILE}
    for order in made:
        yield from _failed(years, task, order, filed)


def _failed(
    years: HolidayCalendar, task: InspectionTask, order: OrderStands, filed: Collection[str]
) -> Iterator[Fact]:
    due = penalty_rules.failed_without_case(
        years,
        order.failed_at,
        has_handover=not set(order.items).isdisjoint(filed),
        no_case_reason=order.no_case_reason,
    )
    if due is not None:
        yield _fact(task, due.rule_id, due.deadline.ends_at, str(order.id))


def _fact(task: InspectionTask, rule: str, since: datetime, period: str = "") -> Fact:
    return Fact(
        rule=rule,
        object_type="inspection_task",
        object_id=str(task.id),
        since=since,
        period=period,
        unit_id=task.unit_id,
        words={"no": task.number},
    )


@cache
def _catalogue() -> Catalogue:
    return load_catalogue()


def _find(db: Session, at: datetime) -> Iterator[Fact]:
    return facts(db, _catalogue(), calendar.current(db), at)


TRIGGERS = (
    Trigger("tasks", frozenset({"R-008", "R-011", "R-015", "R-041"}) | of_orders.RULES, _find),
)
