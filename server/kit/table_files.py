"""Read tables that people send: CSV (UTF-8 with or without BOM, UTF-16, GB 18030) and .xlsx.

Everything is text afterwards, as somebody would type it; what cannot be read as text is a fault of
its cell, with its remedy. Nothing in a file is ever evaluated: a formula is a fault.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

import openpyxl
from openpyxl.cell import Cell, MergedCell, ReadOnlyCell
from openpyxl.cell.read_only import EmptyCell

from server.kit.errors import FieldsMissing

LARGEST_FILE = 10 * 1024 * 1024
MOST_ROWS = 5000
MOST_COLUMNS = 100
LONGEST_CELL = 2000

#: What an .xlsx may become when it is unpacked: more is a zip bomb, or no table.
_MOST_PARTS = 500
_LARGEST_UNPACKED = 60 * 1024 * 1024
_HIGHEST_RATIO = 200
_WORTH_A_LOOK = 1024 * 1024

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
#: Whole numbers from here on are rounded by spreadsheets.
_EXACT_BELOW = 10**15

_AnyCell = Cell | MergedCell | ReadOnlyCell | EmptyCell


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell, and what to do about it."""

    column: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row as the file numbers it. cells: trimmed text by column; empty ones are left out."""

    number: int
    cells: dict[str, str]
    faults: tuple[CellFault, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds."""

    columns: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)


def read_table(content: bytes) -> Table:
    """Read a table: the first row that holds anything names the columns.

    Raises:
        FieldsMissing: it is no table that can be read; the message says what to do.
    """
    if len(content) > LARGEST_FILE:
        raise _no_table(f"文件超过{LARGEST_FILE // 1024 // 1024}MB，请分成几个文件")
    if content.startswith(_OLE):
        raise _no_table("这是旧版 .xls 文件，请另存为 .xlsx 或 CSV 后再导入")
    lines = _sheet(content) if content.startswith(_ZIP) else _csv(content)
    return _table(lines)


#: A cell as text, or what is wrong with it (problem, remedy).
_Cell = str | tuple[str, str]


def _table(lines: Iterable[tuple[int, Sequence[_Cell]]]) -> Table:
    filled = ((number, cells) for number, cells in lines if any(cells))
    _, header = next(filled, (0, ()))
    columns = tuple(cell.strip() if isinstance(cell, str) else "" for cell in header)
    while columns and not columns[-1]:
        columns = columns[:-1]
    named = [column for column in columns if column]
    twice = sorted({column for column in named if named.count(column) > 1})
    if not named or twice:
        told = f"表头有重复的列：{'、'.join(twice)}" if twice else "第一行应为表头"
        raise _no_table(f"{told}，请改正后再导入")
    if len(columns) > MOST_COLUMNS:
        raise _no_table(f"列数超过{MOST_COLUMNS}，请删去多余的列")
    table = Table(tuple(named))
    for number, cells in filled:
        if len(table.rows) == MOST_ROWS:
            raise _no_table(f"数据超过{MOST_ROWS}行，请分成几个文件")
        table.rows.append(_row(number, columns, cells))
    return table


def _row(number: int, columns: Sequence[str], cells: Sequence[_Cell]) -> Row:
    texts: dict[str, str] = {}
    faults = []
    if any(cells[len(columns) :]):
        faults.append(CellFault("", "单元格比表头多", "检查该行是否有多余的分隔符"))
    for column, cell in zip(columns, cells, strict=False):
        if not column:
            continue
        if not isinstance(cell, str):
            faults.append(CellFault(column, *cell))
        elif len(cell) > LONGEST_CELL:
            faults.append(CellFault(column, "内容过长", f"缩短到{LONGEST_CELL}字以内"))
        elif any(ord(sign) < ord(" ") and sign not in "\t\n\r" for sign in cell):
            faults.append(CellFault(column, "含有控制字符", "删去不可见字符后重新填写"))
        elif cell.strip():
            texts[column] = cell.strip()
    return Row(number, texts, tuple(faults))


def _csv(content: bytes) -> Iterator[tuple[int, list[_Cell]]]:
    text = _decoded(content)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t，", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, list(cells)
    except csv.Error as fault:
        raise _no_table(f"第{reader.line_num}行不是有效的CSV（{fault}），请检查引号") from fault


def _decoded(content: bytes) -> str:
    encodings = (
        ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "gb18030")
    )
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _no_table("文字编码无法识别，请另存为 UTF-8 编码的CSV或 .xlsx")


def _sheet(content: bytes) -> Iterator[tuple[int, list[_Cell]]]:
    _check_parts(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        # A sheet may lie about its size: openpyxl would believe it.
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), start=1):
            yield number, [_text(cell) for cell in cells]
    except FieldsMissing:
        raise
    except Exception as fault:  # a broken workbook breaks openpyxl in many ways
        raise _no_table(
            f"无法读取该 .xlsx 文件（{type(fault).__name__}），请用表格软件重新另存后再导入"
        ) from fault


def _check_parts(content: bytes) -> None:
    """Refuse a zip bomb by what it says of itself: a part is never unpacked beyond that."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as fault:
        raise _no_table("文件已损坏，请重新另存后再导入") from fault
    swollen = any(
        part.file_size > _WORTH_A_LOOK
        and part.file_size > _HIGHEST_RATIO * max(part.compress_size, 1)
        for part in parts
    )
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > _MOST_PARTS or unpacked > _LARGEST_UNPACKED or swollen:
        raise _no_table("该 .xlsx 文件解压后过大，已拒绝；请只保留需要的工作表并另存为CSV")
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise _no_table("这不是 .xlsx 表格，请另存为 .xlsx 或 CSV 后再导入")


def _text(cell: _AnyCell) -> _Cell:
    if cell.data_type == "f":
        return "单元格是公式", "复制后以“数值”粘贴，再导入"
    if cell.data_type == "e":
        return f"单元格有错误 {cell.value}", "改正或清空该单元格"
    return "" if cell.value is None else _typed(cell.value)


def _typed(value: object) -> _Cell:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number(value: float) -> _Cell:
    if abs(value) >= _EXACT_BELOW:
        return "长数字已被表格软件改写", "将该列设为“文本”格式后重新填写"
    return str(int(value)) if value == int(value) else repr(value)


def _no_table(message_zh: str) -> FieldsMissing:
    return FieldsMissing(["file"], message_zh)
