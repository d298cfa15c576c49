"""Filling in: what the record says, what is proposed, and what only a person types."""

from dataclasses import replace
from datetime import date

import pytest
from form_grounds import AT, GONE, GROUNDS, LAW, every_answer, filled, moments, typed

from server.documents.filling import Typed, check_answer, fill, missing_at, require
from server.documents.form_spec import Family, FormCode, edition_on, spec_of
from server.documents.grounds import F2Ground, Finding, facts_of
from server.documents.mark import Mark
from server.kit.errors import FieldsMissing

EVERY_FORM = list(FormCode)


@pytest.mark.parametrize("form", EVERY_FORM)
def test_no_field_of_a_persons_own_holds_a_value_that_nobody_typed(form: FormCode) -> None:
    """AC-25 over all templates."""
    own = [one for _, one in filled(form).all_fields() if one.mark is Mark.BLANK]
    assert own
    assert [one.key for one in own if one.value or one.typed_by] == []


@pytest.mark.parametrize("form", EVERY_FORM)
def test_what_a_person_typed_bears_the_name(form: FormCode) -> None:
    told = filled(form, every_answer(form))
    own = [one for _, one in told.all_fields() if one.mark is Mark.BLANK]
    assert all(one.value and one.typed_by == "wang" and one.typed_at == AT for one in own)


@pytest.mark.parametrize("by", ["", "svc:documents"])
def test_a_program_cannot_type(by: str) -> None:
    with pytest.raises(ValueError, match="person"):
        Typed("符合", by, "", AT)


@pytest.mark.parametrize("form", EVERY_FORM)
def test_facts_under_the_key_of_a_persons_own_field_do_not_reach_it(form: FormCode) -> None:
    facts = facts_of(GROUNDS[form])
    own = [one.key for one in spec_of(form).fields() if one.mark is Mark.BLANK]
    forced = facts.model_copy(update={"values": facts.values | dict.fromkeys(own, "机器所填")})
    made = fill(edition_on(form, Family.MEM, date(2026, 3, 2)), forced, {}, date(2026, 3, 2))
    assert [one.value for one in made.fields if one.key in own] == [""] * len(own)


def test_an_edit_keeps_the_proposal_beside_it() -> None:
    told = filled(FormCode.F2, {"inspection_type": "专项检查"})
    one = next(one for one in told.fields if one.key == "inspection_type")
    assert (one.value, one.proposal, one.typed_by) == ("专项检查", "个案检查", "wang")


def test_typing_what_was_proposed_is_no_edit() -> None:
    told = filled(FormCode.F2, {"inspection_type": "个案检查"})
    one = next(one for one in told.fields if one.key == "inspection_type")
    assert not one.is_edited
    assert one.typed_by is None


def test_an_answer_to_an_automatic_field_changes_nothing_and_is_refused() -> None:
    told = filled(FormCode.F2, {"enterprise_name": "别的企业"})
    assert next(one for one in told.fields if one.key == "enterprise_name").value != "别的企业"
    with pytest.raises(FieldsMissing) as refused:
        check_answer(told, "enterprise_name", "别的企业")
    assert "一企一档" in refused.value.message_zh


@pytest.mark.parametrize(
    ("form", "key", "value", "said"),
    [
        (FormCode.F2, "nonsense", "x", "没有此项"),
        (FormCode.F4, "items/1/result", "大概符合", "只能选"),
        (FormCode.F4, "items/9/result", "符合", "没有此项"),
        (FormCode.F5, "problems/1/due", "下周", "须为日期"),
        (FormCode.F5, "document_no", "ZG-320115-2026-000001", "内部编号不得作为文号"),
        (FormCode.F8, "case_no", "见 AJ-320115-2026-000003", "内部编号不得作为文号"),
        (FormCode.F2, "reason", "长" * 4001, "不得超过"),
    ],
)
def test_an_answer_that_the_form_cannot_take_is_refused(
    form: FormCode, key: str, value: str, said: str
) -> None:
    with pytest.raises(FieldsMissing) as refused:
        check_answer(filled(form), key, value)
    assert said in refused.value.message_zh
    assert refused.value.fields == (key,)


