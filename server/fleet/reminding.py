"""What the register of boxes tells the reminders: R-031, offline or its clock wrong."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.enterprises import service as enterprises
from server.fleet import service as fleet
from server.reminders.service import Fact, Trigger

#: House values of R-031.
_OFFLINE = timedelta(minutes=30)
_CLOCK_MS = 2000


def _find(db: Session, at: datetime) -> Iterator[Fact]:
    for seen in fleet.all_seen(db):
        # A box that never spoke is being set up; one that was refused is to be silent.
        if seen.is_revoked or seen.received_at is None or seen.state is None:
            continue
        name, unit = str(seen.device.id), enterprises.place(db, seen.device.site).site.unit_id
        offline_from = seen.received_at + _OFFLINE
        if at >= offline_from:
            yield Fact(
                rule="R-031",
                object_type="device",
                object_id=name,
                since=offline_from,
                period=f"offline/{seen.received_at.isoformat()}",
                unit_id=unit,
                words={"dev": name},
            )
        clock = seen.state.clock
        ahead = clock.offset_ms if clock is not None else None
        if ahead is not None and abs(ahead) > _CLOCK_MS:
            yield Fact(
                rule="R-031",
                object_type="device",
                object_id=name,
                since=seen.received_at,
                period=f"clock/{seen.state.boot}",
                unit_id=unit,
                words={"dev": name, "n": f"{ahead:.0f}"},
                variant="clock",
            )


TRIGGERS = (Trigger("fleet", frozenset({"R-031"}), _find),)
