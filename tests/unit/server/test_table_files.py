"""Tables that people send: every encoding, and nothing that a spreadsheet would compute."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest

from server.kit.csv_files import csv_bytes
from server.kit.errors import FieldsMissing
from server.kit.table_files import MOST_ROWS, read_table

TEXT = "企业名称,日期\r\n演示企业甲,2026-03-01\r\n"


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def repacked(content: bytes, name: str, replacement: bytes) -> bytes:
    """Put other bytes into a part of a workbook."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            new.writestr(part, replacement if part == name else old.read(part))
    return written.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_csv_is_read_in_every_encoding_that_offices_write(encoding: str) -> None:
    table = read_table(TEXT.encode(encoding))
    assert table.columns == ("企业名称", "日期")
    assert [(row.number, row.cells) for row in table.rows] == [
        (2, {"企业名称": "演示企业甲", "日期": "2026-03-01"})
    ]


def test_a_workbook_is_read_as_somebody_would_type_it() -> None:
    content = workbook(["代码", "日期", "人数", "重点"], ["A1", date(2026, 3, 1), 12, True])
    assert read_table(content).rows[0].cells == {
        "代码": "A1",
        "日期": "2026-03-01",
        "人数": "12",
        "重点": "是",
    }


@pytest.mark.parametrize(
    ("value", "told"),
    [("=1+1", "公式"), (9.13e17, "文本"), ("=cmd|'/c calc'!A1", "公式")],
)
def test_what_a_spreadsheet_computes_or_rounds_is_a_fault_of_its_cell(
    value: object, told: str
) -> None:
    [row] = read_table(workbook(["名称", "代码"], ["甲", value])).rows
    [fault] = row.faults
    assert fault.column == "代码"
    assert told in fault.problem + fault.remedy


def test_zip_bombs_and_entity_bombs_are_refused() -> None:
    fine = workbook(["名称"], ["甲"])
    sheet = "xl/worksheets/sheet1.xml"
    bomb = repacked(fine, sheet, b"<a>" + b" " * 30_000_000 + b"</a>")
    assert len(bomb) < 200_000
    with pytest.raises(FieldsMissing) as refused:
        read_table(bomb)
    assert "解压后过大" in refused.value.message_zh
    entities = (
        b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<sheetData><row r="1"><c r="A1" t="str"><v>&b;</v></c></row></sheetData></worksheet>'
    )
    with pytest.raises(FieldsMissing, match="file"):
        read_table(repacked(fine, sheet, entities))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xd0\xcf\x11\xe0old", "另存为 .xlsx"),
        (b"PK\x03\x04 broken", "损坏"),
        (b"\xff\xff\x81", "编码"),
        (b"", "表头"),
        ("甲,甲\n1,2\n".encode(), "重复的列"),
        (b'a,b\n"1,2\n', "引号"),
        (b"a\n" + b"1\n" * (MOST_ROWS + 1), "分成几个文件"),
        (b"x" * 10_485_761, "10MB"),
    ],
)
def test_what_is_no_table_says_what_to_do(content: bytes, told: str) -> None:
    with pytest.raises(FieldsMissing) as refused:
        read_table(content)
    assert told in refused.value.message_zh


def test_rows_that_do_not_fit_or_hold_control_signs_are_told() -> None:
    [long, odd] = read_table("甲,乙\n1,2,3\na\x01b,2\n".encode()).rows
    assert [fault.problem for fault in long.faults] == ["单元格比表头多"]
    assert [(fault.column, fault.problem) for fault in odd.faults] == [("甲", "含有控制字符")]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "  =1", "＝1"])
def test_no_cell_that_goes_out_is_a_formula(text: str) -> None:
    written = csv_bytes(["名称"], [[text], ["演示-1"], [5], [None]]).decode("utf-8-sig")
    assert written.splitlines()[0] == "名称"
    assert f"'{text}" in written
    assert "\r\n演示-1\r\n5\r\n" in written
