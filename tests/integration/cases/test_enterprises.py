"""The record of enterprises, on PostgreSQL."""

import pytest
from bureau import FIRM, NOW, SETUP, found_bureau
from pydantic import ValidationError
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing
from server.enterprises import service as enterprises
from server.enterprises.credit_code import check_digit
from server.enterprises.schemas import EnterpriseRecord
from server.kit.errors import Conflict, NotFound, NotPermitted


def test_the_same_record_again_changes_nothing(db: Session) -> None:
    bureau = found_bureau(db)
    firm = enterprises.register(db, NOW, SETUP, FIRM, bureau.unit)
    history = audit.history(db, Thing("enterprise", str(firm)))
    assert [entry.event for entry in history] == ["registered"]


def test_a_correction_keeps_the_old_value_in_the_chain(db: Session) -> None:
    bureau = found_bureau(db)
    moved = FIRM.model_copy(update={"address": "江宁区演示路2号"})
    firm = enterprises.register(db, NOW, SETUP, moved, bureau.unit)
    last = audit.history(db, Thing("enterprise", str(firm)))[-1]
    assert (last.event, last.detail["before"]) == ("corrected", {"address": FIRM.address})
    assert enterprises.place(db, "yard").enterprise.address == moved.address


def test_a_site_belongs_to_one_enterprise(db: Session) -> None:
    bureau = found_bureau(db)
    code = "91320115MA0000002" + check_digit("91320115MA0000002")
    other = FIRM.model_copy(update={"credit_code": code, "name": "演示企业乙（虚构）"})
    with pytest.raises(Conflict, match="yard"):
        enterprises.register(db, NOW, SETUP, other, bureau.unit)


def test_a_mistyped_credit_code_is_refused() -> None:
    wrong = "1" if FIRM.credit_code[-1] != "1" else "2"
    values = FIRM.model_dump() | {"credit_code": FIRM.credit_code[:-1] + wrong}
    with pytest.raises(ValidationError, match="统一社会信用代码"):
        EnterpriseRecord.model_validate(values)


def test_reading_a_record_is_recorded(db: Session) -> None:
    bureau = found_bureau(db)
    firm = enterprises.place(db, "yard").enterprise
    enterprises.read(db, NOW, bureau.aide, firm.id)
    looks = audit.looks(db, Thing("enterprise", str(firm.id)))
    assert [(look.actor, look.purpose) for look in looks] == [("chen", "查看企业档案")]


def test_neither_strangers_nor_administrators_read_a_record(db: Session) -> None:
    bureau = found_bureau(db)
    firm = enterprises.place(db, "yard").enterprise
    with pytest.raises(NotFound):
        enterprises.read(db, NOW, bureau.stranger, firm.id)
    with pytest.raises(NotPermitted):
        enterprises.read(db, NOW, bureau.sysadmin, firm.id)
    assert audit.looks(db, Thing("enterprise", str(firm.id))) == []
