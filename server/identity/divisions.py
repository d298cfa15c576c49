"""Administrative divisions of Jiangsu: codes, names, levels. Data with its source, no database.

Two counties are called 鼓楼区: a division is found by its code, or by city and name together.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from server.kit.errors import FieldsMissing

PROVINCE = "320000"


@dataclass(frozen=True, slots=True)
class Division:
    """One division.

    Attributes:
        is_zone: a development zone that only the statistics bureau codes; no government level.
        enforces: whether its bureau enforces; None: nobody has said so (zones).
        valid_from: first day of the code; None: since before the table.
        valid_to: last day of the code; None: in use.
    """

    code: str
    name: str
    level: str
    parent: str | None
    is_zone: bool
    enforces: bool | None
    valid_from: date | None = None
    valid_to: date | None = None


@cache
def divisions() -> Mapping[str, Division]:
    """Return every division by its code, those above before those below."""
    rows = json.loads((files("server.identity") / "data/divisions_js.json").read_text("utf-8"))
    return {row["code"]: _division(row) for row in rows["divisions"]}


def source() -> str:
    """Return where the table comes from."""
    text = (files("server.identity") / "data/divisions_js.json").read_text("utf-8")
    return str(json.loads(text)["_meta"]["source"]["upstream"])


def full_name(code: str) -> str:
    """Return city and county together, as both are always shown; an unknown code as it is."""
    known = divisions()
    found = known.get(code)
    if found is None:
        return code
    above = known.get(found.parent or "")
    return f"{above.name}{found.name}" if above and above.level == "prefecture" else found.name


def find(named: str, city: str | None = None) -> Division:
    """Return a division by its code, or by its name if there is only one of that name.

    Raises:
        FieldsMissing: there is none, or several of this name and no city tells which.
    """
    known = divisions()
    if named in known:
        return known[named]
    above = {code for code, one in known.items() if one.name == city}
    found = [
        one for one in known.values() if one.name == named and (city is None or one.parent in above)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise FieldsMissing(["division_code"], f"没有名为“{named}”的行政区划，请填写6位代码")
    choices = "、".join(f"{full_name(one.code)}（{one.code}）" for one in found)
    raise FieldsMissing(
        ["division_code"], f"“{named}”有{len(found)}个，请写明设区市或6位代码：{choices}"
    )


def _division(row: Mapping[str, object]) -> Division:
    enforces = row["enforcement_node"]
    return Division(
        code=str(row["code"]),
        name=str(row["name"]),
        level=str(row["level"]),
        parent=str(row["parent"]) if row["parent"] is not None else None,
        is_zone=not row["gb2260"],
        enforces=bool(enforces) if enforces is not None else None,
        valid_from=_day(row.get("valid_from")),
        valid_to=_day(row.get("valid_to")),
    )


def _day(given: object) -> date | None:
    return date.fromisoformat(str(given)) if given else None
