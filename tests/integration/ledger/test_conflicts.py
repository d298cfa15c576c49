"""Sources that contradict each other wait for a person, and what was decided is not asked again."""

from datetime import date

import pytest
from bureau import FIRM, NOW, Bureau, found_bureau
from sqlalchemy.orm import Session
from violations import refused_by

from server.audit import service as audit
from server.audit.service import Thing
from server.enterprises import conflicts, record_repository, repository, statements
from server.enterprises.conflicts import Decision, Side
from server.enterprises.record_repository import Dispute
from server.enterprises.statements import Outcome
from server.enterprises.tables import Enterprise
from server.kit.errors import NotAllowedNow, NotFound, NotPermitted, StaleVersion
from server.tables import metadata

SYSTEM = "风险报告系统"


@pytest.fixture
def bureau(db: Session) -> Bureau:
    return found_bureau(db)


def firm_of(db: Session) -> Enterprise:
    found = repository.by_code(db, FIRM.credit_code)
    assert found is not None
    return found


def say(db: Session, value: str, source: str = SYSTEM, day: int = 1) -> Outcome:
    firm = firm_of(db)
    told = [statements.told("address", value, source, date(2026, 3, day))]
    weighed = statements.weigh_all(record_repository.known(db, firm.id, {source}), told)
    return statements.take(db, NOW, "svc:test", firm, weighed)


def only(db: Session, bureau: Bureau) -> Dispute:
    [found] = conflicts.queue(db, NOW, bureau.officer)
    return found


def decide(db: Session, bureau: Bureau, keep: Side, version: int = 1) -> None:
    found = only(db, bureau).conflict
    decided = Decision(NOW, bureau.officer, found.id, version, keep, "已核对营业执照")
    conflicts.settle(db, decided)


def test_another_sources_word_changes_nothing_before_a_person_has_decided(
    db: Session, bureau: Bureau
) -> None:
    assert say(db, "演示路9号").disputed == ["address"]
    assert firm_of(db).address == FIRM.address
    found = only(db, bureau)
    assert (found.challenger.value, found.defender.value) == ("演示路9号", FIRM.address)
    decide(db, bureau, Side.CHALLENGER)
    assert firm_of(db).address == "演示路9号"
    assert conflicts.queue(db, NOW, bureau.officer) == []
    last = audit.history(db, Thing("enterprise", str(firm_of(db).id)))[-1]
    assert (last.event, last.reason, last.actor) == ("conflict_settled", "已核对营业执照", "wang")


def test_what_was_decided_against_is_not_asked_again_but_something_new_is(
    db: Session, bureau: Bureau
) -> None:
    say(db, "演示路9号")
    decide(db, bureau, Side.DEFENDER)
    again = say(db, "演示路9号", day=2)
    assert (again.recorded, again.disputed) == (1, [])
    assert say(db, "演示路10号", day=3).disputed == ["address"]
    assert firm_of(db).address == FIRM.address


def test_a_source_has_one_open_conflict_with_its_newest_word(db: Session, bureau: Bureau) -> None:
    say(db, "演示路9号")
    say(db, "演示路10号", day=2)
    found = only(db, bureau)
    assert (found.challenger.value, found.conflict.version) == ("演示路10号", 2)
    with pytest.raises(StaleVersion):
        decide(db, bureau, Side.CHALLENGER, version=1)


def test_a_conflict_ends_when_the_sources_come_to_agree(db: Session, bureau: Bureau) -> None:
    say(db, "演示路9号")
    say(db, "演示路9号", source=FIRM.source, day=5)
    assert conflicts.queue(db, NOW, bureau.officer) == []
    assert firm_of(db).address == "演示路9号"


def test_the_same_word_again_is_not_recorded(db: Session, bureau: Bureau) -> None:
    del bureau
    assert say(db, "演示路9号").recorded == 1
    assert say(db, "演示路9号").recorded == 0


def test_who_decides_is_checked(db: Session, bureau: Bureau) -> None:
    say(db, "演示路9号")
    found = only(db, bureau).conflict
    for actor, refusal in ((bureau.aide, NotPermitted), (bureau.stranger, NotFound)):
        with pytest.raises(refusal):
            conflicts.settle(db, Decision(NOW, actor, found.id, 1, Side.DEFENDER, "核对"))
    decide(db, bureau, Side.DEFENDER)
    with pytest.raises(NotAllowedNow):
        conflicts.settle(db, Decision(NOW, bureau.officer, found.id, 2, Side.DEFENDER, "核对"))
    assert conflicts.queue(db, NOW, bureau.stranger) == []


