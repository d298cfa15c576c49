"""`/api/v1/evidence/exports`: a copy is asked for, approved, handed out and receipted."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, status
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask

from hazard_library.contract.evidence import EvidenceKind
from server.evidence import export as packing
from server.evidence import exports
from server.evidence import material_repository as materials
from server.evidence.machine_checks import grade_of
from server.evidence.material_ground import Hasher, Hashes, On, Sees
from server.evidence.material_schemas import ExportShown, ExportWish, Words
from server.evidence.material_states import LEAD_ONLY_MARK, Use
from server.evidence.material_tables import EvidenceExport, EvidenceMaterial
from server.evidence.materials import number_of, opinion_of
from server.evidence.pages import Sheet
from server.evidence.states import FileState
from server.fleet import service as fleet
from server.identity.actor import Actor
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.kit.double_review import Half
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

_VERB = answers(NotSignedIn, NotPermitted, NotFound, StaleVersion, NotAllowedNow, FieldsMissing)
_PIECE = 1024 * 1024

MaterialId = Annotated[UUID, Path(alias="id")]


@router.post(
    "/materials/{id}/exports",
    status_code=status.HTTP_201_CREATED,
    responses=answers(NotSignedIn, NotPermitted, NotFound, FieldsMissing),
)
def request(
    material_id: MaterialId, body: ExportWish, actor: SignedIn, sees: Sees, db: Writing, clock: Now
) -> ExportShown:
    """Ask for a copy of a material, as evidence or as 线索材料."""
    now = clock.now()
    actor.require(Act.EVIDENCE_EXPORT, now)
    sees.find(db, actor, material_id)
    wish = exports.Wish(material_id, body.use, body.purpose, body.receiver)
    return ExportShown.model_validate(exports.request(db, now, actor, wish))


@router.post("/exports/{id}/approve", responses=_VERB)
def approve(verb: On, actor: SignedIn, sees: Sees, hashes: Hashes, db: Reading) -> ExportShown:
    """Approve a copy (leader); the files are hashed first."""
    actor.require(Act.EVIDENCE_EXPORT_APPROVE, verb.at)
    material_id = _material_of(db, actor, sees, verb.id)
    with hashes.then_writing(actor, material_id) as writing:
        return _act(writing, actor, verb, "approve", lambda step: exports.approve(writing, step))


@router.post("/exports/{id}/refuse", responses=_VERB)
def refuse(verb: On, body: Words, actor: SignedIn, sees: Sees, db: Writing) -> ExportShown:
    """Refuse a copy (leader)."""
    actor.require(Act.EVIDENCE_EXPORT_APPROVE, verb.at)
    _material_of(db, actor, sees, verb.id)
    return _act(db, actor, verb, "refuse", lambda step: exports.refuse(db, step, body.reason))


@router.post("/exports/{id}/receipt", responses=_VERB)
def receipt(verb: On, body: Words, actor: SignedIn, sees: Sees, db: Writing) -> ExportShown:
    """Write down the receiver's receipt."""
    actor.require(Act.EVIDENCE_EXPORT, verb.at)
    _material_of(db, actor, sees, verb.id)
    return _act(
        db, actor, verb, "receipt", lambda step: exports.note_receipt(db, step, body.reason)
    )


@router.post("/exports/{id}/deliver", response_class=StreamingResponse, responses=_VERB)
def deliver(
    verb: On, actor: SignedIn, sees: Sees, hashes: Hashes, db: Reading
) -> StreamingResponse:
    """Hand an approved copy out as a zip that `patrol evidence verify` checks without a network."""
    actor.require(Act.EVIDENCE_EXPORT, verb.at)
    material_id = _material_of(db, actor, sees, verb.id)
    with hashes.then_writing(actor, material_id) as writing:
        step = exports.Step(verb.at, actor, verb.id, verb.version)
        export, material = exports.deliver(writing, step)
        package = _package(writing, hashes, export, material)
    spool = packing.write_zip(package, verb.at)
    return StreamingResponse(
        iter(lambda: spool.read(_PIECE), b""),
        media_type="application/zip",
        headers={
            "Cache-Control": "private, no-store",
            "Content-Disposition": f'attachment; filename="{number_of(material)}-'
            f'{export.copy_no}.zip"',
        },
        background=BackgroundTask(spool.close),
    )


def _package(
    db: Session, hashes: Hasher, export: EvidenceExport, material: EvidenceMaterial
) -> packing.Package:
    found = packing.sealed(db, material.incident_id)
    if found is None:
        raise NotFound(f"evidence material {material.id} has no manifest", "证据尚未封存")
    files = materials.files(db, material.incident_id)
    stays = {
        one.sha256: None
        if one.state is FileState.STORED
        else f"证据未在服务器上 not at the server: {one.reason or one.state.value}"
        for one in files
    }
    mark = LEAD_ONLY_MARK if export.use is Use.LEAD_ONLY else None
    opinions = ((half, opinion_of(material, half)) for half in Half)
    shown = [ref for ref in found.manifest.files if ref.kind is EvidenceKind.FRAME_SHOWN]
    sheet = Sheet(
        number=number_of(material),
        copy_no=export.copy_no or 0,
        purpose=export.purpose,
        receiver=export.receiver,
        mark=mark,
        grade=grade_of(db, material),
        opinions=tuple((half, one) for half, one in opinions if one is not None),
        pictures=tuple(
            hashes.store.content(ref.sha256)
            for ref in shown
            if ref.media_type == "image/jpeg" and stays.get(ref.sha256, "") is None
        ),
    )
    key = fleet.public_key(db, found.manifest.device)
    return packing.Package(found, key, packing.Going(hashes.store, stays), mark, sheet)


def _material_of(db: Session, actor: Actor, sees: Sees, export_id: UUID) -> UUID:
    known = db.get(EvidenceExport, export_id)
    if known is None:
        raise NotFound(f"evidence export {export_id}")
    return sees.find(db, actor, known.material_id).id


def _act(
    db: Session, actor: Actor, verb: On, name: str, act: Callable[[exports.Step], EvidenceExport]
) -> ExportShown:
    asked = Asked(actor.id, verb.key, f"evidence/exports/{verb.id}/{name}", None, verb.at)
    step = exports.Step(verb.at, actor, verb.id, verb.version)
    return once(db, asked, ExportShown, lambda: ExportShown.model_validate(act(step)))
