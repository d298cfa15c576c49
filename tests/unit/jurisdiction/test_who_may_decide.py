"""The tree of units, who may give a site to whom, and what one person may not do twice."""

from uuid import UUID

import pytest

from server.identity.actor import Actor
from server.identity.divisions import divisions, find, full_name
from server.identity.duties import all_different, check_roles, different_person
from server.identity.permissions import Role
from server.identity.unit_tree import UnitTree
from server.jurisdiction.rules import BasisKind, Decision, check
from server.kit.errors import FieldsMissing, NotPermitted

PROVINCE, CITY, COUNTY, SIBLING, OTHER_CITY, ABROAD = (UUID(int=n) for n in range(1, 7))
TREE = UnitTree(
    {
        PROVINCE: None,
        CITY: PROVINCE,
        OTHER_CITY: PROVINCE,
        COUNTY: CITY,
        SIBLING: CITY,
        ABROAD: OTHER_CITY,
    }
)


def may(basis: BasisKind, by: UUID, to: UUID, holder: UUID | None = COUNTY) -> bool:
    try:
        check(TREE, Decision(basis, by, to, COUNTY, holder, "苏应急〔2026〕1号"))
    except NotPermitted as refused:
        return refused.rule_id != "R-020"
    return True


def test_the_tree_says_who_stands_above_whom() -> None:
    assert TREE.covers(CITY, COUNTY)
    assert TREE.covers(COUNTY, COUNTY)
    assert not TREE.is_above(COUNTY, COUNTY)
    assert not TREE.covers(COUNTY, CITY)
    assert TREE.common_superior(COUNTY, SIBLING) == CITY
    assert TREE.common_superior(COUNTY, ABROAD) == PROVINCE
    assert TREE.common_superior(PROVINCE, COUNTY) is None


def test_a_ring_of_units_ends() -> None:
    ring = UnitTree({CITY: COUNTY, COUNTY: CITY})
    assert list(ring.upwards(CITY)) == [CITY, COUNTY]


@pytest.mark.parametrize(
    ("basis", "by", "to", "holder", "allowed"),
    [
        (BasisKind.TERRITORIAL, COUNTY, COUNTY, None, True),
        (BasisKind.TERRITORIAL, CITY, COUNTY, CITY, True),
        (BasisKind.TERRITORIAL, COUNTY, COUNTY, CITY, False),
        (BasisKind.TERRITORIAL, CITY, SIBLING, None, False),
        (BasisKind.GRADED, CITY, CITY, COUNTY, True),
        (BasisKind.GRADED, COUNTY, CITY, COUNTY, False),
        (BasisKind.RAISED, CITY, CITY, COUNTY, True),
        (BasisKind.RAISED, PROVINCE, PROVINCE, CITY, True),
        (BasisKind.RAISED, PROVINCE, CITY, COUNTY, False),
        (BasisKind.RAISED, OTHER_CITY, OTHER_CITY, COUNTY, False),
        (BasisKind.DESIGNATED, CITY, SIBLING, COUNTY, True),
        (BasisKind.DESIGNATED, PROVINCE, ABROAD, COUNTY, True),
        (BasisKind.DESIGNATED, CITY, ABROAD, COUNTY, False),
        (BasisKind.DESIGNATED, COUNTY, SIBLING, COUNTY, False),
    ],
)
def test_each_ground_asks_where_the_deciding_unit_stands(
    basis: BasisKind, by: UUID, to: UUID, holder: UUID | None, *, allowed: bool
) -> None:
    assert may(basis, by, to, holder) is allowed


def test_only_the_units_of_the_address_need_no_document() -> None:
    check(TREE, Decision(BasisKind.TERRITORIAL, COUNTY, COUNTY, COUNTY, None))
    with pytest.raises(FieldsMissing) as missing:
        check(TREE, Decision(BasisKind.RAISED, CITY, CITY, COUNTY, COUNTY, " "))
    assert missing.value.fields == ("doc_no",)


def test_jiangsu_is_whole() -> None:
    known = divisions()
    assert sum(one.level == "prefecture" for one in known.values()) == 13
    assert sum(one.level == "county" and not one.is_zone for one in known.values()) == 95
    zones = [one for one in known.values() if one.is_zone]
    assert len(zones) == 9
    assert {one.enforces for one in zones} == {None}
    assert all(one.parent in known for one in known.values() if one.parent is not None)


def test_a_name_that_two_counties_bear_is_never_chosen() -> None:
    with pytest.raises(FieldsMissing) as ambiguous:
        find("鼓楼区")
    assert "南京市鼓楼区（320106）" in ambiguous.value.message_zh
    assert "徐州市鼓楼区（320302）" in ambiguous.value.message_zh
    assert find("鼓楼区", "徐州市").code == find("320302").code == "320302"
    assert find("昆山市").code == "320583"
    with pytest.raises(FieldsMissing, match="division_code"):
        find("不存在区")


def test_city_and_county_are_shown_together() -> None:
    assert full_name("320106") == "南京市鼓楼区"
    assert full_name("320100") == "南京市"
    assert full_name("999999") == "999999"


def actor(person: UUID | None) -> Actor:
    return Actor(UUID(int=50), "wang", "王某", Role.OFFICER, None, None, person=person)


def test_a_second_account_is_still_the_same_person() -> None:
    other = UUID(int=60)
    different_person(actor(other), None, "不得")
    different_person(actor(other), UUID(int=50), "不得")
    with pytest.raises(NotPermitted, match="another one") as refused:
        different_person(actor(other), {other, UUID(int=1)}, "您是本案承办人，不能审核")
    assert refused.value.message_zh == "您是本案承办人，不能审核"
    with pytest.raises(NotPermitted):
        different_person(actor(None), UUID(int=50), "不得")


def test_one_officer_named_twice_is_no_pair() -> None:
    all_different([UUID(int=1), UUID(int=2)], "须为两人")
    with pytest.raises(NotPermitted):
        all_different([UUID(int=1), UUID(int=1)], "须为两人")


def test_who_runs_the_system_neither_supervises_nor_enforces() -> None:
    check_roles([Role.OFFICER, Role.LEGAL])
    for other in (Role.AUDITOR, Role.OFFICER, Role.ENT_MGR):
        with pytest.raises(NotPermitted):
            check_roles([Role.SYSADMIN, Role.AIDE, other])