_STATEMENT = "INSERT INTO record_statement SELECT gen_random_uuid(), {firm}, field, item, value,"
_REST = " as_of, recorded_at, recorded_by, {standing} FROM record_statement LIMIT 1"
_CONFLICT = (
    "INSERT INTO record_conflict SELECT gen_random_uuid(), {firm}, field, item, source, state,"
    " version, {challenger}, {defender}, opened_at FROM record_conflict"
)
_FINE = {"firm": "enterprise_id", "challenger": "challenger_id", "defender": "defender_id"}

#: Name of the constraint → SQL that violates it and nothing else.
VIOLATIONS = {
    "ck_enterprise_sector": "UPDATE enterprise SET sector = 'x'",
    "ck_enterprise_state": "UPDATE enterprise SET state = 'x'",
    "ck_enterprise_version": "UPDATE enterprise SET version = 0",
    "ck_enterprise_merged": "UPDATE enterprise SET state = 'merged_into'",
    "ck_enterprise_merged_into_another": "UPDATE enterprise SET state = 'merged_into',"
    " merged_into_id = id",
    "fk_enterprise_merged_into_id": "UPDATE enterprise SET state = 'merged_into',"
    " merged_into_id = gen_random_uuid()",
    "ck_record_statement_standing": _STATEMENT.format(firm="enterprise_id")
    + " source,"
    + _REST.format(standing="'x'"),
    "ck_record_statement_source": _STATEMENT.format(firm="enterprise_id")
    + " ' ',"
    + _REST.format(standing="standing"),
    "fk_record_statement_enterprise_id": _STATEMENT.format(firm="gen_random_uuid()")
    + " source,"
    + _REST.format(standing="standing"),
    "pk_record_field": "INSERT INTO record_field SELECT enterprise_id, field, item,"
    " (SELECT challenger_id FROM record_conflict), since FROM record_field"
    " WHERE field = 'address'",
    "uq_record_field_statement_id": "INSERT INTO record_field SELECT enterprise_id, 'x', item,"
    " statement_id, since FROM record_field LIMIT 1",
    "fk_record_field_enterprise_id": "UPDATE record_field SET enterprise_id = gen_random_uuid()",
    "fk_record_field_statement_id": "UPDATE record_field SET statement_id = gen_random_uuid()",
    "ck_record_conflict_state": "UPDATE record_conflict SET state = 'x'",
    "ck_record_conflict_version": "UPDATE record_conflict SET version = 0",
    "ck_record_conflict_two_sides": "UPDATE record_conflict SET challenger_id = defender_id",
    "ck_record_conflict_settled_whole": "UPDATE record_conflict SET reason = 'x'",
    "ck_record_conflict_kept_one": "UPDATE record_conflict SET state = 'settled', settled_at ="
    " now(), settled_by = 'x', reason = 'x', kept_id = (SELECT id FROM record_statement WHERE"
    " field = 'name' LIMIT 1)",
    "ix_record_conflict_one_open": _CONFLICT.format(**_FINE),
    "fk_record_conflict_enterprise_id": _CONFLICT.format(**_FINE | {"firm": "gen_random_uuid()"}),
    "fk_record_conflict_challenger_id": "UPDATE record_conflict SET challenger_id ="
    " gen_random_uuid()",
    "fk_record_conflict_defender_id": "UPDATE record_conflict SET defender_id = gen_random_uuid()",
}

#: A kept side is one of the two, which are statements by their own keys.
IMPLIED = {"fk_record_conflict_kept_id"}


def test_the_database_refuses_what_no_program_may_do(db: Session, bureau: Bureau) -> None:
    say(db, "演示路9号")
    only(db, bureau)
    refused = {name: refused_by(db, violation) for name, violation in VIOLATIONS.items()}
    assert refused == {name: name for name in VIOLATIONS}


def test_no_constraint_of_records_is_left_untried() -> None:
    tables = ("record_statement", "record_field", "record_conflict")
    named = {
        str(constraint.name)
        for table in tables
        for constraint in metadata.tables[table].constraints
        if constraint.name not in {"pk_record_statement", "pk_record_conflict"}
    }
    assert named - set(VIOLATIONS) - IMPLIED == set()
