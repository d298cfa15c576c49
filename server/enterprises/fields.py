"""The fields of 一企一档 as data: what each holds, how it is called, and when it grows stale.

A field is single, or holds items (licences, accidents, …): each item is told, disputed and dated by
itself, under a key made of its own parts. The days after which a value counts as stale are the
house's, not the law's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError

from server.enterprises import record_values as values
from server.enterprises.record_values import RiskBand, Sector, Words
from server.kit.errors import FieldsMissing

_YEAR = 365
_HALF_YEAR = 180
_QUARTER = 90

#: A value as JSON keeps it. None in a statement: there is none any more.
Plain = Any


@dataclass(frozen=True, slots=True)
class FieldKind:
    """One field.

    Attributes:
        column: whether the enterprise's own row repeats the value.
        required: whether no record becomes active without it.
        item_of: the parts of a value that name an item; none: the field is single.
    """

    key: str
    title_zh: str
    title_en: str
    kind: Any
    stale_after_days: int
    column: bool = False
    required: bool = False
    item_of: tuple[str, ...] = ()

    def parse(self, value: object) -> Plain:
        """Return a value as JSON keeps it.

        Raises:
            FieldsMissing: it is no value of this field; every mistake is named.
        """
        adapter: TypeAdapter[Any] = TypeAdapter(self.kind)
        try:
            return adapter.dump_python(adapter.validate_python(value), mode="json")
        except ValidationError as fault:
            found = fault.errors(include_url=False, include_input=False)
            fields = [".".join((self.key, *(str(step) for step in e["loc"]))) for e in found]
            told = "；".join(f"{name} {e['msg']}" for name, e in zip(fields, found, strict=True))
            raise FieldsMissing(fields, f"{self.title_zh}填写有误：{told}") from fault

    def item(self, value: Plain) -> str:
        """Return the key of a value's item; empty where the field is single."""
        return "/".join(str(value[part]) for part in self.item_of)

    def is_stale(self, as_of: date, today: date) -> bool:
        """Whether a value of that day has grown old."""
        return today - as_of > timedelta(days=self.stale_after_days)


def _own(key: str, zh: str, en: str, kind: Any = Words, *, required: bool = True) -> FieldKind:
    return FieldKind(key, zh, en, kind, _YEAR, column=True, required=required)


_ALL = (
    _own("name", "企业名称", "Name"),
    _own("address", "注册地址", "Registered address"),
    _own("legal_representative", "法定代表人", "Legal representative"),
    _own("industry", "行业", "Industry"),
    _own("sector", "监管行业类别", "Sector", Sector),
    _own("risk_band", "风险等级", "Risk level", RiskBand, required=False),
    _own("is_key_unit", "重点单位", "Key unit", bool, required=False),
    FieldKind("key_unit_reason", "列为重点单位的原因", "Why a key unit", Words, _YEAR),
    FieldKind("employees", "从业人数", "Employees", int, _YEAR),
    FieldKind("standardisation", "标准化等级", "Standardisation", values.Standardisation, _YEAR),
    FieldKind("dishonesty", "严重失信", "Serious dishonesty", values.Dishonesty, _QUARTER),
    FieldKind("no_accident_since", "无事故起始日期", "No accident since", date, _HALF_YEAR),
    FieldKind("risk_reported_on", "风险报告日期", "Risk reported on", date, _YEAR),
    FieldKind(
        "major_hazard_source",
        "重大危险源",
        "Major hazard sources",
        values.MajorHazardSource,
        _YEAR,
        item_of=("name",),
    ),
    FieldKind("process", "工艺", "Processes", values.Process, _YEAR, item_of=("name",)),
    FieldKind("equipment", "设备", "Equipment", values.Equipment, _YEAR, item_of=("number",)),
    FieldKind(
        "duty_person",
        "值班人员",
        "People on duty",
        values.DutyPerson,
        _QUARTER,
        item_of=("post", "name"),
    ),
    FieldKind(
        "licence", "许可证", "Licences", values.Licence, _HALF_YEAR, item_of=("kind", "number")
    ),
    FieldKind("accident", "事故", "Accidents", values.Accident, _YEAR, item_of=("on", "name")),
    FieldKind(
        "monitoring_threshold",
        "监测阈值",
        "Monitoring thresholds",
        values.MonitoringThreshold,
        _YEAR,
        item_of=("point", "quantity", "direction", "level"),
    ),
    FieldKind("penalty", "行政处罚", "Penalties", values.Penalty, _YEAR, item_of=("decision_no",)),
    FieldKind(
        "contact", "联系人", "Contacts", values.Contact, _HALF_YEAR, item_of=("post", "name")
    ),
    FieldKind("area", "区域", "Areas", values.Area, _YEAR, item_of=("site", "name")),
)

FIELDS: Mapping[str, FieldKind] = {field.key: field for field in _ALL}

COLUMNS = tuple(field.key for field in _ALL if field.column)
REQUIRED = tuple(field.key for field in _ALL if field.required)


def field_kind(key: str) -> FieldKind:
    """Return a field.

    Raises:
        FieldsMissing: there is none of that name.
    """
    found = FIELDS.get(key)
    if found is None:
        raise FieldsMissing(["field"], f"没有档案项“{key}”；可用：{'、'.join(FIELDS)}")
    return found
