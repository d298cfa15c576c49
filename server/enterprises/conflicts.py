"""Where sources contradict each other, and what a person decides of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing
from server.enterprises import record_repository, repository
from server.enterprises.record_repository import Dispute
from server.enterprises.record_tables import RecordConflict
from server.enterprises.statements import let_count
from server.enterprises.states import CONFLICTS, ConflictEvent
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit.errors import NotFound
from server.kit.preconditions import check_version


class Side(StrEnum):
    """Which side of a conflict is kept."""

    CHALLENGER = "challenger"
    DEFENDER = "defender"


@dataclass(frozen=True, slots=True)
class Decision:
    """Somebody decides a conflict, in the version that they have read."""

    at: datetime
    actor: Actor
    conflict_id: UUID
    version: int
    keep: Side
    reason: str


def queue(db: Session, at: datetime, actor: Actor) -> list[Dispute]:
    """Return the open conflicts in the actor's scope, oldest first.

    Raises:
        NotPermitted: the role may not read records.
    """
    actor.require(Act.ENTERPRISES_READ, at)
    return record_repository.disputes_in(db, jurisdiction.scope(db, actor))


def settle(db: Session, decided: Decision) -> RecordConflict:
    """Keep one side; the other stays in the history. What was decided is not asked again.

    Raises:
        NotPermitted: the role changes no records.
        NotFound: there is no such conflict, or it lies outside the scope.
        StaleVersion: it was changed since it was read.
        NotAllowedNow: it is settled already.
    """
    at, actor = decided.at, decided.actor
    actor.require(Act.ENTERPRISES_EDIT, at)
    found = record_repository.conflict(db, decided.conflict_id)
    scope = jurisdiction.scope(db, actor)
    if found is None or repository.visible(db, found.enterprise_id, scope) is None:
        raise NotFound(f"conflict {decided.conflict_id}")
    check_version(f"conflict {found.id}", decided.version, found.version)
    before = found.state
    found.state = CONFLICTS.after(before, ConflictEvent.SETTLE)
    challenger = decided.keep is Side.CHALLENGER
    found.kept_id = found.challenger_id if challenger else found.defender_id
    found.settled_at, found.settled_by, found.reason = at, actor.account, decided.reason
    found.version += 1
    db.flush()
    firm = repository.locked(db, found.enterprise_id)
    if challenger:
        let_count(db, at, firm, record_repository.statement(db, found.challenger_id))
    firm.version += 1
    db.flush()
    detail = {
        "conflict": str(found.id),
        "field": found.field,
        "item": found.item,
        "kept": str(found.kept_id),
        "side": decided.keep.value,
    }
    act = audit.Act("conflict_settled", before, found.state, decided.reason, detail)
    audit.record(db, at, actor.who, Thing("enterprise", str(firm.id), firm.version), act)
    return found
