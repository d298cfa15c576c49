"""Which matters use which evidence: attach, end; which are frozen. For the modules above."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.evidence import material_repository as materials
from server.evidence.gate import lacking, refuse_inadmissible
from server.evidence.material_states import MaterialState, Use
from server.evidence.material_tables import EvidenceMaterial, EvidenceUse
from server.evidence.materials import number_of
from server.identity.actor import Actor
from server.identity.duties import different_person
from server.kit.errors import NotFound, NotPermitted
from server.kit.ids import new_id

FROZEN = "R-030"


@dataclass(frozen=True, slots=True)
class Matter:
    """A hand-over, task, transfer or referral that uses evidence."""

    kind: str
    id: str
    number: str


def attach(
    db: Session, at: datetime, actor: Actor, material_id: UUID, matter: Matter, use: Use
) -> EvidenceUse:
    """Let a matter use a material; as evidence of a penalty only what passed the gate.

    Attaching again changes nothing but the use; whoever attaches cannot review.

    Raises:
        NotFound: there is no such material.
        NotPermitted: R-025 names what is missing; a reviewer of it cannot handle it.
    """
    material = materials.material(db, material_id)
    if material is None or material.state is MaterialState.DESTROYED:
        raise NotFound(f"evidence material {material_id}")
    if use is Use.PENALTY:
        refuse_inadmissible(db, material)
    reviewers = [one for one in (material.legal_person, material.tech_person) if one is not None]
    different_person(actor, reviewers, "您是该证据的审核人员，不能办理本案")
    known = _known(db, material_id, matter)
    if known is None:
        known = EvidenceUse(
            id=new_id(at),
            material_id=material_id,
            matter_kind=matter.kind,
            matter_id=matter.id,
            matter_number=matter.number,
            use=use,
            attached_at=at,
            attached_person=actor.person_id,
            attached_name=actor.full_name,
        )
        db.add(known)
    known.use = use
    db.flush()
    told = {"matter": matter.number, "kind": matter.kind, "use": use}
    _record(db, at, actor.who, material, audit.Act("attached", detail=told))
    return known


def end_uses(db: Session, at: datetime, who: audit.Who, matter: Matter, reason: str) -> None:
    """A matter needs its evidence no more: its case is archived, or it was taken back."""
    for use in materials.uses_of_matter(db, matter.kind, matter.id):
        use.ended_at, use.ended_because = at, reason
        material = materials.material(db, use.material_id)
        if material is not None:
            told = {"matter": matter.number}
            _record(db, at, who, material, audit.Act("use_ended", reason=reason, detail=told))
    db.flush()


def of_matter(db: Session, matter: Matter) -> list[tuple[EvidenceUse, EvidenceMaterial]]:
    """Return what a matter uses now."""
    found = []
    for use in materials.uses_of_matter(db, matter.kind, matter.id):
        material = materials.material(db, use.material_id)
        if material is not None:
            found.append((use, material))
    return found


def frozen_by(db: Session, matter: Matter) -> list[str]:
    """Name the tampered evidence that freezes a matter; empty: it is not frozen."""
    return [
        f"{number_of(material)} {material.tampered_because}"
        for _, material in of_matter(db, matter)
        if material.state is MaterialState.TAMPERED
    ]


def refuse_matter(db: Session, matter: Matter) -> None:
    """Refuse to go on with a matter that is frozen, or whose penalty lacks its evidence.

    Whoever submits, approves or packs a matter asks this first.

    Raises:
        NotPermitted: R-030 names the tampered item; R-025 names what is missing.
    """
    frozen = frozen_by(db, matter)
    if frozen:
        raise NotPermitted(
            f"{matter.kind} {matter.id} is frozen by {frozen}",
            f"证据校验不一致，案件已冻结：{'；'.join(frozen)}",
            rule_id=FROZEN,
        )
    for use, material in of_matter(db, matter):
        if use.use is Use.PENALTY:
            refuse_inadmissible(db, material)


def is_admissible(db: Session, incident_id: UUID) -> bool:
    """Whether an incident's evidence passed the gate: nothing is lacking for a penalty."""
    material = materials.seen_of_incident(db, incident_id)
    return material is not None and not lacking(db, material)


def _known(db: Session, material_id: UUID, matter: Matter) -> EvidenceUse | None:
    return next(
        (
            use
            for use in materials.open_uses(db, material_id)
            if (use.matter_kind, use.matter_id) == (matter.kind, matter.id)
        ),
        None,
    )


def _record(
    db: Session, at: datetime, who: audit.Who, material: EvidenceMaterial, act: audit.Act
) -> None:
    thing = audit.Thing("evidence_material", str(material.id), material.version)
    audit.record(db, at, who, thing, act)
