"""What facts and time make of reminders; a simulated year runs through in seconds."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from server.calendar.days import HolidayCalendar, packaged_years
from server.identity.actor import LEGAL_ZONE
from server.reminders.engine import Ground, Standing, Steps, steps
from server.reminders.facts import Fact, Key
from server.reminders.rules import Severity, rules
from server.reminders.states import ReminderState

CALENDAR = HolidayCalendar.of(packaged_years())
START = datetime(2026, 1, 1, tzinfo=LEGAL_ZONE)
LATE = Fact("R-001", "lead", "1", START, words={"no": "XS-1", "n": "2小时"})


@dataclass
class World:
    """Items as a database would keep them; `run` does what the engine says."""

    off: frozenset[str] = frozenset()
    supplied: frozenset[str] = frozenset(rules())
    items: dict[Key, Standing] = field(default_factory=dict)
    said: Counter[str] = field(default_factory=Counter)

    def run(self, facts: list[Fact], at: datetime) -> Steps:
        todo = steps(Ground(rules(), self.off, self.supplied, CALENDAR), self.items, facts, at)
        for firing in todo.fire:
            assert firing.fact.key not in self.items
            self.items[firing.fact.key] = Standing(
                firing.fact.key,
                ReminderState.OPEN,
                firing.severity,
                firing.answer_by,
                firing.within,
            )
            self.said[firing.fact.rule] += 1
        for key in todo.settle:
            self.items[key] = replace(self.items[key], state=ReminderState.AUTO_RESOLVED)
        for step in todo.escalate:
            self.items[step.key] = replace(
                self.items[step.key], severity=step.severity, answer_by=step.answer_by
            )
        return todo

    def handle(self, key: Key) -> None:
        self.items[key] = replace(self.items[key], state=ReminderState.HANDLED)


def test_it_fires_once_for_an_object_and_a_period() -> None:
    world = World()
    for hours in range(3):
        world.run([LATE], START + timedelta(hours=hours))
    assert world.said == {"R-001": 1}
    world.run([LATE, replace(LATE, object_id="2"), replace(LATE, period="next")], START)
    assert world.said == {"R-001": 3}


def test_nothing_is_told_before_its_time() -> None:
    world = World()
    assert world.run([LATE], START - timedelta(microseconds=1)).fire == ()
    assert len(world.run([LATE], START).fire) == 1


def test_what_is_gone_is_settled_by_itself_and_does_not_come_back_in_its_period() -> None:
    world = World()
    world.run([LATE], START)
    assert world.run([], START + timedelta(minutes=5)).settle == (LATE.key,)
    assert world.run([LATE], START + timedelta(minutes=10)) == Steps((), (), ())


def test_who_was_not_asked_settles_nothing() -> None:
    world = World(supplied=frozenset({"R-031"}))
    world.run([LATE], START)
    assert world.run([], START).settle == ()


def test_unanswered_it_climbs_to_supervision_by_its_own_time_and_no_further() -> None:
    world = World()
    morning = datetime(2026, 3, 2, 10, tzinfo=LEGAL_ZONE)
    fact = replace(LATE, since=morning, severity=Severity.REMINDER)
    world.run([fact], morning)
    told = []
    for minutes in range(0, 3 * 24 * 60, 5):
        at = morning + timedelta(minutes=minutes)
        told += [(step.severity, at) for step in world.run([fact], at).escalate]
    # Two duty hours: 10–12, then 14–16, and no third time.
    assert [(severity, at.strftime("%d %H:%M")) for severity, at in told] == [
        (Severity.WARNING, "02 12:00"),
        (Severity.SUPERVISION, "02 16:00"),
    ]


def test_answered_it_climbs_no_more() -> None:
    world = World()
    world.run([LATE], START)
    world.handle(LATE.key)
    assert world.run([LATE], START + timedelta(days=30)) == Steps((), (), ())


def test_a_rule_that_is_off_is_silent_and_one_that_blocks_cannot_be() -> None:
    world = World(off=frozenset({"R-001", "R-043"}))
    refused = Fact("R-043", "act", "1", START)
    assert [firing.fact.rule for firing in world.run([LATE, refused], START).fire] == ["R-043"]


# ---- a year ----


@dataclass(frozen=True)
class Office:
    """A year of made-up work: everything is a function of time, so a run needs no state."""

    leads: int = 730
    boxes: int = 20

    def facts(self, at: datetime) -> list[Fact]:
        return [*self._leads(at), *self._boxes(at), *self._dates(at)]

    def _leads(self, at: datetime) -> Iterator[Fact]:
        """A lead each twelve hours; every fifth stays undecided for three days."""
        newest = (at - START) // timedelta(hours=12)
        for n in range(max(0, newest - 6), min(self.leads, newest + 1)):
            made = START + timedelta(hours=12 * n)
            decided = made + (timedelta(days=3) if n % 5 == 0 else timedelta(minutes=30))
            if made + timedelta(hours=2) <= at < decided:
                words = {"no": f"XS-{n}", "n": "2小时"}
                yield Fact("R-001", "lead", str(n), made + timedelta(hours=2), words=words)

    def _boxes(self, at: datetime) -> Iterator[Fact]:
        """Each box is away on the first of every month, from three to six in the morning."""
        for box in range(self.boxes):
            if at.day == 1 and 3 <= at.hour < 6:
                since = at.replace(hour=3, minute=0)
                yield Fact(
                    "R-031", "device", f"box-{box}", since, str(since.date()), words={"dev": "x"}
                )

    def _dates(self, at: datetime) -> Iterator[Fact]:
        """The calendar of next year comes on the twentieth of December; plans are monthly."""
        if at.month == 12 and at.day < 20:
            yield Fact("R-036", "holiday_year", "2027", at, words={"year": "2027"})
        if at.day >= 25:
            words = {"p": "40", "n": "3"}
            yield Fact("R-017", "plan", "1", at, f"{at:%Y-%m}", words=words)


def test_a_simulated_year_runs_through() -> None:
    world, office = World(), Office()
    for hours in range(365 * 24 + 1):
        at = START + timedelta(hours=hours)
        world.run(office.facts(at), at)
    assert world.said == {"R-001": 146, "R-031": 12 * 20, "R-036": 1, "R-017": 12}
    # Boxes came back by themselves; three days without an answer went up to the supervisor.
    by_rule = {rule: [i for i in world.items.values() if i.key[0] == rule] for rule in world.said}
    assert {item.severity for item in by_rule["R-031"]} == {Severity.REMINDER}
    assert {item.state for item in by_rule["R-031"]} == {ReminderState.AUTO_RESOLVED}
    assert {item.state for item in by_rule["R-017"]} == {ReminderState.AUTO_RESOLVED}
    climbed = Counter(item.severity for item in by_rule["R-001"])
    # In the golden week the bureau is closed: what began and ended in it climbed nowhere.
    assert set(climbed) == {Severity.WARNING, Severity.SUPERVISION}
    assert climbed[Severity.SUPERVISION] > 120
    assert next(iter(by_rule["R-036"])).severity is Severity.SUPERVISION
