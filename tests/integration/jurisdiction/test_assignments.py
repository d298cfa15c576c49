"""One site has one enforcing unit at a time, and the database holds it whatever a program does."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from bureau import NOW, SETUP, found_bureau
from sqlalchemy import text
from sqlalchemy.orm import Session
from violations import refused_by

from server.enterprises import service as enterprises
from server.identity import service as identity
from server.identity import units
from server.identity.actor import Actor
from server.identity.permissions import Role
from server.identity.service import NewAccount
from server.jurisdiction import service as jurisdiction
from server.jurisdiction.service import BasisKind, Ground, Wanted
from server.kit.errors import Conflict, FieldsMissing, NotFound, NotPermitted

DAY = timedelta(days=1)
DOC = "宁应急〔2026〕12号"


@dataclass(frozen=True, slots=True)
class Ladder:
    """Province, city and county, a site in the county, and the city's leader."""

    ground: Ground
    county: UUID
    city: UUID
    leader: Actor
    officer: Actor

    def raised(self, days: int = 1) -> Wanted:
        return Wanted(BasisKind.RAISED, self.city, NOW + days * DAY, DOC)


@pytest.fixture
def ladder(db: Session) -> Ladder:
    bureau = found_bureau(db)
    assert units.load_units(db, NOW, SETUP) == 116
    assert units.load_units(db, NOW, SETUP) == 0
    city = identity.add_unit(db, NOW, "南京市应急管理局", None)
    identity.add_account(db, NOW, SETUP, NewAccount("he", "何某", Role.LEADER, city.id))
    leader = identity.actor_named(db, "he", "test", NOW)
    place = enterprises.place(db, "yard")
    ground = Ground("yard", place.enterprise.id, bureau.unit, "320115")
    return Ladder(ground, bureau.unit, city.id, leader, bureau.officer)


def test_a_registered_site_is_its_countys(db: Session, ladder: Ladder) -> None:
    holder = jurisdiction.holder(db, "yard", NOW)
    assert holder is not None
    assert holder.id == ladder.county
    assert jurisdiction.holder(db, "yard", NOW - DAY) is None
    jurisdiction.require_holder(db, NOW, ladder.officer, "yard")


def test_a_take_over_changes_nothing_before_its_day(db: Session, ladder: Ladder) -> None:
    jurisdiction.assign(db, NOW, ladder.leader, ladder.ground, ladder.raised())
    held = {days: jurisdiction.holder(db, "yard", NOW + days * DAY) for days in (0, 1, 2)}
    assert [one.id for one in held.values() if one] == [ladder.county, ladder.city, ladder.city]
    with pytest.raises(NotPermitted) as refused:
        jurisdiction.require_holder(db, NOW + DAY, ladder.officer, "yard")
    assert refused.value.rule_id == "R-020"
    assert refused.value.message_zh == "该企业由南京市应急管理局管辖，请移送或申请指定管辖"


def test_nothing_is_decided_into_the_past_or_twice(db: Session, ladder: Ladder) -> None:
    with pytest.raises(FieldsMissing):
        jurisdiction.assign(db, NOW + DAY, ladder.leader, ladder.ground, ladder.raised(0))
    jurisdiction.assign(db, NOW, ladder.leader, ladder.ground, ladder.raised(3))
    with pytest.raises(Conflict):
        jurisdiction.assign(db, NOW, ladder.leader, ladder.ground, ladder.raised(2))


def test_an_officer_decides_nothing(db: Session, ladder: Ladder) -> None:
    with pytest.raises(NotPermitted):
        jurisdiction.assign(db, NOW, ladder.officer, ladder.ground, ladder.raised())


def test_an_unknown_unit_is_not_found(db: Session, ladder: Ladder) -> None:
    wanted = Wanted(BasisKind.RAISED, UUID(int=9), NOW + DAY, DOC)
    with pytest.raises(NotFound):
        jurisdiction.assign(db, NOW, ladder.leader, ladder.ground, wanted)


