"""Build the templates of forms F1–F8 from what `server/documents/forms/*.yaml` say stands in them.

A4 with the margins, faces and sizes of GB/T 9704 where a form has a place for them; no layout was
compared with a published print. `--check` compares the committed templates with what would be
written, part by part.
"""

import io
import sys
import zipfile
from pathlib import Path

from docx import Document
from docx.document import Document as Doc
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from server.documents.form_spec import (
    FieldSpec,
    FormCode,
    FormSpec,
    Kind,
    LawSpec,
    SectionSpec,
    TableSpec,
    spec_of,
)

FOLDER = Path(__file__).parent.parent / "server" / "documents" / "forms"
FANG, HEI, TITLE = "仿宋", "黑体", "方正小标宋简体"
GREY, RED, BROWN = RGBColor(0x6B, 0x70, 0x78), RGBColor(0xC0, 0x1A, 0x1A), RGBColor(0x9A, 0x5B, 0)
LABEL, VALUE = 34.0, 44.0
WIDTH = 2 * (LABEL + VALUE)
NUMERALS = "一二三四五六七八九十"
NUMBER_WIDTH = 10
EDIT_HEADS = ("项目", "系统建议", "修改为", "修改人", "时间")


def run(
    paragraph: Paragraph, text: str, size: float = 12, face: str = FANG, **look: object
) -> None:
    """Add text in a Chinese face. look: bold, colour."""
    added = paragraph.add_run(text)
    added.font.name = "Times New Roman"
    added.font.size = Pt(size)
    added.bold = bool(look.get("bold"))
    added.element.rPr.rFonts.set(qn("w:eastAsia"), face)
    colour = look.get("colour")
    if isinstance(colour, RGBColor):
        added.font.color.rgb = colour


def tag(paragraph: Paragraph, text: str) -> None:
    """Add a mark of the template engine, which leaves nothing behind."""
    paragraph.add_run(text)


def plain(document: Doc, before: float = 0, after: float = 0) -> Paragraph:
    """Add a paragraph without the style's own gaps."""
    return spaced(document.add_paragraph(), before, after)


def spaced(paragraph: Paragraph, before: float = 0, after: float = 0) -> Paragraph:
    """Set the gaps around a paragraph."""
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after, shape.line_spacing = Pt(before), Pt(after), 1.0
    return paragraph


def page_field(paragraph: Paragraph, code: str) -> None:
    """Add a number that the word processor counts itself."""
    for kind, text in (("begin", None), (None, code), ("end", None)):
        added = paragraph.add_run()
        added.font.size, added.font.name = Pt(10.5), "Times New Roman"
        if kind is None:
            part = OxmlElement("w:instrText")
            part.set(qn("xml:space"), "preserve")
            part.text = text
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        added._r.append(part)  # noqa: SLF001 - python-docx has no call for fields


def grid(document: Doc, widths: list[float]) -> Table:
    """Add a ruled table of a fixed layout."""
    made = document.add_table(rows=0, cols=len(widths))
    made.style, made.alignment, made.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Mm(width)
    made._tbl.tblPr.append(  # noqa: SLF001 - python-docx has no call for cell margins
        parse_xml(
            f'<w:tblCellMar {nsdecls("w")}><w:left w:w="70" w:type="dxa"/>'
            '<w:right w:w="70" w:type="dxa"/></w:tblCellMar>'
        )
    )
    return made


def add_row(made: Table, widths: list[float], *, whole: bool = True) -> _Row:
    """Add a row; `whole` keeps it on one page."""
    row = made.add_row()
    for cell, width in zip(row.cells, widths, strict=True):
        cell.width = Mm(width)
        spaced(cell.paragraphs[0], 2, 2)
    if whole:
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))  # noqa: SLF001
    return row


def label(cell: _Cell, text: str) -> None:
    """Write a label into its shaded cell."""
    cell._tc.get_or_add_tcPr().append(  # noqa: SLF001 - python-docx has no call for shading
        parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:fill="F2F2F2"/>')
    )
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run(paragraph, text, 10.5, HEI)


def value(cell: _Cell, name: str, size: float = 12) -> None:
    """Write a field: its value, its grey note, its ✎."""
    paragraph = cell.paragraphs[0]
    run(paragraph, f"{{{{ {name}.value }}}}", size)
    run(paragraph, f"{{{{ {name}.note }}}}", 7.5, colour=GREY)
    run(paragraph, f"{{{{ {name}.pencil }}}}", 7.5, colour=BROWN)


def heading(document: Doc, text: str) -> None:
    """Add a section's heading."""
    paragraph = plain(document, 9, 3)
    paragraph.paragraph_format.keep_with_next = True
    run(paragraph, text, 12, HEI)


