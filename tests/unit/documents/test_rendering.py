"""The forms as .docx: what is shown, and that no name or text changes anything around it."""

import importlib.util
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
from docx import Document
from form_grounds import AT, FIRM, GROUNDS, every_answer, filled

from server.documents.filling import OUR_NUMBER, FilledForm
from server.documents.form_spec import Family, FormCode, spec_of
from server.documents.grounds import F2Ground, Picture
from server.documents.harmless import harmless
from server.documents.rendering import Print, render

ROOT = Path(__file__).parents[3]
EVERY_FORM = list(FormCode)
_TOLD = re.compile(r"/(document|header|footer)\d*\.xml$")
COPY = Print("RW-320115-2026-000007", "江宁区应急管理局", 2, AT)


def text_of(form: FilledForm, copy: Print = COPY) -> str:
    """Everything that the form says, header and footer too."""
    content = render(form, copy, lambda _: None)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if _TOLD.search(name)]
        parts = [archive.read(name).decode() for name in names]
    broken = "\n".join(parts).replace("<w:br/>", "<w:t>\n</w:t>")
    return "".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", broken))


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "form_templates", ROOT / "tools/form_templates.py"
    )
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_the_committed_templates_are_what_the_tool_makes(tool: ModuleType) -> None:
    assert tool.stale() == []


@pytest.mark.parametrize("form", EVERY_FORM)
def test_every_field_stands_in_the_form_with_its_mark_and_source(form: FormCode) -> None:
    told = text_of(filled(form))
    for one in spec_of(form).all_specs():
        assert one.zh in told, one.zh
        if one.source:
            assert f"·{one.source}" in told, one.source
    assert "〔✎ 须填写〕" in told
    assert "工作稿" in told


@pytest.mark.parametrize("form", EVERY_FORM)
def test_every_value_stands_in_the_form(form: FormCode) -> None:
    made = filled(form, every_answer(form))
    told = text_of(made)
    for key, one in made.all_fields():
        assert one.value in told, key


@pytest.mark.parametrize("form", EVERY_FORM)
def test_a_clean_copy_bears_no_marks_and_still_warns(form: FormCode) -> None:
    told = text_of(filled(form), replace(COPY, is_clean=True))
    assert "〔自动" not in told
    assert "〔建议" not in told
    assert "✎" not in told
    assert "未经法制审核" in told


@pytest.mark.parametrize("form", EVERY_FORM)
@pytest.mark.parametrize("family", list(Family))
def test_both_families_are_printed_under_their_own_names(form: FormCode, family: Family) -> None:
    made = filled(form, family=family)
    told = text_of(made)
    assert made.title in told
    assert "UNVERIFIED" in told, "no layout was compared with the published print"


@pytest.mark.parametrize("form", EVERY_FORM)
def test_our_own_number_is_printed_as_no_official_one(form: FormCode) -> None:
    told = text_of(filled(form))
    assert f"内部编号 {COPY.number}（非文号）" in told
    assert not re.search(rf"文号[：:（(][^\n]{{0,12}}{OUR_NUMBER.pattern[2:-2]}", told)


def test_an_officers_edit_is_listed_with_what_was_proposed() -> None:
    told = text_of(filled(FormCode.F2, {"inspection_type": "专项检查"}))
    assert "建议内容修改记录" in told
    assert "个案检查" in told
    assert "专项检查" in told
    assert "建议内容修改记录" not in text_of(filled(FormCode.F2))


def test_a_demonstration_says_so_across_the_page() -> None:
    assert "不具法律效力" in text_of(filled(FormCode.F2), replace(COPY, is_demo=True))
    assert "不具法律效力" not in text_of(filled(FormCode.F2))


def test_pictures_whose_bytes_hold_are_printed_two_at_most() -> None:
    picture = bytes(cv2.imencode(".jpg", np.full((36, 64, 3), 90, np.uint8))[1])
    ground = GROUNDS[FormCode.F2]
    assert isinstance(ground, F2Ground)
    shown = tuple(Picture(f"关键帧{number}", str(number)) for number in range(4))
    made = filled(FormCode.F2, ground=replace(ground, pictures=shown))
    content = render(made, COPY, lambda sha256: None if sha256 == "0" else picture)
    document = Document(io.BytesIO(content))
    assert len(document.inline_shapes) == 2
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "关键帧1" in said
    assert "关键帧0" not in said


NASTY = [
    "{{ 7*7 }}",
    "{% for x in f %}x{% endfor %}",
    "{{ ''.__class__.__mro__ }}",
    "{%tr endfor %}",
    "{_{ 7*7 }_}",
    "{_% if 1 %_}",
    "</w:t></w:r><w:r><w:t>",
    "<w:br/>&amp;&lt;'\"",
    "]]><!--",
    "甲\x00乙\x0b丙\x1b丁\x07戊\x0c己",
    "\ud800孤",
    "\ufffe\uffff",
    "\u202e司公限有",
    "=cmd|'/c calc'!A1",
    "𠮷野家𰻞",
]


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("form", [FormCode.F2, FormCode.F5])
def test_a_name_is_shown_and_never_obeyed(form: FormCode, name: str) -> None:
    ground = replace(GROUNDS[form], enterprise=replace(FIRM, enterprise_name=f"甲{name}乙"))
    key = "reason" if form is FormCode.F2 else "problems/1/demand"
    content = render(filled(form, {key: name}, ground=ground), COPY, lambda _: None)
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    shown = harmless(f"甲{name}乙")
    assert any(text.startswith(shown) for text in cells), "the name stands in one cell as it is"
    usual = Document(io.BytesIO(render(filled(form, {key: "x"}), COPY, lambda _: None)))
    assert [len(table.rows) for table in document.tables] == [len(t.rows) for t in usual.tables]


def test_lines_of_an_answer_stay_lines_of_the_field() -> None:
    assert "第一行\n第二行" in text_of(filled(FormCode.F2, {"reason": "第一行\r\n第二行"}))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("甲\x00乙\x0b丙\x07丁\x0c", "甲\ufffd乙\ufffd丙\ufffd丁\ufffd"),
        ("\ud800\ufffe\uffff\U0001ffff", "\ufffd" * 4),
        ("甲\u202e乙", "甲\ufffd乙"),
        ("𠮷\ue000\U0003134b", "𠮷\ue000\U0003134b"),
        ("一\r\n二\r三\t四", "一\n二\n三　四"),
    ],
)
def test_what_a_form_cannot_show_is_shown_as_broken(given: str, shown: str) -> None:
    assert harmless(given) == shown
