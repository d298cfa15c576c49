"""Limitation, what a hand-over lacks, and the clocks of cases and referrals: rules without I/O."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hazard_library.catalogue.load import load_catalogue
from hazard_library.proof.case_package import CaseManifest, Use
from server.calendar.days import packaged_years
from server.calendar.service import HolidayCalendar
from server.handovers.cases import schemas
from server.handovers.cases.clocks import decision_due, nears_its_limit
from server.handovers.cases.limitation import limitation
from server.handovers.cases.readiness import Listed, faults
from server.handovers.cases.states import CaseState
from server.handovers.cases.tables import CaseHandover, CaseItem
from server.handovers.referrals.clocks import Times, alerts, objection_pends
from server.handovers.referrals.states import ReferralState

CALENDAR = HolidayCalendar.of(packaged_years())
CHINA = ZoneInfo("Asia/Shanghai")
LEGAL = load_catalogue().legal
FOUND = date(2026, 3, 2)
WHOLE = {
    "no": 1,
    "title": "未佩戴安全帽",
    "facts": "两名作业人员未佩戴安全帽",
    "act_from": None,
    "act_to": FOUND,
    "harms_life": False,
    "violated": ["AQSCF-2021-57"],
    "penalty_clauses": ["AQSCF-2021-102"],
    "evidence": [Use.CLUE],
}


def listed(**changed: object) -> Listed:
    return Listed(**{**WHOLE, **changed})  # type: ignore[arg-type]


def test_limitation_is_two_years_or_five_to_the_day() -> None:
    ended = date(2024, 2, 29)
    assert limitation(ended, harms_life=False).ends == date(2026, 2, 28)
    assert limitation(ended, harms_life=True).ends == date(2029, 2, 28)
    assert not limitation(ended, harms_life=False).is_over(date(2026, 2, 28))
    assert limitation(ended, harms_life=False).is_over(date(2026, 3, 1))


@pytest.mark.parametrize(
    ("changed", "field", "rule"),
    [
        ({"facts": "短"}, "items.1.facts", None),
        ({"violated": []}, "items.1.violated", None),
        ({"violated": ["AQSCF-2021-102"]}, "items.1.violated", None),
        ({"penalty_clauses": ["AQSCF-2021-57"]}, "items.1.penalty_clauses", None),
        ({"evidence": []}, "items.1.evidence", None),
        ({"act_to": None}, "items.1.act_to", None),
        ({"act_to": date(2026, 3, 3)}, "items.1.act_to", None),
        ({"act_to": date(2024, 3, 1)}, "items.1.act_to", "XZCFF-2021-36"),
        ({"act_to": date(2021, 1, 1), "harms_life": True}, "items.1.act_to", "XZCFF-2021-36"),
        ({"act_to": date(2021, 8, 1), "harms_life": True}, "items.1.clauses", "TRAP-16"),
        ({"left_out_because": "轻微"}, "left_out", "R-016"),
    ],
)
def test_what_is_lacking_is_named(changed: dict[str, object], field: str, rule: str | None) -> None:
    other = listed(no=2)
    found = faults([listed(**changed), other], LEGAL, FOUND)
    assert (found[0].field, found[0].rule) == (field, rule)


def test_a_whole_one_lacks_nothing_and_one_left_out_by_two_is_no_fault() -> None:
    left = listed(no=2, left_out_because="已由消防处理", is_agreed=True)
    assert faults([listed(), left], LEGAL, FOUND) == []
    assert [one.rule for one in faults([left], LEGAL, FOUND)] == ["R-016"]


def test_a_penalty_has_no_place_before_the_decision() -> None:
    proposals = ("amount", "fine", "penalty", "proposed")
    for kind in (schemas.WriteItem, schemas.Submit, schemas.Item, CaseManifest):
        named = set(kind.model_fields) - {"penalty_clauses"}
        assert not {name for name in named if any(word in name for word in proposals)}, kind
    for table in (CaseHandover, CaseItem):
        columns = {column.name for column in table.__table__.columns} - {"penalty_clauses"}
        assert not {name for name in columns if any(word in name for word in proposals)}, table


def test_the_case_clock_shows_30_days_and_90_with_an_approval() -> None:
    filed = date(2026, 7, 6)
    first, longer = decision_due(CALENDAR, filed, 30), decision_due(CALENDAR, filed, 90)
    assert first is not None
    assert longer is not None
    assert (first.on, longer.on) == (date(2026, 8, 5), date(2026, 10, 8))
    speaks = datetime(2026, 7, 31, 0, 0, tzinfo=CHINA)
    for state, at, expected in (
        (CaseState.LINKED, speaks - timedelta(seconds=1), False),
        (CaseState.LINKED, speaks, True),
        (CaseState.CONCLUDED, speaks, False),
    ):
        assert nears_its_limit(CALENDAR, state, filed, 30, at) is expected


def test_at_the_end_of_the_24_hours_supervisor_and_superior_are_told() -> None:
    decided = datetime(2026, 10, 1, 16, 30, tzinfo=CHINA)
    times = Times(decided_at=decided)
    end = decided + timedelta(hours=24)
    found = alerts(CALENDAR, ReferralState.APPROVED, times, end)
    assert [one.hours_left for one in found] == [12, 4, 1, 0]
    assert {"auditor", "superior"} <= set(found[-1].told)
    assert not {"auditor", "superior"} & set(found[0].told)
    assert alerts(CALENDAR, ReferralState.HANDED, times, end) == []


def test_r_024_speaks_only_while_nobody_has_objected() -> None:
    times = Times(noticed_on=date(2026, 9, 28))
    at = datetime(2026, 10, 7, 0, 0, tzinfo=CHINA)
    assert objection_pends(CALENDAR, ReferralState.NOT_FILED, times, at)
    assert not objection_pends(CALENDAR, ReferralState.NOT_FILED, times, at - timedelta(seconds=1))
    assert not objection_pends(CALENDAR, ReferralState.RECONSIDERING, times, at)
