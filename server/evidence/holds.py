"""Verbs of legal holds: while one stands, nothing of the material is destroyed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.evidence import material_repository as materials
from server.evidence.material_states import HOLDS, HoldEvent, HoldState, MaterialState
from server.evidence.material_tables import EvidenceHold
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.kit.errors import NotFound
from server.kit.ids import new_id


def hold(db: Session, at: datetime, actor: Actor, material_id: UUID, reason: str) -> EvidenceHold:
    """Hold a material.

    Raises:
        NotPermitted: the role may not.
        NotFound: there is none, or it is destroyed.
    """
    actor.require(Act.EVIDENCE_HOLD, at)
    material = materials.material(db, material_id)
    if material is None or material.state is MaterialState.DESTROYED:
        raise NotFound(f"evidence material {material_id}")
    made = EvidenceHold(
        id=new_id(at),
        material_id=material_id,
        state=HoldState.HELD,
        reason=reason,
        held_at=at,
        held_by=actor.full_name,
    )
    db.add(made)
    db.flush()
    _record(db, at, actor, material_id, audit.Act("held", reason=reason))
    return made


def release(db: Session, at: datetime, actor: Actor, hold_id: UUID, reason: str) -> EvidenceHold:
    """Release a hold; others of the same material stand.

    Raises:
        NotPermitted: the role may not.
        NotFound: there is none.
        NotAllowedNow: it is released already.
    """
    actor.require(Act.EVIDENCE_HOLD, at)
    known = db.get(EvidenceHold, hold_id, with_for_update=True)
    if known is None:
        raise NotFound(f"evidence hold {hold_id}")
    known.state = HOLDS.after(known.state, HoldEvent.RELEASE)
    known.released_at, known.released_by = at, actor.full_name
    known.released_because = reason
    db.flush()
    _record(db, at, actor, known.material_id, audit.Act("released", reason=reason))
    return known


def _record(db: Session, at: datetime, actor: Actor, material_id: UUID, act: audit.Act) -> None:
    audit.record(db, at, actor.who, audit.Thing("evidence_material", str(material_id)), act)
