"""`/api/v1/evidence/materials`: fixed, reviewed by two, sealed, held; the custody chain."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, status
from sqlalchemy.orm import Session

from server.evidence import holds, materials
from server.evidence import material_repository as repository
from server.evidence.material_ground import Hasher, Hashes, On, Sees, Verb
from server.evidence.material_schemas import (
    Custody,
    HoldShown,
    MaterialList,
    MaterialShown,
    WaitingList,
    WaitingRow,
    Words,
    custody_of,
    page_of,
    row_of,
)
from server.evidence.material_states import MaterialState
from server.evidence.material_tables import EvidenceHold, EvidenceMaterial
from server.evidence.materials import REVIEW_ACTS
from server.evidence.repository import manifest_of
from server.evidence.states import FileState
from server.fleet.review_schemas import HalfGiven
from server.identity import service as identity
from server.identity.actor import Actor
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.kit.double_review import Given, Half
from server.kit.errors import (
    FieldsMissing,
    NotAllowedNow,
    NotFound,
    NotPermitted,
    NotSignedIn,
    StaleVersion,
)
from server.kit.idempotency import Asked, once
from server.kit.problems import answers
from server.kit.web import Now, Reading, Writing

router = APIRouter(prefix="/api/v1/evidence", tags=["evidence"])

_READ = answers(NotSignedIn, NotPermitted, NotFound)
_VERB = answers(NotSignedIn, NotPermitted, NotFound, StaleVersion, NotAllowedNow, FieldsMissing)
_MOST = 200
#: House: what is announced comes within a day, or somebody looks why it does not.
_LATE = timedelta(hours=24)

MaterialId = Annotated[UUID, Path(alias="id")]
#: Whether an incident was ever heard of; known above evidence, so it is handed in.
KnowsIncident = Callable[[Session, UUID], bool]


@router.get("/materials", responses=answers(NotSignedIn, NotPermitted))
def listed(
    actor: SignedIn,
    db: Reading,
    clock: Now,
    state: Annotated[list[MaterialState] | None, Query(max_length=9)] = None,
) -> MaterialList:
    """List the fixed materials of the own units, such as those that wait for a review."""
    actor.require(Act.EVIDENCE_READ, clock.now())
    wanted = state or [MaterialState.FIXED]
    units = identity.unit_scope(db, actor)
    found = repository.listed(db, units, wanted, _MOST)
    return MaterialList(items=tuple(row_of(one) for one in found))


@router.get("/waiting", responses=answers(NotSignedIn, NotPermitted))
def waiting(request: Request, actor: SignedIn, db: Reading, clock: Now) -> WaitingList:
    """List what was announced a day ago and is not whole, and for what it waits."""
    now = clock.now()
    actor.require(Act.EVIDENCE_WAITING, now)
    knows = cast("KnowsIncident", request.app.state.knows_incident)
    return WaitingList(
        items=tuple(
            WaitingRow(**row_of(one).model_dump(), waits_for=_waits_for(db, one, knows))
            for one in repository.waiting(db, now - _LATE, _MOST)
        )
    )


@router.get("/materials/{id}", responses=_READ)
def page(
    material_id: MaterialId, actor: SignedIn, sees: Sees, db: Reading, clock: Now
) -> MaterialShown:
    """Show a material: where it stands and what it lacks."""
    actor.require(Act.EVIDENCE_READ, clock.now())
    return page_of(db, sees.find(db, actor, material_id))


@router.get("/incidents/{id}/material", responses=_READ)
def of_incident(
    incident_id: MaterialId, actor: SignedIn, sees: Sees, db: Reading, clock: Now
) -> MaterialShown:
    """Show the material of an incident."""
    actor.require(Act.EVIDENCE_READ, clock.now())
    return page_of(db, sees.find_of_incident(db, actor, incident_id))


@router.get("/materials/{id}/custody", responses=_READ)
def custody(
    material_id: MaterialId, actor: SignedIn, sees: Sees, db: Reading, clock: Now
) -> Custody:
    """Tell in plain words who had a material when, and what was checked."""
    actor.require(Act.EVIDENCE_READ, clock.now())
    return custody_of(db, sees.find(db, actor, material_id))


@router.post("/materials/{id}/fix", responses=_VERB)
def fix(verb: On, actor: SignedIn, hashes: Hashes) -> MaterialShown:
    """Fix a material 固定; its files are hashed first."""
    actor.require(Act.EVIDENCE_FIX, verb.at)
    with hashes.then_writing(actor, verb.id) as db:
        return _act(db, _Asked(actor, verb, "fix"), lambda step: materials.fix(db, step))


@router.post("/materials/{id}/legal-review", responses=_VERB)
def legal_review(verb: On, body: HalfGiven, actor: SignedIn, hashes: Hashes) -> MaterialShown:
    """Give the legal half's opinion; the files are hashed first."""
    return _review(hashes, _Asked(actor, verb, "legal-review", body), Half.LEGAL, body)


