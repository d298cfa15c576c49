"""回避: an interest in an enterprise, declared, takes its matters away at once (XZCFF-2021-43)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing
from server.identity import service as identity
from server.identity.actor import Actor
from server.identity.duties import different_person
from server.identity.permissions import Act
from server.jurisdiction import repository
from server.jurisdiction.tables import Recusal
from server.kit.errors import FieldsMissing, NotFound, NotPermitted
from server.kit.ids import new_id

_SHORTEST = 2


def declare(db: Session, at: datetime, actor: Actor, enterprise_id: UUID, reason: str) -> Recusal:
    """Declare an own interest in an enterprise; declared twice, it is the same one.

    Raises:
        NotPermitted: the role has nothing to do with enterprises.
        FieldsMissing: the interest is not said.
    """
    actor.require(Act.RECUSALS_DECLARE, at)
    if len(reason.strip()) < _SHORTEST:
        raise FieldsMissing(["reason"], "请写明应当回避的情形")
    for known in repository.recusals(db, [actor.person_id]):
        if known.enterprise_id == enterprise_id and known.ended_at is None:
            return known
    row = Recusal(
        id=new_id(at),
        person_id=actor.person_id,
        enterprise_id=enterprise_id,
        reason=reason.strip(),
        declared_at=at,
        declared_by=actor.account,
    )
    db.add(row)
    db.flush()
    act = audit.Act("recused", reason=row.reason, detail={"enterprise": str(enterprise_id)})
    audit.record(db, at, actor.who, Thing("person", str(actor.person_id)), act)
    return row


def end(db: Session, at: datetime, actor: Actor, recusal_id: UUID, reason: str) -> Recusal:
    """End somebody else's recusal; nobody ends an own one.

    Raises:
        NotPermitted: the role may not, or it is the leader's own.
        NotFound: there is none, or it has ended.
        FieldsMissing: the reason is not said.
    """
    actor.require(Act.RECUSALS_END, at)
    row = repository.recusal(db, recusal_id)
    theirs = identity.people_of(db, identity.unit_scope(db, actor), at) | {actor.person_id}
    if row is None or row.ended_at is not None or row.person_id not in theirs:
        raise NotFound(f"recusal {recusal_id}")
    different_person(actor, row.person_id, "本人的回避须由其他负责人解除")
    if len(reason.strip()) < _SHORTEST:
        raise FieldsMissing(["reason"], "请写明解除回避的理由")
    row.ended_at, row.ended_by, row.end_reason = at, actor.account, reason.strip()
    db.flush()
    act = audit.Act(
        "recusal_ended", reason=row.end_reason, detail={"enterprise": str(row.enterprise_id)}
    )
    audit.record(db, at, actor.who, Thing("person", str(row.person_id)), act)
    return row


def listed(db: Session, at: datetime, actor: Actor) -> Sequence[Recusal]:
    """Return the own recusals, for a leader also those of the people below; newest first.

    Raises:
        NotPermitted: the role has nothing to do with enterprises.
    """
    actor.require(Act.RECUSALS_DECLARE, at)
    people = {actor.person_id}
    if actor.may(Act.RECUSALS_END, at):
        people |= identity.people_of(db, identity.unit_scope(db, actor), at)
    return repository.recusals(db, people)


def who_keeps_away(db: Session, enterprise_id: UUID, people: Collection[UUID]) -> set[UUID]:
    """Return those of some people (`person_id`) who may not work on an enterprise."""
    return repository.recused(db, enterprise_id, people)


def require_no_interest(db: Session, enterprise_id: UUID, people: Collection[UUID]) -> None:
    """Refuse to name people for an enterprise that they have an interest in.

    Raises:
        NotPermitted: R-043.
    """
    if repository.recused(db, enterprise_id, people):
        raise NotPermitted(
            f"somebody named has an interest in enterprise {enterprise_id}",
            "所列人员应当回避，操作已拒绝",
            rule_id="R-043",
        )
