"""What the columns of an imported table are called, and how their text becomes values. Pure.

A table is of one kind: enterprises, one row each; or the items of one field, one item a row. An
empty cell says nothing: it never removes what is known.
"""

import re
import types
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from server.enterprises.fields import FIELDS, FieldKind
from server.enterprises.record_values import (
    AREA_ZH,
    AreaKind,
    Dishonesty,
    RiskBand,
    Sector,
    Standardisation,
    Value,
    sector_named,
)

CODE, CITY, DISTRICT = "统一社会信用代码", "设区市", "区县"
DIVISION, SITE, SITE_NAME, SITE_ADDRESS = "区划代码", "厂区编号", "厂区名称", "厂区地址"
PLACE = (CITY, DISTRICT, DIVISION, SITE, SITE_NAME, SITE_ADDRESS)

_BANDS = {"高": RiskBand.HIGH, "中": RiskBand.MID, "低": RiskBand.LOW}
_AREAS = {name: kind for kind, name in AREA_ZH.items()}
_YES = {"是", "有", "y", "yes", "true", "1", "√"}
_NO = {"否", "无", "n", "no", "false", "0", "×"}
_LEVELS = {
    1: {"1", "一", "Ⅰ", "I"},
    2: {"2", "二", "Ⅱ", "II"},
    3: {"3", "三", "Ⅲ", "III"},
    4: {"4", "四", "Ⅳ", "IV"},
}
_WORDS = {
    "高于": "above",
    "低于": "below",
    "红": "red",
    "橙": "orange",
    "黄": "yellow",
    "蓝": "blue",
}
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00(?::00)?)?")

#: Single fields that several columns make up, by the parts' titles.
_COMPOSED: Mapping[str, type[Value]] = {
    "standardisation": Standardisation,
    "dishonesty": Dishonesty,
}


class NotReadable(ValueError):
    """A text is no value of its column; it says what to write instead."""


class ImportKind(StrEnum):
    """What the rows of a table are."""

    ENTERPRISES = "enterprises"
    MAJOR_HAZARD_SOURCES = "major_hazard_source"
    PROCESSES = "process"
    EQUIPMENT = "equipment"
    DUTY_PEOPLE = "duty_person"
    LICENCES = "licence"
    ACCIDENTS = "accident"
    PENALTIES = "penalty"
    CONTACTS = "contact"
    AREAS = "area"
    MONITORING_THRESHOLDS = "monitoring_threshold"


class Effect(StrEnum):
    """What a row does."""

    NEW = "new"
    CHANGED = "changed"
    DISPUTED = "disputed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


def columns(kind: ImportKind) -> tuple[str, ...]:
    """Return the columns that a table may have."""
    if kind is not ImportKind.ENTERPRISES:
        return (CODE, *_titles(FIELDS[kind].kind).values())
    singles = [field for field in FIELDS.values() if not field.item_of]
    named = [
        title
        for field in singles
        for title in (
            _titles(_COMPOSED[field.key]).values() if field.key in _COMPOSED else (field.title_zh,)
        )
    ]
    return (CODE, *named, *PLACE)


def values(
    kind: ImportKind, cells: Mapping[str, str], refuse: Callable[[str, str], None]
) -> list[tuple[str, Any]]:
    """Return what a row says, by field; refuse is told of each column that cannot be read."""
    if kind is not ImportKind.ENTERPRISES:
        field = FIELDS[kind]
        return [(field.key, _parts(field.kind, cells, refuse))]
    told: list[tuple[str, Any]] = []
    for field in FIELDS.values():
        if field.key in _COMPOSED:
            parts = _parts(_COMPOSED[field.key], cells, refuse)
            told += [(field.key, parts)] if parts else []
        elif not field.item_of and field.title_zh in cells:
            value = _read(field.kind, field.title_zh, cells, refuse)
            told += [(field.key, value)] if value is not None else []
    return told


def title_of(field: FieldKind, part: Sequence[str]) -> str:
    """Return the column in which a part of a field stands."""
    model = _COMPOSED.get(field.key) or (field.kind if field.item_of else None)
    return _titles(model).get(part[0], field.title_zh) if model and part else field.title_zh


def _titles(model: type[Value]) -> dict[str, str]:
    return {name: info.title or name for name, info in model.model_fields.items()}


def _parts(
    model: type[Value], cells: Mapping[str, str], refuse: Callable[[str, str], None]
) -> dict[str, Any]:
    found = {}
    for name, title in _titles(model).items():
        if title in cells:
            found[name] = _read(model.model_fields[name].annotation, title, cells, refuse)
    return found


def _read(
    kind: Any, column: str, cells: Mapping[str, str], refuse: Callable[[str, str], None]
) -> Any:
    try:
        return _value(_bare(kind), cells[column])
    except NotReadable as fault:
        refuse(column, str(fault))
        return None


def _bare(kind: Any) -> Any:
    """Return a type without None and without what it is annotated with."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in {Union, types.UnionType}:
        return _bare(next(one for one in get_args(kind) if one is not type(None)))
    return kind


def _value(kind: Any, text: str) -> Any:
    if get_origin(kind) is Literal:
        members = get_args(kind)
        by_number = isinstance(members[0], int)
        return _level(text, members) if by_number else _word(text, members)
    reader = _READERS.get(kind)
    return reader(text) if reader is not None else text


def _level(text: str, allowed: Sequence[int]) -> int:
    bare = text.strip().removesuffix("级").upper()
    for level in allowed:
        if bare in _LEVELS[level]:
            return level
    raise NotReadable(f"填写 {'、'.join(f'{level}级' for level in allowed)} 之一")


def _word(text: str, allowed: Sequence[str]) -> str:
    named = {zh: word for zh, word in _WORDS.items() if word in allowed}
    found = named.get(text.removesuffix("色"), text)
    if found not in allowed:
        raise NotReadable(f"填写 {'、'.join(named)} 之一")
    return found


def _flag(text: str) -> bool:
    word = text.casefold()
    if word in _YES | _NO:
        return word in _YES
    raise NotReadable("填写“是”或“否”")


def _day(text: str) -> date:
    found = _DAY.fullmatch(text)
    try:
        return date(*(int(part) for part in found.groups())) if found else date.fromisoformat(text)
    except ValueError:
        raise NotReadable("按 2026-03-01 的样式填写日期") from None


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:  # noqa: PLR2004 - nothing that is counted is larger
        raise NotReadable("填写不带单位的整数")
    return int(text)


def _decimal(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise NotReadable("填写不带单位的数字") from None


def _one_of(named: Mapping[str, Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if text not in named:
            raise NotReadable(f"填写 {'、'.join(named)} 之一")
        return named[text]

    return read


def _sector(text: str) -> Sector:
    found = sector_named(text)
    if found is None:
        raise NotReadable("填写 矿山、危化、烟花、金冶、涉爆粉尘、安评机构、其他 之一")
    return found


_READERS: Mapping[Any, Callable[[str], Any]] = {
    bool: _flag,
    date: _day,
    int: _whole,
    float: _decimal,
    Sector: _sector,
    RiskBand: _one_of(_BANDS),
    AreaKind: _one_of(_AREAS),
}
