"""What comes by the day: the roster, the day's round, and rounds whose window ended."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.audit import service as audit
from server.documents.serial import Prefix, next_number
from server.identity import service as identity
from server.identity.actor import LEGAL_ZONE, Actor, UnitRef
from server.identity.permissions import Act, Role
from server.kit.errors import Conflict, FieldsMissing, NotPermitted
from server.kit.ids import new_id
from server.online_patrols import cameras, repository
from server.online_patrols.basis import basis_of
from server.online_patrols.planning import plan
from server.online_patrols.states import ROUND, RoundEvent, RoundKind, RoundState
from server.online_patrols.tables import PatrolDuty, PatrolItem, PatrolRound

#: House value: a day's round is to be finished by then.
WINDOW_END = time(18, 0)
_LONGEST_AHEAD = timedelta(days=92)
_WHO = audit.Who("svc:patrols", "svc")


@dataclass(frozen=True, slots=True)
class Duty:
    """Who shall patrol on a day."""

    day: date
    accounts: Sequence[str]


def set_roster(db: Session, at: datetime, actor: Actor, duty: Duty) -> None:
    """Put a unit's people on the roster of a day, in place of who was on it.

    Raises:
        NotPermitted: the role plans no patrols, or the leader belongs to no unit.
        FieldsMissing: the day is past or too far, or somebody is no officer or aide of the unit.
    """
    actor.require(Act.PATROLS_PLAN, at)
    unit = unit_of(actor)
    today = day_of(at)
    if not today <= duty.day <= today + _LONGEST_AHEAD:
        raise FieldsMissing(["day"], "值班日期须为今天至三个月内")
    people = [identity.actor_named(db, name, "roster", at) for name in dict.fromkeys(duty.accounts)]
    for person in people:
        is_ours = person.unit is not None and person.unit.id == unit.id
        if not is_ours or person.role not in {Role.OFFICER, Role.AIDE}:
            raise FieldsMissing(["accounts"], f"{person.full_name} 不是本单位执法人员或辅助人员")
    for known in repository.on_duty(db, unit.id, duty.day):
        db.delete(db.get_one(PatrolDuty, (unit.id, duty.day, known)))
    db.flush()
    db.add_all(PatrolDuty(unit_id=unit.id, day=duty.day, account_id=one.id) for one in people)
    db.flush()
    detail = {"accounts": [one.account for one in people]}
    thing = audit.Thing("patrol_roster", f"{unit.id}/{duty.day}")
    audit.record(db, at, actor.who, thing, audit.Act("rostered", detail=detail))


def schedule(db: Session, at: datetime, actor: Actor, catalogue: Catalogue) -> UUID:
    """Plan today's round of the leader's unit.

    Raises:
        NotPermitted: the role plans no patrols, or the leader belongs to no unit.
        Conflict: there is one already.
        FieldsMissing: nobody is on the roster, it is too late, or no camera is due.
    """
    actor.require(Act.PATROLS_PLAN, at)
    unit = unit_of(actor)
    if repository.of_day(db, unit.id, day_of(at)) is not None:
        raise Conflict(f"unit {unit.name} has a round today", "今天的巡查轮次已生成")
    made = _plan(db, at, actor.who, unit, catalogue)
    if made is None:
        raise FieldsMissing(["cameras"], "今天没有应巡查的摄像机")
    return made


def schedule_day(db: Session, at: datetime, catalogue: Catalogue) -> int:
    """Plan the rounds of the day for every unit that has a roster and no round yet."""
    day, made = day_of(at), 0
    if at >= _window_end(day):
        return 0
    for unit_id in repository.units_on_duty(db, day):
        if repository.of_day(db, unit_id, day) is None:
            unit = identity.unit_ref(db, unit_id)
            made += _plan(db, at, _WHO, unit, catalogue) is not None
    return made


def lapse(db: Session, at: datetime) -> int:
    """End rounds whose window has ended; what they left is looked at first in the next one."""
    ended = repository.overdue(db, at)
    for one in ended:
        before, one.state = one.state, ROUND.after(one.state, RoundEvent.LAPSE)
        one.version, one.ended_at = one.version + 1, at
        db.flush()
        left = sum(item.result is None for item in repository.items(db, one.id))
        act = audit.Act(RoundEvent.LAPSE, before, one.state, detail={"left": left})
        audit.record(db, at, _WHO, audit.Thing("patrol_round", str(one.id), one.version), act)
    return len(ended)


def unit_of(actor: Actor) -> UnitRef:
    """Return the actor's unit.

    Raises:
        NotPermitted: the actor belongs to none.
    """
    if actor.unit is None:
        raise NotPermitted(f"{actor.account} belongs to no unit", "您不属于任何执法单位")
    return actor.unit


def day_of(at: datetime) -> date:
    """Return the day in China."""
    return at.astimezone(LEGAL_ZONE).date()


def _window_end(day: date) -> datetime:
    return datetime.combine(day, WINDOW_END, LEGAL_ZONE)


def _plan(
    db: Session, at: datetime, who: audit.Who, unit: UnitRef, catalogue: Catalogue
) -> UUID | None:
    day = day_of(at)
    if at >= _window_end(day):
        raise FieldsMissing(["window"], f"今天的巡查时段已于 {WINDOW_END:%H:%M} 结束")
    if not repository.on_duty(db, unit.id, day):
        raise FieldsMissing(["roster"], "今天没有巡查值班人员，请先排班")
    known = {one.facts.name: one for one in cameras.of_unit(db, unit.id, at)}
    facts = [one.facts for one in known.values()]
    seed = secrets.token_hex(32)
    planned = plan(facts, at, seed)
    if not planned:
        return None
    made = PatrolRound(
        id=new_id(at),
        number=next_number(db, at, Prefix.LOOK, unit.division_code),
        unit_id=unit.id,
        unit_name=unit.name,
        day=day,
        state=RoundState.PLANNED,
        kind=RoundKind.PATROL,
        version=1,
        seed=seed,
        facts=[
            asdict(one) | {"seen_at": one.seen_at.isoformat() if one.seen_at else None}
            for one in facts
        ],
        created_at=at,
        window_end=_window_end(day),
    )
    db.add(made)
    db.flush()
    for position, one in enumerate(planned, 1):
        camera = known[f"{one.device}/{one.camera}"]
        db.add(
            PatrolItem(
                id=new_id(at),
                round_id=made.id,
                position=position,
                device=one.device,
                camera=one.camera,
                camera_name=camera.name,
                enterprise_id=camera.enterprise_id,
                enterprise_name=camera.enterprise_name,
                why=one.why,
                is_statutory=camera.is_statutory,
                basis=basis_of(catalogue.legal, day, statutory=camera.is_statutory),
            )
        )
    db.flush()
    detail = {"number": made.number, "cameras": len(planned), "seed": seed}
    act = audit.Act("scheduled", to_state=made.state, detail=detail)
    audit.record(db, at, who, audit.Thing("patrol_round", str(made.id), 1), act)
    return made.id
