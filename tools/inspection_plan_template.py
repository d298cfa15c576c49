"""Build the two templates of the 现场检查方案: the plain one, and one with 演示 across the page.

The layout follows the fields of the form, not any official print; see docs/guides/officer.md.
"""

from pathlib import Path

from docx import Document
from docx.document import Document as Doc
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

FOLDER = Path(__file__).parent.parent / "server" / "documents" / "forms" / "inspection_plan"
SONG, HEI = "宋体", "黑体"
GREY = RGBColor(0x55, 0x5B, 0x66)
RED = RGBColor(0xB4, 0x23, 0x18)

BLANK = "{{ blank }}"
#: Stands for a field's value, or the shaded placeholder where only the officer may fill it.
VALUE = "{{ field }}"


def run(paragraph: Paragraph, text: str, size: float = 10.5, **look: object) -> None:
    """Add text in a Chinese face. look: bold, face, colour."""
    added = paragraph.add_run(text)
    face = str(look.get("face", SONG))
    added.font.name = "Times New Roman"
    added.font.size = Pt(size)
    added.bold = bool(look.get("bold"))
    added.element.rPr.rFonts.set(qn("w:eastAsia"), face)
    colour = look.get("colour")
    if isinstance(colour, RGBColor):
        added.font.color.rgb = colour


def heading(document: Doc, text: str) -> None:
    """Add a section's heading."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(10)
    paragraph.paragraph_format.space_after = Pt(4)
    paragraph.paragraph_format.keep_with_next = True
    run(paragraph, text, 12, bold=True, face=HEI)


def shade(cell: _Cell, fill: str) -> None:
    """Colour a cell."""
    cell._tc.get_or_add_tcPr().append(  # noqa: SLF001 - python-docx has no call for shading
        parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:fill="{fill}"/>')
    )


def table(document: Doc, widths: tuple[float, ...], heads: tuple[str, ...]) -> Table:
    """Add a ruled table with a heading row."""
    made = document.add_table(rows=1, cols=len(widths))
    made.style = "Table Grid"
    made.autofit = False
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Mm(width)
    for cell, width, text in zip(made.rows[0].cells, widths, heads, strict=True):
        cell.width = Mm(width)
        shade(cell, "E8ECF1")
        run(cell.paragraphs[0], text, 9.5, bold=True, face=HEI)
    made.rows[0]._tr.get_or_add_trPr().append(  # noqa: SLF001 - python-docx has no call for it
        parse_xml(f"<w:tblHeader {nsdecls('w')}/>")
    )
    return made


def rows(made: Table, widths: tuple[float, ...], loop: str, cells: tuple[str, ...]) -> None:
    """Add the three rows with which docxtpl repeats one."""
    for tag in (f"{{%tr for {loop} %}}", None, "{%tr endfor %}"):
        row = made.add_row()
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)
        if tag is not None:
            row.cells[0].paragraphs[0].add_run(tag)
            continue
        row._tr.get_or_add_trPr().append(  # noqa: SLF001 - python-docx has no call for it
            parse_xml(f"<w:cantSplit {nsdecls('w')}/>")
        )
        for cell, text in zip(row.cells, cells, strict=True):
            cell_text(cell.paragraphs[0], text)


def cell_text(paragraph: Paragraph, text: str) -> None:
    """Set a cell: the officer's own fields are shaded, and nothing else is."""
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    if text == VALUE:
        paragraph.add_run("{%r if field.mark == 'blank' %}")
        officers_own(paragraph)
        paragraph.add_run("{%r else %}")
        run(paragraph, "{{ field.value }}", 10)
        paragraph.add_run("{%r endif %}")
    elif text == BLANK:
        officers_own(paragraph)
    else:
        run(paragraph, text, 10)


def officers_own(paragraph: Paragraph) -> None:
    """Add the shaded placeholder."""
    run(paragraph, BLANK, 10)
    paragraph.runs[-1].font.highlight_color = WD_COLOR_INDEX.YELLOW


def fields_table(document: Doc) -> None:
    """The sections with their fields; a blank one shows the placeholder."""
    loop = document.add_paragraph()
    loop.add_run("{%p for section in plan.sections %}")
    heading(document, "{{ section.title_zh }}")
    widths = (38.0, 98.0, 18.0)
    made = table(document, widths, ("项目", "内容", "标记"))
    rows(
        made,
        widths,
        "field in section.fields",
        ("{{ field.label_zh }}", VALUE, "{{ field.mark.zh }}"),
    )
    document.add_paragraph().add_run("{%p endfor %}")


def check_table(document: Doc) -> None:
    """What to check; method, result and person are the officers'."""
    heading(document, "检查内容（建议，可增减）")
    widths = (13.0, 69.0, 36.0, 36.0)
    made = table(document, widths, ("序号", "检查事项", "检查方式", "检查结果"))
    rows(
        made,
        widths,
        "item in plan.check_items",
        ("{{ item.number }}", "{{ item.text_zh }}", BLANK, BLANK),
    )


