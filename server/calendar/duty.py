"""The hours in which the bureau is open (house): what a target in duty hours counts."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib.resources import files

from server.identity.actor import LEGAL_ZONE


@dataclass(frozen=True, slots=True)
class Span:
    """One span of a workday, on China's clock."""

    begins: time
    ends: time


def _read() -> tuple[Span, ...]:
    text = (files("server.calendar") / "duty.json").read_text(encoding="utf-8")
    return tuple(
        Span(time.fromisoformat(one["from"]), time.fromisoformat(one["to"]))
        for one in json.loads(text)["hours"]
    )


#: The bureau's day.
DUTY = _read()


def until_served(
    spans: tuple[Span, ...], on: date, since: datetime, left: timedelta
) -> tuple[datetime | None, timedelta]:
    """Serve what is left on one workday.

    Args:
        spans: when the bureau is open.
        on: the workday.
        since: nothing before this instant counts.
        left: what is still to be served.

    Returns:
        When it is served, or None and what is left for the next workday.
    """
    for span in spans:
        begins = max(since, datetime.combine(on, span.begins, LEGAL_ZONE))
        ends = datetime.combine(on, span.ends, LEGAL_ZONE)
        if begins + left <= ends:
            return (begins + left).astimezone(LEGAL_ZONE), timedelta(0)
        left -= max(ends - begins, timedelta(0))
    return None, left
