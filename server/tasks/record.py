"""The record 现场检查记录: what it holds, what it lacks, and what it says. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.documents.check_items import CheckItem
from server.tasks.penalty_rules import Violation
from server.tasks.states import ItemResult

#: A record as it is kept: by field, items by their key.
Record = Mapping[str, Any]

R_010 = "R-010"
_OFFICERS = 2
#: Fields of the record that an officer fills, and what they are called.
_NEEDED = {"person_present": "在场人员", "post": "在场人员职务"}


@dataclass(frozen=True, slots=True)
class Needed:
    """What a record has to hold before it is complete.

    Attributes:
        items: the chosen check items.
        has_lead: whether the machine claimed something that has to be verified on site.
        was_refused: whether the inspection was refused: nobody was there to check anything.
        recorder_no: number of the 执法记录仪; None: nobody has noted one.
        officers_signed: persons whose signature stands under the record as it is now.
        enterprise_signed: whether the enterprise signed it as it is now, or refused to.
    """

    items: Sequence[CheckItem]
    has_lead: bool
    was_refused: bool
    recorder_no: str | None
    officers_signed: int
    enterprise_signed: bool


def begun(arrived_at: datetime, recorder_no: str) -> dict[str, Any]:
    """Return the record of an inspection that has just begun: nothing but when it did."""
    return {"time_in": arrived_at.isoformat(), "recorder_no": recorder_no, "items": {}}


def merged(record: Record, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record with what one officer has written, item by item; the rest stays."""
    items = dict(record.get("items", {}))
    for item in given.get("items") or ():
        items[item["key"]] = {key: value for key, value in item.items() if key != "key"}
    rest = {key: value for key, value in given.items() if key != "items"}
    return {**record, **rest, "items": items}


def lacking(record: Record, needed: Needed) -> list[str]:
    """Name what the record lacks, in Chinese (R-010)."""
    fields = [] if needed.was_refused else [n for key, n in _NEEDED.items() if not record.get(key)]
    if not needed.recorder_no:
        fields.append("执法记录仪编号")
    if not needed.was_refused:
        fields += [fault for item in needed.items if (fault := _fault(record, item)) is not None]
        if needed.has_lead and not record.get("onsite_truth"):
            fields.append("现场核实")
    if not record.get("time_out"):
        fields.append("离开时间")
    elif record["time_out"] < record["time_in"]:
        fields.append("离开时间（早于进入时间）")
    if needed.officers_signed < _OFFICERS:
        fields.append("两名执法人员签名")
    if not needed.enterprise_signed:
        fields.append("被检查单位签名或拒绝签字说明")
    return fields


def lacking_zh(fields: Sequence[str]) -> str:
    """Return R-010's words."""
    return f"记录要素不全：{'、'.join(fields)}。"


def result_of(record: Record, key: str) -> ItemResult | None:
    """Return the result of one item; None: nobody has written one."""
    found = record.get("items", {}).get(key)
    return ItemResult(found["result"]) if found else None


def violations(record: Record, items: Sequence[CheckItem]) -> list[Violation]:
    """Return the items that were found violated, with the articles that may be hit."""
    return [
        Violation(item.key, item.text.zh, item.penalty)
        for item in items
        if result_of(record, item.key) is ItemResult.VIOLATES
    ]


def _fault(record: Record, item: CheckItem) -> str | None:
    found = record.get("items", {}).get(item.key)
    name = f"检查事项“{item.text.zh}”"
    if not found:
        return f"{name}的结果"
    if found["result"] == ItemResult.VIOLATES and not found.get("finding"):
        return f"{name}查明的事实"
    if found["result"] == ItemResult.NOT_CHECKED and not found.get("reason"):
        return f"{name}未查的原因"
    return None
