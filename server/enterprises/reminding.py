"""What the record 一企一档 tells the reminders: R-042, values past their staleness limit."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from server.calendar.service import day_of
from server.enterprises import records, repository
from server.enterprises.fields import FIELDS
from server.reminders.service import Fact, Trigger

_NAMED = 3


def _find(db: Session, at: datetime) -> Iterator[Fact]:
    """One item for an enterprise and a quarter: a list of sixty fields would be read by nobody."""
    today = day_of(at)
    period = f"{today.year}-Q{(today.month + 2) // 3}"
    for enterprise, keys in records.stale(db, today).items():
        kinds = [FIELDS[key] for key in dict.fromkeys(keys)]
        sites = repository.sites_of(db, enterprise)
        named = "、".join(kind.title_zh for kind in kinds[:_NAMED])
        yield Fact(
            rule="R-042",
            object_type="enterprise",
            object_id=str(enterprise),
            since=at,
            period=period,
            unit_id=sites[0].unit_id if sites else None,
            words={
                "field": named + (f"等{len(kinds)}项" if len(kinds) > _NAMED else ""),
                "n": str(min(kind.stale_after_days for kind in kinds)),
            },
        )


TRIGGERS = (Trigger("enterprises", frozenset({"R-042"}), _find),)