def law(document: Doc) -> None:
    """The basis, quoted; and what may matter only after facts are established."""
    heading(document, "检查依据（条文原文）")
    repeated(
        document,
        "article in plan.basis",
        (
            ("{{ article.title_zh }}　", {"bold": True}),
            ("{{ article.review_zh }}", {"colour": RED, "size": 9}),
            ("\n{{ article.quote }}", {}),
        ),
    )
    heading(document, "现场查证属实后方可考虑的条款")
    run(
        document.add_paragraph(),
        "以下条款不是认定。画面不能证明其要件，须经现场检查查证后由执法人员判断是否适用。",
        9.5,
        colour=GREY,
    )
    repeated(
        document,
        "candidate in plan.candidates",
        (
            ("{{ candidate.article.title_zh }}　", {"bold": True}),
            ("{{ candidate.article.review_zh }}", {"colour": RED, "size": 9}),
            ("\n条件：{{ candidate.only_when_zh }}", {}),
        ),
    )


def repeated(document: Doc, loop: str, runs: tuple[tuple[str, dict[str, object]], ...]) -> None:
    """Repeat one paragraph made of differently set runs."""
    document.add_paragraph().add_run(f"{{%p for {loop} %}}")
    paragraph = document.add_paragraph()
    for text, look in runs:
        size = look.get("size", 10)
        run(paragraph, text, float(str(size)), **{k: v for k, v in look.items() if k != "size"})
    document.add_paragraph().add_run("{%p endfor %}")


def evidence(document: Doc) -> None:
    """Pictures, each saying what is blurred in it, and every file with its hash."""
    heading(document, "线索画面（展示用副本；仅作线索，不得单独作为处罚证据）")
    document.add_paragraph().add_run("{%p for picture in pictures %}")
    image = document.add_paragraph()
    image.alignment = WD_ALIGN_PARAGRAPH.CENTER
    image.add_run("{{ picture.image }}")
    caption = document.add_paragraph()
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run(caption, "{{ picture.caption }}", 9, colour=GREY)
    document.add_paragraph().add_run("{%p endfor %}")
    heading(document, "画面不能说明的事项")
    repeated(document, "text in plan.shows_not", (("· {{ text }}", {}),))
    heading(document, "证据材料清单")
    widths = (30.0, 84.0, 20.0, 20.0)
    made = table(document, widths, ("材料", "SHA-256", "字节", "状态"))
    rows(
        made,
        widths,
        "file in plan.evidence",
        ("{{ file.kind_zh }}", "{{ file.sha256 }}", "{{ file.bytes }}", "{{ file.state_zh }}"),
    )


def header(document: Doc, *, demo: bool) -> None:
    """The line above every page; with 演示 across the page for a demonstration."""
    section = document.sections[0]
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run(
        paragraph, "疑似隐患线索转检查 · 法律条文未经法制审核，以现行有效文本为准", 8.5, colour=GREY
    )
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot = "线索 {{ plan.lead_no }} · 任务 {{ plan.task_no }} · 第 {{ plan.version }} 版"
    run(footer, foot + " · 生成于 {{ plan.made_at_text }}", 8.5, colour=GREY)
    if demo:
        run(paragraph, "\n{{ demo }}", 9, colour=RED, bold=True)
        paragraph._p.append(across("演　示"))  # noqa: SLF001 - a drawing has no call of its own


def across(text: str) -> object:
    """Return a run with a word laid across the page, behind the text."""
    return parse_xml(
        f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:o="urn:schemas-microsoft-com:office:office"><w:pict>'
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
        '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
        '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
        '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/>'
        '</v:shapetype><v:shape id="demo" o:spid="_x0000_s1" type="#_x0000_t136" '
        'style="position:absolute;width:380pt;height:130pt;rotation:315;z-index:-251658240;'
        "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        'mso-position-vertical:center;mso-position-vertical-relative:margin" '
        'fillcolor="#d9a5a0" stroked="f"><v:fill opacity=".4"/>'
        f'<v:textpath style="font-family:&quot;{SONG}&quot;;font-size:1pt" string="{text}"/>'
        "</v:shape></w:pict></w:r>"
    )


def build(*, demo: bool) -> Doc:
    """Return the template."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(28)
    header(document, demo=demo)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run(title, "现 场 检 查 方 案", 20, bold=True, face=HEI)
    note = "带“自动”的来自记录，“建议”可由执法人员修改，标{{ blank }}的只能由执法人员填写。"
    hint = document.add_paragraph()
    hint.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run(hint, note, 9, colour=GREY)
    fields_table(document)
    check_table(document)
    law(document)
    evidence(document)
    return document


def main() -> None:
    """Write both templates."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    build(demo=False).save(str(FOLDER / "template.docx"))
    build(demo=True).save(str(FOLDER / "template-demo.docx"))


if __name__ == "__main__":
    main()
