"""What the record 一企一档 tells the reminders: R-042, stale values; R-035, papers that end."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from server.calendar.service import day_of, midnight
from server.enterprises import record_repository, records, repository
from server.enterprises.fields import FIELDS
from server.reminders.service import Fact, Trigger

_NAMED = 3
_ENDS_WITHIN = timedelta(days=60)
_PAPERS = ("licence", "standardisation")
#: Told at a time; the rest is told once those are brought up to date.
_MOST = 2000


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


def _ending(db: Session, at: datetime) -> Iterator[Fact]:
    today = day_of(at)
    for row, firm, unit_id in record_repository.ending(db, _PAPERS, today + _ENDS_WITHIN, _MOST):
        end = date.fromisoformat(row.value["valid_to"])
        paper = row.item or FIELDS[row.field].title_zh
        yield Fact(
            rule="R-035",
            object_type="enterprise",
            object_id=f"{firm.id}/{row.field}/{row.item}",
            since=midnight(end - _ENDS_WITHIN),
            period=end.isoformat(),
            unit_id=unit_id,
            words={"item": f"{firm.name}的{paper}", "date": end.isoformat()},
        )


TRIGGERS = (
    Trigger("enterprises", frozenset({"R-042"}), _find),
    Trigger("enterprises", frozenset({"R-035"}), _ending),
)
