"""R-042 and R-035: what grew old in a record, and papers that end soon."""

from datetime import date, timedelta

import pytest
from bureau import FIRM, NOW, found_bureau
from sqlalchemy.orm import Session

from server.enterprises import record_repository, repository, statements
from server.enterprises.reminding import TRIGGERS
from server.reminders.service import Fact


@pytest.fixture
def firm_id(db: Session) -> str:
    found_bureau(db)
    found = repository.by_code(db, FIRM.credit_code)
    assert found is not None
    papers = (
        ("licence", {"kind": "经营许可证", "number": "苏-1", "valid_to": "2026-05-01"}),
        ("licence", {"kind": "经营许可证", "number": "苏-2", "valid_to": "2026-05-02"}),
        ("standardisation", {"level": 2, "valid_to": "2026-02-01"}),
    )
    told = [statements.told(key, value, "证照", date(2026, 3, 1)) for key, value in papers]
    weighed = statements.weigh_all(record_repository.known(db, found.id, {"证照"}), told)
    statements.take(db, NOW, "svc:test", found, weighed)
    return str(found.id)


def facts(db: Session, rule: str, days: int = 0) -> list[Fact]:
    found = [
        fact
        for trigger in TRIGGERS
        if rule in trigger.rules
        for fact in trigger.find(db, NOW + timedelta(days=days))
    ]
    return sorted(found, key=lambda fact: fact.object_id)


def test_papers_that_end_within_sixty_days_or_have_ended_are_told(
    db: Session, firm_id: str
) -> None:
    told = facts(db, "R-035")
    assert [fact.words["date"] for fact in told] == ["2026-05-01", "2026-02-01"]
    assert told[0].words["item"].endswith("的经营许可证/苏-1")
    assert all(fact.object_id.startswith(firm_id) and fact.unit_id for fact in told)
    assert len(facts(db, "R-035", days=1)) == 3


def test_a_record_with_old_values_is_told_once_a_quarter_while_it_lives(
    db: Session, firm_id: str
) -> None:
    assert facts(db, "R-042") == []
    [told] = facts(db, "R-042", days=400)
    assert (told.object_id, told.period) == (firm_id, "2027-Q2")
    firm = repository.by_code(db, FIRM.credit_code)
    assert firm is not None
    firm.state = type(firm.state).CANCELLED
    db.flush()
    assert facts(db, "R-042", days=400) == []
