"""The tree of Jiangsu in a bureau: the city above the county, with people of its own."""

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bureau import CAMERAS, NOW, SETUP, VALID, Reporter, Seen
from handover_desk import HandoverDesk

from hazard_library.contract.ids import CameraId
from server.identity import people, units
from server.identity import service as identity
from server.identity.actor import Actor
from server.identity.permissions import Role
from server.identity.service import NewAccount

DOC = "宁应急〔2026〕12号"
_cameras = itertools.cycle(CAMERAS)
FINDING = {"finding": "画面中一人在装卸区未戴安全帽"}


@dataclass(frozen=True, slots=True)
class City:
    """Nanjing above Jiangning."""

    unit: UUID
    leader: Actor
    officer: Actor


def city_of(desk: HandoverDesk) -> City:
    """Load the units of the province, and register a leader and an officer of the city."""
    with desk.database.writing() as db:
        units.load_units(db, NOW, SETUP)
        unit = identity.add_unit(db, NOW, "南京市应急管理局", None)
        for name, role in (("he", Role.LEADER), ("luo", Role.OFFICER)):
            held = VALID if role is Role.OFFICER else None
            new = NewAccount(name, f"{name}（演示）", role, unit.id, certificate=held)
            identity.add_account(db, NOW, SETUP, new)
        found = [identity.actor_named(db, name, "test", NOW) for name in ("he", "luo")]
    return City(unit.id, *found)


def grant(desk: HandoverDesk, name: str, role: Role, unit: UUID | None) -> None:
    """Let an account hold one more role, a minute later."""
    desk.clock.advance(timedelta(minutes=1))
    with desk.database.writing() as db:
        at = desk.clock.now()
        people.grant_role(db, at, SETUP, name, people.NewGrant(role, unit, at))


def reported(desk: HandoverDesk) -> UUID:
    """Report an incident of now at a camera of its own, and return its lead."""
    now = desk.clock.now()
    with desk.database.writing() as db:
        seen = Seen(started=now, camera=CameraId(next(_cameras)))
        return Reporter(db, desk.store).report(seen, now)


def looked_at(desk: HandoverDesk, actor: Actor, lead: UUID) -> None:
    """Open a lead's picture, as whoever decides must."""
    page = desk.read(actor, f"leads/{lead}")
    content = desk.as_(actor).get(f"/api/v1/evidence/{page['picture_id']}/content")
    assert content.status_code == 200, content.text


def soon(desk: HandoverDesk, **later: int) -> str:
    """Return a later moment, as it is sent."""
    moment: datetime = desk.clock.now() + timedelta(**later)
    return moment.isoformat()
