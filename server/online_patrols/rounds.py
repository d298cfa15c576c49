"""What officers do with a round: keep watch instead, start, look, sign and finish, append.

Each verb checks the person, the version, the state and its guards, in this order; it writes the
round and its audit entry. The caller holds the transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.audit import service as audit
from server.audit.service import Thing
from server.identity import service as identity
from server.identity.actor import Actor
from server.identity.permissions import Act, Role
from server.jurisdiction import service as jurisdiction
from server.kit.errors import FieldsMissing, NotFound, NotPermitted
from server.kit.ids import new_id
from server.kit.preconditions import check_version
from server.leads import service as leads
from server.leads.pictures import CameraPicture
from server.online_patrols import register, repository, schemas
from server.online_patrols.scheduling import day_of
from server.online_patrols.states import ROUND, Result, RoundEvent, RoundKind, RoundState
from server.online_patrols.tables import PatrolItem, PatrolNote, PatrolOfficer, PatrolRound

#: House values: how long a picture is looked at, and how old it may be when it is.
MIN_DWELL = timedelta(seconds=8)
FRESH = timedelta(minutes=30)
_TWO = 2


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who acts when on which version of which round."""

    at: datetime
    actor: Actor
    round_id: UUID
    version: int


def keep_watch(db: Session, tried: Attempt) -> PatrolRound:
    """Make a planned round an internal watch 内部值守: no record of a patrol comes of it."""
    found = _taken(db, tried, RoundEvent.KEEP_WATCH)
    found.kind = RoundKind.WATCH
    _move(db, tried, found, RoundEvent.KEEP_WATCH, {"kind": RoundKind.WATCH.value})
    return found


def start(db: Session, tried: Attempt, body: schemas.Start) -> PatrolRound:
    """Begin a round; a statutory one needs two certified officers of the roster (INV-3).

    Raises:
        NotPermitted: R-009, R-043, or somebody is not on the roster.
    """
    found = _taken(db, tried, RoundEvent.START)
    people = _people(db, tried, body.second_officer)
    for person in people:
        if not repository.is_on_duty(db, found.unit_id, day_of(tried.at), person.id):
            raise NotPermitted(
                f"{person.account} is not on the roster of {day_of(tried.at)}",
                f"{person.full_name} 不在今天的巡查值班表上",
                rule_id="WORKFLOW-5.3",
            )
    items = repository.items(db, found.id)
    for enterprise_id in {item.enterprise_id for item in items}:
        jurisdiction.require_no_interest(db, enterprise_id, [one.person_id for one in people])
    statutory = any(item.is_statutory for item in items)
    if found.kind is RoundKind.PATROL and statutory and len(people) < _TWO:
        raise NotPermitted(
            "the round has a camera on a major hazard source of a chemical firm: two officers, or "
            "POST keep_watch to make it an internal watch",
            "执法人员少于两人或证件无效,不得开展检查。本轮含危化重大危险源摄像机，"
            "须两名执法人员；也可选择“改为内部值守”",
            rule_id="R-009",
        )
    for person in people:
        number = person.certificate.number if person.certificate is not None else ""
        db.add(
            PatrolOfficer(
                round_id=found.id,
                account_id=person.id,
                account=person.account,
                full_name=person.full_name,
                certificate_no=number,
            )
        )
    found.started_at = tried.at
    _move(db, tried, found, RoundEvent.START, {"officers": [one.account for one in people]})
    return found


def look(db: Session, tried: Attempt, body: schemas.Look) -> PatrolRound:
    """Write down what one camera showed.

    Raises:
        NotPermitted: the actor is none of the round's officers.
        FieldsMissing: the picture was not really shown, is old, or words are missing.
    """
    found = _taken(db, tried, RoundEvent.LOOK)
    _check_own(db, tried, found)
    item = next((one for one in repository.items(db, found.id) if one.id == body.item), None)
    if item is None:
        raise NotFound(f"item {body.item} of round {found.number}")
    if body.result is Result.SUSPECTED and not body.description:
        raise FieldsMissing(["description"], "发现疑似时须写明所见情况")
    picture = _picture_shown(db, tried, found, item, body)
    _check_lead(db, tried.actor, item, body.lead_id)
    item.result, item.description, item.lead_id = body.result, body.description, body.lead_id
    item.looked_at, item.looked_by = tried.at, tried.actor.account
    item.sha256 = picture.sha256 if picture is not None else None
    item.captured_at = picture.captured_at if picture is not None else None
    detail = {
        "camera": f"{item.device}/{item.camera}",
        "result": item.result,
        "sha256": item.sha256,
        "basis": item.basis,
        "description": item.description,
    }
    _move(db, tried, found, RoundEvent.LOOK, detail)
    return found


def finish(db: Session, tried: Attempt, catalogue: Catalogue, body: schemas.Finish) -> PatrolRound:
    """Sign a round; it is done when all its officers have signed and every camera is answered.

    Raises:
        NotPermitted: the actor is none of the round's officers.
        FieldsMissing: cameras are unanswered, or the signature is not the officer's own name.
    """
    found = _taken(db, tried, RoundEvent.SIGN)
    own = _check_own(db, tried, found)
    left = [item for item in repository.items(db, found.id) if item.result is None]
    if left:
        names = "、".join(item.camera_name for item in left[:5])
        raise FieldsMissing(
            [f"items/{item.id}" for item in left],
            f"尚有 {len(left)} 路未作结论：{names}{'…' if len(left) > 5 else ''}",  # noqa: PLR2004
        )
    if body.signature != own.full_name:
        raise FieldsMissing(["signature"], "签名须为本人姓名")
    own.signature, own.signed_at = body.signature, tried.at
    found.disposition, found.disposed_by = body.disposition, tried.actor.account
    db.flush()
    officers = repository.officers(db, found.id)
    if any(one.signature is None for one in officers):
        _move(db, tried, found, RoundEvent.SIGN, {"signature": body.signature})
        return found
    found.ended_at = tried.at
    _move(db, tried, found, RoundEvent.FINISH, {"signature": body.signature})
    if found.kind is RoundKind.PATROL:
        register.write(db, tried.at, tried.actor.who, catalogue, found)
    return found


