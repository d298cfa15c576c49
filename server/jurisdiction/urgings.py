"""督办: an upper unit presses for a matter of a lower one; the lower one answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing
from server.identity import service as identity
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.jurisdiction import repository
from server.jurisdiction.states import URGING, UrgingEvent, UrgingState
from server.jurisdiction.tables import Urging
from server.kit.errors import FieldsMissing, NotFound, NotPermitted
from server.kit.ids import new_id
from server.kit.preconditions import check_version

_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Matter:
    """What is urged: a lead or a task, its number, and the unit whose it is."""

    thing: Thing
    number: str
    unit_id: UUID


def urge(
    db: Session, at: datetime, actor: Actor, matter: Matter, wanted: tuple[str, datetime]
) -> Urging:
    """Press for a matter of a lower unit. wanted: what, and by when.

    Raises:
        NotPermitted: the role may not, or the actor's unit does not stand above the other.
        FieldsMissing: nothing is said, or the moment has passed.
    """
    actor.require(Act.ASSIGNMENTS_DECIDE, at)
    text, due_at = wanted
    if len(text.strip()) < _SHORTEST:
        raise FieldsMissing(["text"], "请写明督办要求")
    if due_at.tzinfo is None or due_at <= at:
        raise FieldsMissing(["due_at"], "办理时限须晚于现在")
    own = actor.unit
    if own is None or not identity.unit_tree(db).is_above(own.id, matter.unit_id):
        raise NotPermitted(
            f"the unit of {actor.account} does not stand above the one whose {matter.number} is",
            "只能督办下级单位的事项",
            rule_id="R-020",
        )
    row = Urging(
        id=new_id(at),
        state=UrgingState.OPEN,
        version=1,
        object_type=matter.thing.type,
        object_id=matter.thing.id,
        object_number=matter.number,
        from_unit_id=own.id,
        to_unit_id=matter.unit_id,
        text=text.strip(),
        due_at=due_at,
        urged_at=at,
        urged_by=actor.account,
    )
    db.add(row)
    db.flush()
    act = audit.Act("urged", to_state=row.state, reason=row.text, detail={"urging": str(row.id)})
    audit.record(db, at, actor.who, matter.thing, act)
    return row


def answer(db: Session, at: datetime, actor: Actor, urging: tuple[UUID, int], text: str) -> Urging:
    """Answer what an upper unit urged; urging: which one, and the version that was read.

    Raises:
        NotPermitted: the role may not, or another unit was urged.
        NotFound: there is none, or it lies outside the scope.
        StaleVersion: it was changed since.
        NotAllowedNow: it is answered already.
        FieldsMissing: nothing is said.
    """
    actor.require(Act.URGINGS_ANSWER, at)
    row = repository.urging(db, urging[0], identity.unit_scope(db, actor))
    if row is None:
        raise NotFound(f"urging {urging[0]}")
    if actor.unit is None or row.to_unit_id != actor.unit.id:
        raise NotPermitted("another unit was urged", "该督办由被督办单位答复", rule_id="R-020")
    check_version(f"urging {row.object_number}", urging[1], row.version)
    before = row.state
    after = URGING.after(before, UrgingEvent.ANSWER)
    if len(text.strip()) < _SHORTEST:
        raise FieldsMissing(["answer"], "请写明办理情况")
    row.state, row.version = after, row.version + 1
    row.answer, row.answered_at, row.answered_by = text.strip(), at, actor.account
    db.flush()
    act = audit.Act(UrgingEvent.ANSWER, before, after, row.answer, {"urging": str(row.id)})
    audit.record(db, at, actor.who, Thing(row.object_type, row.object_id), act)
    return row


def listed(db: Session, at: datetime, actor: Actor) -> Sequence[Urging]:
    """Return what the actor's units urge or are urged, newest first.

    Raises:
        NotPermitted: the role has nothing to do with it.
    """
    actor.require(Act.ASSIGNMENTS_READ, at)
    return repository.urgings(db, identity.unit_scope(db, actor))