def field_rows(document: Doc, fields: tuple[FieldSpec, ...]) -> None:
    """Lay fields out: short ones in pairs, the others across."""
    widths = [LABEL, VALUE, LABEL, VALUE]
    made = grid(document, widths)
    waiting: list[FieldSpec] = []
    for one in fields:
        if one.kind is Kind.LINE and not one.wide:
            waiting.append(one)
            continue
        paired(made, widths, waiting)
        waiting = []
        across(made, widths, one)
    paired(made, widths, waiting)
    if any(one.kind is Kind.SIGNATURE for one in fields):
        keep_together(made)


def keep_together(made: Table) -> None:
    """Keep a block of signatures on one page."""
    for row in made.rows[:-1]:
        for paragraph in row.cells[0].paragraphs:
            paragraph.paragraph_format.keep_with_next = True


def paired(made: Table, widths: list[float], fields: list[FieldSpec]) -> None:
    """Lay short fields out in pairs; one that is left over gets the whole row."""
    for pair in (fields[at : at + 2] for at in range(0, len(fields), 2)):
        if len(pair) == 1:
            across(made, widths, pair[0])
            continue
        row = add_row(made, widths)
        for position, one in enumerate(pair):
            label(row.cells[2 * position], one.zh)
            value(row.cells[2 * position + 1], f"f['{one.key}']")


def across(made: Table, widths: list[float], one: FieldSpec) -> None:
    """Lay a field out across the form, with room where somebody writes or signs."""
    row = add_row(made, widths, whole=one.kind is not Kind.LONG)
    label(row.cells[0], one.zh)
    merged = row.cells[1].merge(row.cells[3])
    value(merged, f"f['{one.key}']")
    if one.kind is Kind.SIGNATURE:
        row.height, row.height_rule = Mm(22), WD_ROW_HEIGHT_RULE.AT_LEAST
        date_line = spaced(merged.add_paragraph(), 16, 2)
        date_line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run(date_line, "年　　月　　日　", 12)
    elif one.kind is Kind.LONG:
        row.height, row.height_rule = Mm(18), WD_ROW_HEIGHT_RULE.AT_LEAST


def rows_table(document: Doc, table: TableSpec) -> None:
    """Lay a table out, numbered, its heading repeated on every page."""
    given = [float(column.width) for column in table.columns]
    scale = (WIDTH - NUMBER_WIDTH) / sum(given)
    widths = [NUMBER_WIDTH, *(width * scale for width in given)]
    made = grid(document, widths)
    heads = add_row(made, widths)
    heads._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))  # noqa: SLF001
    for cell, text in zip(heads.cells, ["序号", *(c.zh for c in table.columns)], strict=True):
        label(cell, text)
    repeated_row(
        made,
        widths,
        f"row in t['{table.key}']",
        ["row.no", *(f"row['{c.key}']" for c in table.columns)],
    )
    empty = add_row(made, widths)
    tag(empty.cells[0].paragraphs[0], f"{{%tr if not t['{table.key}'] %}}")
    words = add_row(made, widths)
    across_all = words.cells[0].merge(words.cells[-1])
    run(across_all.paragraphs[0], "（无）", 10.5)
    tag(add_row(made, widths).cells[0].paragraphs[0], "{%tr endif %}")


def repeated_row(made: Table, widths: list[float], loop: str, names: list[str]) -> None:
    """Add the three rows with which the engine repeats one."""
    tag(add_row(made, widths).cells[0].paragraphs[0], f"{{%tr for {loop} %}}")
    row = add_row(made, widths)
    for cell, name in zip(row.cells, names, strict=True):
        if name.endswith((".no", ".field", ".before", ".after", ".who", ".at")):
            run(cell.paragraphs[0], f"{{{{ {name} }}}}", 10.5)
        else:
            value(cell, name, 10.5)
    row.cells[0].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    tag(add_row(made, widths).cells[0].paragraphs[0], "{%tr endfor %}")


def articles(document: Doc, law: LawSpec) -> None:
    """Quote articles, each with its warnings in red."""
    tag(plain(document), f"{{%p for line in law['{law.key}'] %}}")
    head = plain(document, 3, 0)
    head.paragraph_format.keep_with_next = True
    run(head, "{{ line.title }}", 10.5, HEI)
    run(head, "{{ line.warning }}", 9, HEI, colour=RED)
    tag(plain(document), "{%p if line.when %}")
    run(indented(plain(document)), "{{ line.when }}", 10.5, colour=GREY)
    tag(plain(document), "{%p endif %}")
    run(indented(plain(document, 0, 3)), "{{ line.quote }}", 10.5)
    tag(plain(document), "{%p endfor %}")
    tag(plain(document), f"{{%p if not law['{law.key}'] %}}")
    run(indented(plain(document)), "（无）", 10.5)
    tag(plain(document), "{%p endif %}")


def indented(paragraph: Paragraph, points: float = 21) -> Paragraph:
    """Indent the first line by two characters."""
    paragraph.paragraph_format.first_line_indent = Pt(points)
    return paragraph


