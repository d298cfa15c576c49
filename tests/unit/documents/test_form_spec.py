"""The forms as data: registry, moments, and that no ground has a place for a ✎."""

from dataclasses import fields
from datetime import date

import pytest
from form_grounds import GROUNDS, moments
from pydantic import ValidationError

from server.documents.form_spec import (
    Family,
    FieldSpec,
    FormCode,
    FormSpec,
    edition_on,
    editions,
    spec_of,
)
from server.documents.grounds import GROUNDS as KINDS
from server.documents.grounds import facts_of
from server.documents.mark import Mark
from server.kit.errors import NotFound

EVERY_FORM = list(FormCode)
_PENALTY = ("罚款", "处罚种类", "金额", "罚金", "没收", "penalty", "amount", "fine")


@pytest.mark.parametrize("form", EVERY_FORM)
def test_a_ground_gives_every_automatic_and_proposed_field_and_no_other(form: FormCode) -> None:
    spec, facts = spec_of(form), facts_of(GROUNDS[form])
    assert set(facts.values) == {one.key for one in spec.fields() if one.mark is not Mark.BLANK}
    for table in spec.tables():
        known = {one.key for one in table.columns if one.mark is not Mark.BLANK}
        assert {key for row in facts.rows[table.key] for key in row.cells} == known
    assert set(facts.laws) == {law.key for law in spec.laws()}


@pytest.mark.parametrize("form", EVERY_FORM)
def test_no_ground_names_a_field_that_only_a_person_fills(form: FormCode) -> None:
    own = {one.key for one in spec_of(form).fields() if one.mark is Mark.BLANK}
    assert own, "every form has something that only a person fills"
    assert not own & {one.name for one in fields(KINDS[form])}


@pytest.mark.parametrize("form", EVERY_FORM)
@pytest.mark.parametrize("family", list(Family))
def test_every_form_stands_in_the_registry_of_both_families(form: FormCode, family: Family) -> None:
    found = edition_on(form, family, date(2026, 3, 2))
    assert found.title
    assert found.issuer
    assert not found.checked, "nobody has compared a layout with the published print"


def test_before_its_first_day_a_form_has_no_edition() -> None:
    with pytest.raises(NotFound, match=r"editions\.yaml"):
        edition_on(FormCode.F2, Family.MOJ, date(2025, 12, 31))


def test_versions_of_one_form_are_told_apart() -> None:
    known = [(one.form, one.family, one.version) for one in editions()]
    assert len(known) == len(set(known))


@pytest.mark.parametrize("form", EVERY_FORM)
def test_signatures_official_numbers_and_decisions_are_never_given(form: FormCode) -> None:
    words = ("签名", "印章", "文号（省", "案号", "审批意见", "签收", "结果")
    for one in spec_of(form).all_specs():
        if any(word in one.zh for word in words):
            assert one.mark is Mark.BLANK, one.zh


def test_the_cover_of_a_case_has_no_place_for_a_penalty() -> None:
    for one in spec_of(FormCode.F8).all_specs():
        assert not any(word in one.zh + one.key for word in _PENALTY), one.key


def test_a_form_knows_its_moments_in_order() -> None:
    assert spec_of(FormCode.F2).until("submit") == ("draft", "submit")
    with pytest.raises(ValueError, match="approved"):
        spec_of(FormCode.F2).until("approved")
    assert all(len(moments(form)) >= 2 for form in FormCode)


def test_a_form_that_asks_at_an_unknown_moment_is_refused() -> None:
    spec = {"key": "reason", "zh": "事由", "en": "Reason", "mark": "✎", "at": "someday"}
    section = {"zh": "一", "en": "One", "fields": [spec]}
    with pytest.raises(ValidationError, match="knows no moment someday"):
        FormSpec.model_validate({"form": "F2", "moments": ["draft"], "sections": [section]})


@pytest.mark.parametrize(
    "field",
    [
        {"key": "a", "zh": "甲", "en": "A", "mark": "A"},
        {"key": "a", "zh": "甲", "en": "A", "mark": "✎", "source": "一企一档"},
    ],
    ids=["automatic without a source", "✎ with a source"],
)
def test_a_field_without_its_due_source_is_refused(field: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="names its source"):
        FieldSpec.model_validate(field)
