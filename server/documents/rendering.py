"""A filled form as .docx, from its committed template (`tools/form_templates.py` makes those).

A working copy shows each field's mark and source; a clean one is for signing and serving. Warnings
about the law stand on both.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from server.documents.filling import FilledField, FilledForm, FilledLaw
from server.documents.form_spec import Kind
from server.documents.harmless import harmless
from server.documents.mark import Mark
from server.documents.words import moment

#: Returns the bytes of a picture whose hash still holds, or None.
ReadPicture = Callable[[str], bytes | None]

DEMO_LINE = "演示文书 · 数据为演示所用 · 不具法律效力"
_PICTURE_WIDTH = Mm(100)
_MOST_PICTURES = 2
#: What a form shows where a person still has to write.
_DATE_LINE = "　　年　月　日"


@dataclass(frozen=True, slots=True)
class Print:
    """What is said of one copy.

    Attributes:
        number: our own number; printed as such and never as a 文号.
        is_clean: without marks, for signing and serving.
    """

    number: str
    unit: str
    version: int
    made_at: datetime
    is_clean: bool = False
    is_demo: bool = False


def render(form: FilledForm, copy: Print, read: ReadPicture) -> bytes:
    """Write a form as .docx."""
    template = DocxTemplate(io.BytesIO(_template(form.form.value.lower())))
    engine = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    template.render(_context(form, copy) | {"pictures": _pictures(form, read, template)}, engine)
    template.core_properties.title = harmless(f"{form.title} {copy.number}")
    template.core_properties.author = harmless(copy.unit)
    template.core_properties.created = template.core_properties.modified = copy.made_at
    written = io.BytesIO()
    template.save(written)
    return written.getvalue()


@cache
def _template(name: str) -> bytes:
    return (files("server.documents") / "forms" / f"{name}.docx").read_bytes()


def _context(form: FilledForm, copy: Print) -> dict[str, Any]:
    marked = not copy.is_clean
    return {
        "title": harmless(form.title),
        "unit": harmless(copy.unit),
        "family": form.family_zh,
        "copy": "" if copy.is_clean else "工作稿（标注字段来源，不作送达使用）",
        "legend": (
            "〔自动〕来自记录，不得在文书中修改；〔建议〕执法人员可以修改，修改留痕；〔✎〕只能由本人填写。"
            if marked
            else ""
        ),
        "edition": _edition(form),
        "foot": harmless(f"内部编号 {copy.number}（非文号）　第 {copy.version} 版"),
        "made": f"生成时间 {moment(copy.made_at)}",
        "demo": DEMO_LINE if copy.is_demo else "",
        "warnings": [harmless(line) for line in form.warnings],
        "f": {one.key: _shown(one, marked=marked) for one in form.fields},
        "t": {
            name: [
                {"no": number}
                | {cell.key: _shown(cell, marked=marked, between="\n") for cell in row.cells}
                for number, row in enumerate(rows, 1)
            ]
            for name, rows in form.tables.items()
        },
        "law": {name: [_law(line) for line in lines] for name, lines in form.laws.items()},
        "edits": [_edit(one) for _, one in form.all_fields() if one.is_edited] if marked else [],
    }


def _edition(form: FilledForm) -> str:
    checked = "" if form.layout_checked else "，版式未与发布文本核对（UNVERIFIED）"
    return f"{form.family_zh} · {form.form} 第 {form.edition} 版 · {form.issuer}{checked}"


def _shown(one: FilledField, *, marked: bool, between: str = "　") -> dict[str, str]:
    """Return value, grey note and ✎ of a field; an empty one leaves room to write."""
    value = harmless(one.value)
    if one.mark is Mark.BLANK:
        if not one.value and one.choices:
            value = between.join(f"□{choice}" for choice in one.choices)
        elif one.value and one.choices:
            value = between.join(
                f"{'☑' if choice == one.value else '□'}{choice}" for choice in one.choices
            )
        elif not one.value and one.kind is Kind.DATE:
            value = _DATE_LINE
        note = f"〔{harmless(one.typed_name or '')} 填写〕" if one.value else ""
        pencil = "〔✎ 须填写〕" if not one.value else ""
        return {"value": value, "note": note if marked else "", "pencil": pencil if marked else ""}
    lacking = "" if one.value else ("：缺" if one.mark is Mark.AUTO else "：待定")
    edited = f"，{harmless(one.typed_name or '')} 已修改" if one.is_edited else ""
    note = f"〔{one.mark.zh}·{harmless(one.source)}{lacking}{edited}〕"
    return {"value": value, "note": note if marked else "", "pencil": ""}


def _law(line: FilledLaw) -> dict[str, str]:
    return {
        "title": harmless(line.title_zh),
        "warning": "".join(f"【{warning}】" for warning in line.warnings),
        "quote": harmless(line.quote),
        "when": harmless(f"条件：{line.only_when}") if line.only_when else "",
    }


def _edit(one: FilledField) -> dict[str, str]:
    return {
        "field": one.zh,
        "before": harmless(one.proposal or "（空）"),
        "after": harmless(one.value or "（空）"),
        "who": harmless(one.typed_name or ""),
        "at": moment(one.typed_at) if one.typed_at else "",
    }


def _pictures(
    form: FilledForm, read: ReadPicture, template: DocxTemplate
) -> list[dict[str, object]]:
    found = [(one, content) for one in form.pictures if (content := read(one.sha256)) is not None]
    return [
        {
            "caption": harmless(picture.caption_zh),
            "image": InlineImage(template, io.BytesIO(content), width=_PICTURE_WIDTH),
        }
        for picture, content in found[:_MOST_PICTURES]
    ]
