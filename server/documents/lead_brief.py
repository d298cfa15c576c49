"""What a confirmed lead hands on to the task or transfer that comes of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hazard_library.catalogue.hazard import Hazard
from server.enterprises.service import Place


@dataclass(frozen=True, slots=True)
class LeadBrief:
    """A confirmed lead: what the machine suspected, where, and what the officer found.

    unit_id: the unit whose lead it is.
    """

    id: UUID
    number: str
    unit_id: UUID
    hazard: Hazard
    place: Place
    camera_name: str
    zone: str | None
    first_seen: datetime
    last_seen: datetime
    times_seen: int
    finding: str
    confirmed_by: str
    confirmer_id: UUID
    incidents: tuple[UUID, ...]
