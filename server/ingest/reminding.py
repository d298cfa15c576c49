"""What ingest tells the reminders: R-029, data that was set aside because it proves nothing."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.calendar.service import day_of
from server.ingest import repository
from server.ingest.states import QuarantineReason
from server.reminders.service import Fact, Trigger

#: So long an item stays for somebody to answer.
_SHOWN = timedelta(days=30)

#: Wrong sender, wrong signature, wrong hash. A camera that nobody registered is no forgery.
_FORGED = frozenset(
    {
        QuarantineReason.UNKNOWN_DEVICE,
        QuarantineReason.FOREIGN_DEVICE,
        QuarantineReason.FOREIGN_INCIDENT,
        QuarantineReason.OTHER_CONTENT,
        QuarantineReason.BAD_EVIDENCE,
    }
)


def _find(db: Session, at: datetime) -> Iterator[Fact]:
    """One item for a sender, a reason and a day, however often it tried."""
    told: set[tuple[str, str]] = set()
    for device, reason, since in repository.set_aside(db, at - _SHOWN, _FORGED):
        period = f"{reason}/{day_of(since)}"
        if (device, period) not in told:
            told.add((device, period))
            yield Fact("R-029", "device", device, since, period)


TRIGGERS = (Trigger("ingest", frozenset({"R-029"}), _find),)