def pictures(document: Doc) -> None:
    """Show pictures, each saying what is blurred in it."""
    tag(plain(document), "{%p for picture in pictures %}")
    image = plain(document, 3, 0)
    image.alignment = WD_ALIGN_PARAGRAPH.CENTER
    image.paragraph_format.keep_with_next = True
    tag(image, "{{ picture.image }}")
    caption = plain(document, 0, 6)
    caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run(caption, "{{ picture.caption }}", 9, colour=GREY)
    tag(plain(document), "{%p endfor %}")


def section(document: Doc, number: int, one: SectionSpec) -> None:
    """Lay one section out under its numeral."""
    heading(document, f"{NUMERALS[number]}、{one.zh}")
    if one.lead:
        lead = indented(plain(document, 0, 3), 24)
        lead.paragraph_format.keep_with_next = True
        run(lead, one.lead)
    if one.fields:
        field_rows(document, one.fields)
    if one.pictures:
        pictures(document)
    if one.table is not None:
        rows_table(document, one.table)
    if one.law is not None:
        articles(document, one.law)


def edges(document: Doc) -> None:
    """Set page, header and footer."""
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(32), Mm(28)
    page.left_margin, page.right_margin = Mm(28), Mm(26)
    page.header_distance, page.footer_distance = Mm(16), Mm(14)
    head = spaced(page.header.paragraphs[0])
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run(head, "{{ copy }}", 9, colour=GREY)
    tag(head, "{%r if demo %}")
    run(head, "　{{ demo }}", 9, HEI, colour=RED)
    head._p.append(across_page())  # noqa: SLF001 - a drawing has no call of its own
    tag(head, "{%r endif %}")
    foot = spaced(page.footer.paragraphs[0])
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run(foot, "第 ", 10.5)
    page_field(foot, "PAGE")
    run(foot, " 页　共 ", 10.5)
    page_field(foot, "NUMPAGES")
    run(foot, " 页", 10.5)
    small = spaced(page.footer.add_paragraph())
    small.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run(small, "{{ foot }}　{{ made }}", 8, colour=GREY)
    run(small, "\n{{ edition }}", 7.5, colour=GREY)


def across_page() -> object:
    """Return a run with 演示 laid across the page, behind the text."""
    return parse_xml((Path(__file__).parent / "across_page.xml").read_text(encoding="utf-8"))


def top(document: Doc, spec: FormSpec) -> None:
    """Write what stands above the sections: unit, title, number to be given, warnings."""
    title = plain(document, 2, 6)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run(title, "{{ unit }}", 16, TITLE)
    run(title, "\n{{ title }}", 22, TITLE)
    if not any(one.key in {"document_no", "case_no"} for one in spec.fields()):
        number = plain(document, 0, 4)
        number.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        run(number, "文号：（由省执法系统编制）　　　　　　", 10.5)
    tag(plain(document), "{%p for line in warnings %}")
    run(plain(document, 0, 2), "⚠ {{ line }}", 9, HEI, colour=RED)
    tag(plain(document), "{%p endfor %}")
    tag(plain(document), "{%p if legend %}")
    run(plain(document, 0, 2), "{{ legend }}", 8, colour=GREY)
    tag(plain(document), "{%p endif %}")


def edits(document: Doc) -> None:
    """List what officers changed of what was proposed; on working copies only."""
    tag(plain(document), "{%p if edits %}")
    heading(document, "附：建议内容修改记录")
    widths = [26.0, 44.0, 44.0, 18.0, 24.0]
    made = grid(document, widths)
    heads = add_row(made, widths)
    for cell, text in zip(
        heads.cells, ("项目", "系统建议", "修改为", "修改人", "时间"), strict=True
    ):
        label(cell, text)
    names = [f"edit.{name}" for name in ("field", "before", "after", "who", "at")]
    repeated_row(made, widths, "edit in edits", names)
    tag(plain(document), "{%p endif %}")


def in_chinese(document: Doc) -> None:
    """Say that the text is simplified Chinese, so that marks sit where they belong."""
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), "en-US")
        lang.set(qn("w:eastAsia"), "zh-CN")


def build(form: FormCode) -> bytes:
    """Return a form's template."""
    spec = spec_of(form)
    document = Document()
    in_chinese(document)
    edges(document)
    top(document, spec)
    for number, one in enumerate(spec.sections):
        section(document, number, one)
    edits(document)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def parts(content: bytes) -> dict[str, bytes]:
    """Return what a .docx consists of, without the time of its making."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def stale() -> list[str]:
    """Return the templates that differ from what would be written."""
    return [
        form.value
        for form in FormCode
        if parts((FOLDER / f"{form.value.lower()}.docx").read_bytes()) != parts(build(form))
    ]


def main() -> int:
    """Write the templates, or say which are stale."""
    if "--check" in sys.argv[1:]:
        old = stale()
        print("\n".join(f"{form}: run tools/form_templates.py" for form in old))
        return 1 if old else 0
    for form in FormCode:
        path = FOLDER / f"{form.value.lower()}.docx"
        if not path.exists() or parts(path.read_bytes()) != parts(build(form)):
            path.write_bytes(build(form))
    return 0


if __name__ == "__main__":
    sys.exit(main())
