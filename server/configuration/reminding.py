"""What revisions tell the reminders: R-031, one that its box has not answered."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hazard_library.contract.ids import DeviceId
from server.configuration import repository
from server.enterprises import service as enterprises
from server.fleet import service as fleet
from server.reminders.service import Fact, Trigger

#: WORKFLOW §5.10, ConfigRevision.
_ANSWER_WITHIN = timedelta(minutes=10)


def _find(db: Session, at: datetime) -> Iterator[Fact]:
    for found in repository.published(db, at - _ANSWER_WITHIN):
        device = fleet.known_device(db, DeviceId(found.device_id))
        if device is None or found.published_at is None:
            continue
        yield Fact(
            rule="R-031",
            object_type="config_revision",
            object_id=str(found.id),
            since=found.published_at + _ANSWER_WITHIN,
            unit_id=enterprises.place(db, device.site).site.unit_id,
            words={"dev": found.device_id, "n": str(found.number)},
            variant="config",
        )


TRIGGERS = (Trigger("configuration", frozenset({"R-031"}), _find),)
