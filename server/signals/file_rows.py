"""Rows of a file as signals. Pure; columns about who spoke are not even read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from server.kit.table_files import Row, Table
from server.signals.anonymity import tells_of_informants
from server.signals.schemas import FileFault, SignalIn
from server.signals.states import KIND_ZH, LEVEL_ZH

_ZONE = ZoneInfo("Asia/Shanghai")
_KINDS = {zh: kind.value for kind, zh in KIND_ZH.items()}
_LEVELS = {
    name: level.value for level, zh in LEVEL_ZH.items() for name in (zh, f"{zh}色", f"{zh}色预警")
}
_PLAIN = {
    "编号": "external_id",
    "来源系统": "source_system",
    "统一社会信用代码": "credit_code",
    "企业名称": "enterprise_name",
    "内容": "text",
}
_READING = {"监测点": "point", "监测量": "quantity", "数值": "value", "单位": "unit"}
_WORDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "类别": ("kind", _KINDS),
    "级别": ("level", _LEVELS),
}
_WHEN = "发生时间"
COLUMNS = (*_WORDS, *_PLAIN, _WHEN, *_READING)
_COLUMN_OF = {name: column for column, name in {**_PLAIN, **_READING}.items()} | {
    "kind": "类别",
    "level": "级别",
    "occurred_at": _WHEN,
}


@dataclass(slots=True)
class Read:
    """What a file holds. faults: what is wrong with rows that are left out."""

    signals: list[SignalIn] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    faults: list[FileFault] = field(default_factory=list)


def read(table: Table) -> Read:
    """Read every row as a signal, or say what is wrong with it."""
    found = Read()
    for row in table.rows:
        faults = [
            FileFault(row=row.number, column=one.column, problem=one.problem, remedy=one.remedy)
            for one in row.faults
            if not tells_of_informants(one.column)
        ]
        signal = _signal(row, faults)
        if signal is not None and not faults:
            found.signals.append(signal)
            found.numbers.append(row.number)
        found.faults += faults
    return found


def sorted_columns(table: Table) -> tuple[list[str], list[str]]:
    """Return the columns that are ignored, and those that tell of who spoke."""
    unknown = [column for column in table.columns if column not in COLUMNS]
    struck = [column for column in unknown if tells_of_informants(column)]
    return [column for column in unknown if column not in struck], struck


def _signal(row: Row, faults: list[FileFault]) -> SignalIn | None:
    try:
        return SignalIn.model_validate(_values(row.cells))
    except ValidationError as fault:
        for error in fault.errors(include_url=False, include_input=False):
            place = str(error["loc"][-1]) if error["loc"] else "reading"
            column = _COLUMN_OF.get(place, "监测点")
            if all(known.column != column for known in faults):
                remedy = _remedy(place)
                faults.append(
                    FileFault(row=row.number, column=column, problem="未填写或有误", remedy=remedy)
                )
        return None


def _values(cells: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: cells[column] for column, name in _PLAIN.items() if column in cells
    }
    for column, (name, words) in _WORDS.items():
        if column in cells:
            values[name] = words.get(cells[column], cells[column])
    reading = {name: cells[one] for one, name in _READING.items() if one in cells}
    when = _when(cells.get(_WHEN, ""))
    return (
        values
        | ({"reading": reading} if reading else {})
        | ({"occurred_at": when} if when is not None else {})
    )


def _remedy(place: str) -> str:
    told = {
        "kind": f"填写 {'、'.join(_KINDS)} 之一",
        "level": f"填写 {'、'.join(LEVEL_ZH.values())} 之一，或留空",
        "occurred_at": "按 2026-03-01 08:30 的样式填写北京时间",
        "value": "填写不带单位的数字",
        "reading": "安全生产数据须填写监测点、监测量、数值、单位，其他类别须留空",
    }
    return told.get(place, "补填该列，200字以内")


def _when(text: str) -> datetime | None:
    """Read a time of China, or a bare day as its first minute."""
    plain = text.replace("/", "-").strip()
    try:
        when = datetime.fromisoformat(plain)
    except ValueError:
        return None
    if len(plain) == len("2026-03-01"):
        when = datetime.combine(date.fromisoformat(plain), time())
    return when if when.tzinfo is not None else when.replace(tzinfo=_ZONE)