@router.post("/materials/{id}/tech-review", responses=_VERB)
def tech_review(verb: On, body: HalfGiven, actor: SignedIn, hashes: Hashes) -> MaterialShown:
    """Give the technical half's opinion; the files are hashed first."""
    return _review(hashes, _Asked(actor, verb, "tech-review", body), Half.TECH, body)


@router.post("/materials/{id}/seal", responses=_VERB)
def seal(verb: On, actor: SignedIn, hashes: Hashes) -> MaterialShown:
    """Seal a reviewed material for the matter that uses it; its files are hashed first."""
    actor.require(Act.EVIDENCE_FIX, verb.at)
    with hashes.then_writing(actor, verb.id) as db:
        return _act(db, _Asked(actor, verb, "seal"), lambda step: materials.seal(db, step))


@router.post("/materials/{id}/restore", responses=_VERB)
def restore(verb: On, body: Words, actor: SignedIn, hashes: Hashes) -> MaterialShown:
    """Take a tampered material up again whose true bytes came back; it is reviewed anew."""
    actor.require(Act.REVIEWS_TECH, verb.at)
    with hashes.then_writing(actor, verb.id) as db:
        asked = _Asked(actor, verb, "restore", body)
        return _act(db, asked, lambda step: materials.restore(db, step, body.reason))


@router.post("/materials/{id}/holds", status_code=status.HTTP_201_CREATED, responses=_READ)
def hold(
    material_id: MaterialId, body: Words, actor: SignedIn, sees: Sees, db: Writing, clock: Now
) -> HoldShown:
    """Hold a material: nothing of it is destroyed while the hold stands."""
    now = clock.now()
    actor.require(Act.EVIDENCE_HOLD, now)
    sees.find(db, actor, material_id)
    return HoldShown.model_validate(holds.hold(db, now, actor, material_id, body.reason))


@router.post("/holds/{id}/release", responses=_VERB)
def release(
    hold_id: MaterialId, body: Words, actor: SignedIn, sees: Sees, db: Writing, clock: Now
) -> HoldShown:
    """Release a hold."""
    now = clock.now()
    actor.require(Act.EVIDENCE_HOLD, now)
    known = db.get(EvidenceHold, hold_id)
    if known is None:
        raise NotFound(f"evidence hold {hold_id}")
    sees.find(db, actor, known.material_id)
    return HoldShown.model_validate(holds.release(db, now, actor, hold_id, body.reason))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks for which act on what, with what body."""

    actor: Actor
    verb: Verb
    name: str
    body: HalfGiven | Words | None = None


def _review(hashes: Hasher, asked: _Asked, half: Half, body: HalfGiven) -> MaterialShown:
    asked.actor.require(REVIEW_ACTS[half], asked.verb.at)
    given = Given(body.passed, body.checks, body.opinion, body.explained)
    with hashes.then_writing(asked.actor, asked.verb.id) as db:
        return _act(db, asked, lambda step: materials.review(db, step, half, given))


def _act(
    db: Session, asked: _Asked, act: Callable[[materials.Step], EvidenceMaterial]
) -> MaterialShown:
    verb, actor = asked.verb, asked.actor
    what = f"evidence/materials/{verb.id}/{asked.name}"
    step = materials.Step(verb.at, actor, verb.id, verb.version)
    key = Asked(actor.id, verb.key, what, asked.body, verb.at)
    return once(db, key, MaterialShown, lambda: page_of(db, act(step)))


def _waits_for(db: Session, one: EvidenceMaterial, knows: KnowsIncident) -> tuple[str, ...]:
    waits = [] if knows(db, one.incident_id) else ["事件消息尚未收到 the event never came"]
    if manifest_of(db, one.incident_id) is None:
        waits.append("设备签名的清单 the signed manifest")
    for file in repository.files(db, one.incident_id):
        if file.state is not FileState.STORED:
            kinds = repository.kinds(db, one.incident_id, file.sha256)
            waits.append(f"{kinds} {file.sha256[:12]}: {file.reason or file.state.value}")
    return tuple(waits)
