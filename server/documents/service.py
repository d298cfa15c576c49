"""The door of documents for other modules.

`settle` a document from a ground, `require` what a step needs, `missing`, `form_of`; and `render`
of the plan that a draft task carries.
"""

import io
from functools import cache
from importlib.resources import files

from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage

from server.documents.filling import Typed
from server.documents.papers import About, form_of, missing, require, settle
from server.documents.plan import InspectionPlan

__all__ = ["About", "Typed", "form_of", "missing", "render", "require", "settle"]

PLACEHOLDER = "〔待执法人员填写〕"
DEMO_LINE = "演示文书 · 数据为演示所用 · 不具法律效力"
_PICTURE_WIDTH = Mm(120)


def render(plan: InspectionPlan, *, demo: bool) -> bytes:
    """Write a 现场检查方案. `demo` puts 演示 across every page."""
    template = DocxTemplate(io.BytesIO(_template(demo=demo)))
    context = {
        "plan": plan,
        "blank": PLACEHOLDER,
        "demo": DEMO_LINE if demo else "",
        "pictures": [
            {
                "caption": picture.caption_zh,
                "image": InlineImage(template, io.BytesIO(picture.jpeg), width=_PICTURE_WIDTH),
            }
            for picture in plan.pictures
        ],
    }
    template.render(context, autoescape=True)
    written = io.BytesIO()
    template.save(written)
    return written.getvalue()


@cache
def _template(*, demo: bool) -> bytes:
    name = "template-demo.docx" if demo else "template.docx"
    form = files("server.documents") / "forms" / "inspection_plan" / name
    return form.read_bytes()
