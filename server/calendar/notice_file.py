"""Reading the yearly notice as a file: CSV for people, JSON as the program writes it.

A CSV has the columns 类型 (放假 or 上班), 名称, 开始日期, 结束日期; UTF-8 or GBK.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ValidationError

from server.calendar.holidays_of_a_year import MadeUp, Rest, YearOfHolidays
from server.kit.errors import FieldsMissing

COLUMNS = ("类型", "名称", "开始日期", "结束日期")
_OFF, _WORK = "放假", "上班"
_MOST_ROWS = 200


class Head(BaseModel):
    """What the notice is; a JSON file says it itself, a CSV cannot."""

    year: int
    source: str
    issued_on: date
    approved_by: str


class RowError(BaseModel):
    """What is wrong in a row. row: counted as a spreadsheet does, the heading being 1."""

    row: int
    message_zh: str


@dataclass(frozen=True, slots=True)
class Read:
    """What was understood. year: None while there are errors."""

    year: YearOfHolidays | None
    errors: tuple[RowError, ...]


def read_notice(content: bytes, head: Head) -> Read:
    """Read a notice.

    Raises:
        FieldsMissing: it is neither CSV with our columns nor JSON; the remedy is told.
    """
    text = _decoded(content)
    return _from_json(text, head) if text.lstrip().startswith("{") else _from_csv(text, head)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FieldsMissing(["content"], "文件编码无法识别，请另存为 UTF-8 或 GBK 的 CSV 文件")


def _from_json(text: str, head: Head) -> Read:
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as fault:
        return Read(None, (RowError(row=fault.lineno, message_zh=f"不是 JSON：{fault.msg}"),))
    return _year({**raw, "approved_by": head.approved_by}, head.year)


def _from_csv(text: str, head: Head) -> Read:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if not set(COLUMNS) <= set(reader.fieldnames or ()):
        raise FieldsMissing(["content"], f"首行须为列名：{','.join(COLUMNS)}")
    off: list[Rest] = []
    work: list[MadeUp] = []
    errors: list[RowError] = []
    for number, row in _rows(reader):
        try:
            found = _one(row)
            if isinstance(found, Rest):
                off.append(found)
            else:
                work.append(found)
        except (ValueError, ValidationError) as fault:
            errors.append(RowError(row=number, message_zh=_said(fault)))
    if errors:
        return Read(None, tuple(errors))
    return _year({**head.model_dump(), "off": off, "work": work}, head.year)


def _rows(reader: "csv.DictReader[str]") -> Iterator[tuple[int, Mapping[str, str]]]:
    for row in reader:
        # Empty lines are passed over by the reader, but not by who counts rows in a spreadsheet.
        number = reader.line_num
        if number > _MOST_ROWS:
            raise FieldsMissing(["content"], f"超过 {_MOST_ROWS} 行，不是节假日安排")
        if any((value or "").strip() for value in row.values() if isinstance(value, str)):
            yield number, {name: (row.get(name) or "").strip() for name in COLUMNS}


def _one(row: Mapping[str, str]) -> Rest | MadeUp:
    kind, name, first, last = (row[column] for column in COLUMNS)
    if not name:
        raise ValueError("名称为空")
    if kind == _OFF:
        return Rest(name=name, first=_date(first), last=_date(last or first))
    if kind == _WORK:
        if last and last != first:
            raise ValueError("调休上班须每天一行")
        return MadeUp(name=name, day=_date(first))
    raise ValueError(f"类型“{kind}”应为“{_OFF}”或“{_WORK}”")


def _date(text: str) -> date:
    """Spreadsheets write 2027/1/1 for 2027-01-01."""
    parts = text.replace("/", "-").replace(".", "-").split("-")
    try:
        year, month, day = (int(part) for part in parts)
        return date(year, month, day)
    except ValueError as fault:
        raise ValueError(f"日期“{text}”无法识别，请写成 2027-01-01") from fault


def _year(raw: Mapping[str, object], wanted: int) -> Read:
    try:
        year = YearOfHolidays.model_validate(raw)
    except ValidationError as fault:
        return Read(None, (RowError(row=1, message_zh=_said(fault)),))
    if year.year != wanted:
        told = f"文件是 {year.year} 年的，不是 {wanted} 年的"
        return Read(None, (RowError(row=1, message_zh=told),))
    return Read(year, ())


def _said(fault: ValueError) -> str:
    if not isinstance(fault, ValidationError):
        return str(fault)
    return "；".join(
        ".".join(map(str, error["loc"])) * bool(error["loc"])
        + "：" * bool(error["loc"])
        + error["msg"].removeprefix("Value error, ")
        for error in fault.errors()
    )
