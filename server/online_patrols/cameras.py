"""What the plan and the looks know of a unit's cameras, gathered from the other modules."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from server.enterprises import service as enterprises
from server.enterprises.record_values import Sector
from server.fleet import service as fleet
from server.leads import service as leads
from server.online_patrols import repository
from server.online_patrols.basis import is_statutory
from server.online_patrols.planning import CameraFacts
from server.signals import service as signals


@dataclass(frozen=True, slots=True)
class CameraKnown:
    """A camera with what is written into a round about it."""

    facts: CameraFacts
    name: str
    enterprise_id: UUID
    enterprise_name: str
    is_statutory: bool


def of_unit(db: Session, unit_id: UUID, at: datetime) -> list[CameraKnown]:
    """Return the cameras at a unit's sites, of boxes that are not revoked."""
    places = {place.site.id: place for place in enterprises.places_of(db, unit_id)}
    seen, left = repository.last_looks(db, unit_id), repository.left_over(db, unit_id)
    open_leads = leads.cameras_with_open_leads(db, unit_id)
    firms = {place.enterprise.id: place.enterprise for place in places.values()}
    warned = {firm for firm in firms if _is_warned(db, firm, at)}
    sources = {
        firm.id
        for firm in firms.values()
        if firm.sector is Sector.CHEMICAL
        and enterprises.values_of(db, firm.id, "major_hazard_source")
    }
    known = []
    for camera in fleet.cameras_of_sites(db, places):
        firm = places[camera.site].enterprise
        key = (str(camera.device), str(camera.id))
        facts = CameraFacts(
            device=key[0],
            camera=key[1],
            has_lead_or_warning=key in open_leads or firm.id in warned,
            is_key_unit=firm.is_key_unit,
            is_left_over=key in left,
            seen_at=seen.get(key),
        )
        statutory = is_statutory(
            is_chemical=firm.sector is Sector.CHEMICAL, has_major_source=firm.id in sources
        )
        known.append(CameraKnown(facts, camera.name, firm.id, firm.name, statutory))
    return known


def _is_warned(db: Session, enterprise_id: UUID, at: datetime) -> bool:
    told = signals.told_of(db, enterprise_id, at)
    latest = [told[name].last_at for name in ("red_warnings", "orange_warnings")]
    return any(one is not None and at - one <= timedelta(days=30) for one in latest)