@pytest.mark.parametrize("form", EVERY_FORM)
def test_an_empty_field_blocks_its_moment_and_is_named_in_chinese(form: FormCode) -> None:
    last = moments(form)[-1]
    with pytest.raises(FieldsMissing) as refused:
        require(filled(form), last)
    asked = [one for one in spec_of(form).fields() if one.mark is Mark.BLANK and one.at]
    assert asked
    for one in asked:
        assert one.zh in refused.value.message_zh
        assert one.key in refused.value.fields


@pytest.mark.parametrize("form", EVERY_FORM)
def test_each_answer_alone_is_what_its_moment_waits_for(form: FormCode) -> None:
    whole = every_answer(form)
    assert missing_at(filled(form, whole), moments(form)[-1]) == ()
    for one in missing_at(filled(form), moments(form)[-1]):
        without = {key: value for key, value in whole.items() if key != one.key}
        still = missing_at(filled(form, without), moments(form)[-1])
        assert [left.key for left in still] == [one.key]


def test_what_is_needed_later_does_not_block_an_earlier_moment() -> None:
    told = filled(FormCode.F2, {"reason": "线索属实，需现场核查"})
    assert missing_at(told, "submit") == ()
    assert {one.key for one in missing_at(told, "approve")} == {
        "approval_opinion",
        "approver_signature",
    }


def test_blanks_of_white_space_are_empty() -> None:
    assert [one.key for one in missing_at(filled(FormCode.F2, {"reason": "　 \n"}), "submit")] == [
        "reason"
    ]


def test_a_finding_is_asked_for_only_where_something_does_not_comply() -> None:
    answers = every_answer(FormCode.F4) | {"items/1/result": "不符合", "items/2/result": "符合"}
    for key in ("items/1/finding", "items/2/finding"):
        del answers[key]
    found = missing_at(filled(FormCode.F4, answers), "record")
    assert [(one.key, one.zh) for one in found] == [("items/1/finding", "第1项“现场查明的事实”")]


def test_an_inspection_without_any_basis_cannot_be_submitted() -> None:
    ground = GROUNDS[FormCode.F2]
    assert isinstance(ground, F2Ground)
    told = filled(FormCode.F2, {"reason": "核查"}, ground=replace(ground, basis=()))
    assert [one.key for one in missing_at(told, "submit")] == ["basis"]


def test_the_form_warns_of_law_that_nobody_reviewed_or_that_is_not_in_force() -> None:
    told = filled(FormCode.F2)
    assert any("未经法制审核" in line and LAW.title_zh in line for line in told.warnings)
    assert any("不在施行期内" in line and GONE.title_zh in line for line in told.warnings)
    marks = {line.key: line.warnings for line in told.laws["basis"]}
    assert marks[LAW.key] == ("未经法制审核",)
    assert marks[GONE.key] == ("未经法制审核", "2026-03-02 不在施行期内，不得引用")


def test_the_day_decides_what_is_in_force() -> None:
    told = filled(FormCode.F2, day=date(2025, 12, 31))
    assert not any("不在施行期内" in line for line in told.warnings)


def test_reviewed_law_in_force_warns_of_nothing() -> None:
    ground = GROUNDS[FormCode.F2]
    assert isinstance(ground, F2Ground)
    reviewed = replace(ground, basis=(replace(LAW, is_reviewed=True),))
    assert filled(FormCode.F2, ground=reviewed).warnings == ()


@pytest.mark.parametrize(("text", "by"), [(" ", "wang"), ("堵塞", ""), ("堵塞", "svc:tasks")])
def test_the_fact_of_an_order_is_what_an_officer_typed(text: str, by: str) -> None:
    with pytest.raises(ValueError, match="typed into the record"):
        Finding(text, "XC-1", by)


def test_facts_of_one_form_fill_no_other() -> None:
    with pytest.raises(ValueError, match="F3"):
        fill(
            edition_on(FormCode.F3, Family.MEM, date(2026, 3, 2)),
            facts_of(GROUNDS[FormCode.F2]),
            {"reason": typed("x")},
            date(2026, 3, 2),
        )