def test_a_zone_without_power_cannot_hold_and_can_once_it_is_delegated(
    db: Session, ladder: Ladder
) -> None:
    zone = identity.add_unit(db, NOW, "苏州市苏州工业园区应急管理局", "320576")
    assert not identity.unit_ref(db, zone.id).has_power
    wanted = Wanted(BasisKind.DESIGNATED, zone.id, NOW + DAY, DOC)
    with pytest.raises(Conflict) as refused:
        jurisdiction.assign(db, NOW, ladder.leader, ladder.ground, wanted)
    assert "尚无执法权" in refused.value.message_zh
    row = f"gen_random_uuid(), 'yard', '{zone.id}', 'raised', '1号', '2020-01-01', '2020-01-02'"
    insert = f"INSERT INTO enforcement_assignment VALUES ({row}, 'x', now())"  # noqa: S608
    assert refused_by(db, insert) == "unit_has_power"
    with pytest.raises(FieldsMissing):
        units.give_power(db, NOW, SETUP, zone.name, " ")
    units.give_power(db, NOW, SETUP, zone.name, "苏府〔2026〕3号")
    assert identity.unit_ref(db, zone.id).has_power
    assert refused_by(db, insert) is None


def test_a_site_in_a_zone_is_nobodys(db: Session, ladder: Ladder) -> None:
    ground = Ground("zone-site", ladder.ground.enterprise_id, ladder.county, "320576")
    jurisdiction.settle(db, NOW, SETUP, ground)
    with pytest.raises(NotPermitted) as refused:
        jurisdiction.require_holder(db, NOW, ladder.officer, "zone-site")
    assert (refused.value.rule_id, "尚未确定管辖单位" in refused.value.message_zh) == (
        "R-020",
        True,
    )


def assignment(start: str, end: str | None, basis: str = "raised", doc: str = "1号") -> str:
    until = f"'{end}'" if end else "NULL"
    row = f"gen_random_uuid(), 'yard', id, '{basis}', '{doc}', '{start}', {until}, 'x', now()"
    county = "FROM unit WHERE division_code = '320115'"
    return f"INSERT INTO enforcement_assignment SELECT {row} {county}"


VIOLATIONS = {
    assignment("2027-01-01", None): "one_unit_at_a_time",
    assignment("2020-01-01", "2026-12-01"): "one_unit_at_a_time",
    assignment("2020-01-01", "2020-01-01"): "ck_enforcement_assignment_order",
    assignment("2020-01-01", "2020-02-01", "whim"): "ck_enforcement_assignment_basis",
    assignment("2020-01-01", "2020-02-01", doc=" "): "ck_enforcement_assignment_doc_no",
    assignment("2020-01-01", "2020-02-01").replace("'yard'", "'no'"): "fk_enforcement_assignment_"
    "site_id",
    "UPDATE recusal SET reason = ' '": "ck_recusal_reason",
    "UPDATE recusal SET ended_at = now()": "ck_recusal_ended",
    "UPDATE recusal SET person_id = gen_random_uuid()": "fk_recusal_person_id",
    "INSERT INTO recusal SELECT gen_random_uuid(), person_id, enterprise_id, reason, now(), 'x'"
    " FROM recusal": "uq_recusal_person_enterprise",
    "UPDATE urging SET state = 'lost'": "ck_urging_state",
    "UPDATE urging SET state = 'answered'": "ck_urging_answered",
    "UPDATE urging SET text = ' '": "ck_urging_text",
    "UPDATE urging SET to_unit_id = from_unit_id": "ck_urging_units",
}


def test_every_violation_is_refused_by_its_own_constraint(db: Session, ladder: Ladder) -> None:
    jurisdiction.declare(db, NOW, ladder.officer, ladder.ground.enterprise_id, "近亲属任职")
    urging = f"'open', 1, 'lead', '1', 'XS-1', '{ladder.city}', '{ladder.county}', '速办', now()"
    row = f"gen_random_uuid(), {urging}, now(), 'he'"
    db.execute(text(f"INSERT INTO urging VALUES ({row})"))  # noqa: S608
    assert refused_by(db, assignment("2020-01-01", "2020-02-01")) is None
    assert {sql: refused_by(db, sql) for sql in VIOLATIONS} == VIOLATIONS