def append(db: Session, tried: Attempt, body: schemas.Append) -> PatrolRound:
    """Add a correction to a finished round; the original stays."""
    found = _taken(db, tried, RoundEvent.APPEND)
    note = PatrolNote(
        id=new_id(tried.at),
        round_id=found.id,
        at=tried.at,
        by=tried.actor.account,
        text=body.text,
    )
    db.add(note)
    _move(db, tried, found, RoundEvent.APPEND, {"text": body.text})
    return found


def newest_picture(db: Session, at: datetime, item: PatrolItem) -> CameraPicture | None:
    """Return the newest shown picture of an item's camera that is fresh enough."""
    return leads.newest_picture(db, item.device, item.camera, at - FRESH)


def _people(db: Session, tried: Attempt, second: str | None) -> Sequence[Actor]:
    """Return the acting officer and the second one, who must be another certified person."""
    people = [tried.actor]
    if second is None:
        return people
    other = identity.actor_named(db, second, "roster", tried.at)
    ours = tried.actor.unit is not None and other.unit == tried.actor.unit
    if (
        other.person_id == tried.actor.person_id
        or not ours
        or not other.may(Act.PATROLS_RUN, tried.at)
    ):
        raise NotPermitted(
            f"{second} is no second certified officer of this unit",
            "执法人员少于两人或证件无效,不得开展检查。第二名须为本单位持有效证件的另一名执法人员",
            rule_id="R-009",
        )
    return [*people, other]


def _picture_shown(
    db: Session, tried: Attempt, found: PatrolRound, item: PatrolItem, body: schemas.Look
) -> CameraPicture | None:
    """Return the picture that was really shown to this officer, long enough."""
    picture = newest_picture(db, tried.at, item)
    if body.result is Result.NO_PICTURE:
        if picture is not None:
            raise FieldsMissing(["result"], "该摄像机有近期画面，不能选“无画面”")
        return None
    if picture is None or body.picture != picture.evidence_id:
        raise FieldsMissing(
            ["picture"],
            "没有近期画面，只能选“无画面”" if picture is None else "请查看最新画面后再作结论",
            rule_id="WORKFLOW-5.3",
        )
    looks = audit.looks(db, Thing("evidence", str(picture.evidence_id)))
    begun = found.started_at or tried.at
    own = [one.at for one in looks if one.actor == tried.actor.account and one.at >= begun]
    if not own or tried.at - min(own) < MIN_DWELL:
        raise FieldsMissing(
            ["picture"],
            f"画面须实际显示并查看不少于 {MIN_DWELL.seconds} 秒，再作结论",
            rule_id="WORKFLOW-5.3",
        )
    return picture


def _check_lead(db: Session, actor: Actor, item: PatrolItem, lead_id: UUID | None) -> None:
    if lead_id is None:
        return
    known = leads.open_at(db, actor, item.device, item.camera)
    if lead_id not in {one.id for one in known}:
        raise FieldsMissing(["lead_id"], "该线索不是此摄像机的未结线索")


def _check_own(db: Session, tried: Attempt, found: PatrolRound) -> PatrolOfficer:
    for one in repository.officers(db, found.id):
        if one.account_id == tried.actor.id:
            return one
    raise NotPermitted(
        f"{tried.actor.account} is no officer of round {found.number}",
        "您不是本轮巡查人员",
        rule_id="WORKFLOW-5.3",
    )


def _taken(db: Session, tried: Attempt, event: RoundEvent) -> PatrolRound:
    """Lock the round and refuse who may not, what has changed, and what the state forbids."""
    if tried.actor.role is Role.AIDE:
        raise NotPermitted(
            f"{tried.actor.account} is an aide and runs no round alone",
            "无执法资格/应当回避,操作已拒绝。",
            rule_id="R-043",
        )
    tried.actor.require(Act.PATROLS_RUN, tried.at)
    found = repository.locked(db, identity.unit_scope(db, tried.actor), tried.round_id)
    if found is None:
        raise NotFound(f"patrol round {tried.round_id}")
    check_version(f"patrol round {found.number}", tried.version, found.version)
    ROUND.after(found.state, event)
    if event is not RoundEvent.APPEND and tried.at >= found.window_end:
        # Upkeep has not come round yet; it will write down that the window ended.
        ROUND.after(RoundState.MISSED, event)
    return found


def _move(
    db: Session,
    tried: Attempt,
    found: PatrolRound,
    event: RoundEvent,
    detail: Mapping[str, object],
) -> None:
    before = found.state
    found.state = ROUND.after(before, event)
    found.version += 1
    db.flush()
    act = audit.Act(event, before, found.state, detail=dict(detail))
    thing = Thing("patrol_round", str(found.id), found.version)
    audit.record(db, tried.at, tried.actor.who, thing, act)
