"""Verbs of exports: asked for by an officer, approved by a leader, built and checked, receipted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.evidence import material_repository as materials
from server.evidence.gate import refuse_inadmissible
from server.evidence.material_states import EXPORTS, ExportEvent, ExportState, MaterialState, Use
from server.evidence.material_states import MaterialEvent as Event
from server.evidence.material_tables import EvidenceExport, EvidenceMaterial
from server.evidence.materials import Told, change
from server.evidence.uses import FROZEN
from server.identity.actor import Actor
from server.identity.duties import different_person
from server.identity.permissions import Act
from server.kit.double_review import GATE
from server.kit.errors import NotFound, NotPermitted
from server.kit.ids import new_id
from server.kit.preconditions import check_version

_SEALED = frozenset({MaterialState.SEALED, MaterialState.EXPORTED})
_FIXED = _SEALED | {MaterialState.FIXED, MaterialState.QUALIFIED, MaterialState.UNQUALIFIED}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to take out, what for, and for whom."""

    material_id: UUID
    use: Use
    purpose: str
    receiver: str


@dataclass(frozen=True, slots=True)
class Step:
    """Which export, on which version, by whom, when."""

    at: datetime
    actor: Actor
    export_id: UUID
    version: int


def request(db: Session, at: datetime, actor: Actor, wish: Wish) -> EvidenceExport:
    """Ask for a copy.

    Raises:
        NotPermitted: the role may not, or the certificate is not valid.
        NotFound: there is no such material.
    """
    actor.require(Act.EVIDENCE_EXPORT, at)
    if materials.material(db, wish.material_id) is None:
        raise NotFound(f"evidence material {wish.material_id}")
    made = EvidenceExport(
        id=new_id(at),
        material_id=wish.material_id,
        state=ExportState.REQUESTED,
        version=1,
        use=wish.use,
        purpose=wish.purpose,
        receiver=wish.receiver,
        requested_at=at,
        requested_person=actor.person_id,
        requested_name=actor.full_name,
    )
    db.add(made)
    db.flush()
    told = {"use": wish.use, "receiver": wish.receiver}
    _record(db, at, actor, made, audit.Act("requested", None, made.state, wish.purpose, told))
    return made


def approve(db: Session, step: Step) -> EvidenceExport:
    """Approve a copy; it gets its number.

    Raises:
        NotPermitted: the role may not, the person asked for it; R-025, R-030.
        NotFound: there is none.
        StaleVersion: it was changed meanwhile.
        NotAllowedNow: it is decided.
    """
    step.actor.require(Act.EVIDENCE_EXPORT_APPROVE, step.at)
    export, material = _opened(db, step)
    after = EXPORTS.after(export.state, ExportEvent.APPROVE)
    different_person(step.actor, export.requested_person, "申请人不得审批本人的导出申请")
    refuse_unfit(db, material, export.use)
    export.copy_no = materials.next_copy(db, material.id)
    _decide(db, step, export, after, None)
    return export


def refuse(db: Session, step: Step, reason: str) -> EvidenceExport:
    """Refuse a copy.

    Raises:
        NotPermitted: the role may not.
        NotFound: there is none.
        StaleVersion: it was changed meanwhile.
        NotAllowedNow: it is decided.
    """
    step.actor.require(Act.EVIDENCE_EXPORT_APPROVE, step.at)
    export, _ = _opened(db, step)
    _decide(db, step, export, EXPORTS.after(export.state, ExportEvent.REFUSE), reason)
    return export


def deliver(db: Session, step: Step) -> tuple[EvidenceExport, EvidenceMaterial]:
    """Hand an approved copy out; its files were hashed just before.

    Raises:
        NotPermitted: the role may not; R-025, R-030.
        NotFound: there is none.
        StaleVersion: it was changed meanwhile.
        NotAllowedNow: it is not approved.
    """
    step.actor.require(Act.EVIDENCE_EXPORT, step.at)
    export, material = _opened(db, step)
    after = EXPORTS.after(export.state, ExportEvent.DELIVER)
    refuse_unfit(db, material, export.use)
    before, export.state, export.version = export.state, after, export.version + 1
    export.delivered_at = step.at
    db.flush()
    _record(db, step.at, step.actor, export, audit.Act("delivered", before, after))
    looked = audit.Thing("evidence_material", str(material.id))
    audit.record_access(db, step.at, step.actor.who, looked, export.purpose)
    if export.use is Use.PENALTY:
        told = {"copy_no": export.copy_no, "receiver": export.receiver}
        change(db, step.at, step.actor.who, material, Event.EXPORT, Told(export.purpose, told))
    return export, material


def note_receipt(db: Session, step: Step, receipt: str) -> EvidenceExport:
    """Write down the receiver's receipt.

    Raises:
        NotPermitted: the role may not.
        NotFound: there is none.
        StaleVersion: it was changed meanwhile.
        NotAllowedNow: nothing was delivered.
    """
    step.actor.require(Act.EVIDENCE_EXPORT, step.at)
    export, _ = _opened(db, step)
    before, after = export.state, EXPORTS.after(export.state, ExportEvent.RECEIPT)
    export.state, export.version, export.receipt = after, export.version + 1, receipt
    db.flush()
    _record(db, step.at, step.actor, export, audit.Act("receipt", before, after, receipt))
    return export


def refuse_unfit(db: Session, material: EvidenceMaterial, use: Use) -> None:
    """Refuse what may not leave for this use.

    Raises:
        NotPermitted: R-030: tampered; R-025: not both reviews, or not sealed; not fixed yet.
    """
    if material.state is MaterialState.TAMPERED:
        raise NotPermitted(
            f"material {material.id} was tampered with: {material.tampered_because}",
            f"证据校验不一致，已冻结，不得导出：{material.tampered_because}",
            rule_id=FROZEN,
        )
    if use is Use.PENALTY:
        refuse_inadmissible(db, material)
        if material.state not in _SEALED:
            raise NotPermitted("it is not sealed", "证据尚未随案封存，不得导出", rule_id=GATE)
    elif material.state not in _FIXED:
        raise NotPermitted("it is not fixed", "证据尚未固定，不得导出", rule_id=GATE)


def _opened(db: Session, step: Step) -> tuple[EvidenceExport, EvidenceMaterial]:
    export = db.get(EvidenceExport, step.export_id, with_for_update=True, populate_existing=True)
    material = materials.material(db, export.material_id) if export is not None else None
    if export is None or material is None:
        raise NotFound(f"evidence export {step.export_id}")
    check_version(f"evidence export {export.id}", step.version, export.version)
    return export, material


def _decide(
    db: Session, step: Step, export: EvidenceExport, after: ExportState, reason: str | None
) -> None:
    before, export.state, export.version = export.state, after, export.version + 1
    export.decided_at, export.decided_person = step.at, step.actor.person_id
    export.decided_name, export.decided_because = step.actor.full_name, reason
    db.flush()
    told = {"copy_no": export.copy_no}
    _record(db, step.at, step.actor, export, audit.Act(after, before, after, reason, told))


def _record(
    db: Session, at: datetime, actor: Actor, export: EvidenceExport, act: audit.Act
) -> None:
    thing = audit.Thing("evidence_export", str(export.id), export.version)
    audit.record(db, at, actor.who, thing, act)
