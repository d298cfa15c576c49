"""Verbs of materials: whole, fixed, reviewed by two, sealed; found tampered, restored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.contract.evidence import EvidenceManifest
from server.audit import service as audit
from server.evidence import material_repository as materials
from server.evidence import repository
from server.evidence.gate import refuse_inadmissible
from server.evidence.machine_checks import Finding, machine_checks
from server.evidence.material_states import MATERIALS, MaterialEvent, MaterialState
from server.evidence.material_tables import EvidenceMaterial
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.kit.double_review import (
    GATE,
    Given,
    Half,
    Opinion,
    both_passed,
    read_answers,
    refuse_unless_apart,
)
from server.kit.errors import FieldsMissing, NotFound
from server.kit.preconditions import check_version

_WHO = audit.Who("svc:evidence", "svc")
#: Who may give which half.
REVIEW_ACTS = {Half.LEGAL: Act.REVIEWS_LEGAL, Half.TECH: Act.REVIEWS_TECH}
_SHORTEST_EXPLANATION = 10


@dataclass(frozen=True, slots=True)
class Step:
    """Which material, on which version, by whom, when."""

    at: datetime
    actor: Actor
    material_id: UUID
    version: int


def number_of(material: EvidenceMaterial) -> str:
    """Return what people call a material."""
    return f"ZJ-{material.incident_id.hex[-12:].upper()}"


def complete(db: Session, at: datetime, incident_id: UUID) -> None:
    """Note that an incident's evidence is whole: its manifest is here, and every file in it."""
    material = materials.of_incident(db, incident_id)
    row = repository.manifest_of(db, incident_id)
    if material is None or row is None or material.state is not MaterialState.ANNOUNCED:
        return
    manifest = EvidenceManifest.model_validate_json(row.manifest)
    if materials.are_stored(db, [ref.sha256 for ref in manifest.files]):
        change(db, at, _WHO, material, MaterialEvent.UPLOAD)


def tampered(db: Session, at: datetime, sha256: str, why: str) -> None:
    """Freeze everything that holds an altered or missing file (R-030)."""
    for material in materials.holding(db, sha256):
        if MaterialEvent.TAMPER not in MATERIALS.allowed(material.state):
            continue
        kinds = materials.kinds(db, material.incident_id, sha256)
        material.tampered_because = f"{kinds} {sha256}: {why}"
        frozen = [use.matter_number for use in materials.open_uses(db, material.id)]
        _forget_reviews(material)
        change(
            *(db, at, _WHO, material, MaterialEvent.TAMPER),
            Told(material.tampered_because, {"rule": "R-030", "sha256": sha256, "frozen": frozen}),
        )


def fix(db: Session, step: Step) -> EvidenceMaterial:
    """Fix a material 固定: from now on it is frozen, and one officer answers for it.

    Raises:
        NotPermitted: the role may not, or the certificate is not valid.
        NotFound: there is none.
        StaleVersion: it was changed meanwhile.
        NotAllowedNow: it is not whole, or fixed already.
    """
    step.actor.require(Act.EVIDENCE_FIX, step.at)
    material = opened(db, step)
    after = MATERIALS.after(material.state, MaterialEvent.FIX)
    material.fixed_at, material.handler_person = step.at, step.actor.person_id
    material.handler_name = step.actor.full_name
    material.unit_id = step.actor.unit.id if step.actor.unit is not None else None
    row = repository.manifest_of(db, material.incident_id)
    told = {"manifest": row.sha256 if row else None, "state": after}
    change(db, step.at, step.actor.who, material, MaterialEvent.FIX, Told(detail=told))
    return material


def review(db: Session, step: Step, half: Half, given: Given) -> EvidenceMaterial:
    """Give one half's opinion; the second pass qualifies the material.

    Raises:
        NotPermitted: the role may not; the person handles it or did the other half; R-025.
        NotFound: there is none.
        StaleVersion: it was changed meanwhile.
        NotAllowedNow: it is not fixed, or decided.
        FieldsMissing: the answers are not whole, or pass what the machine finds failing.
    """
    step.actor.require(REVIEW_ACTS[half], step.at)
    material = opened(db, step)
    event = MaterialEvent(f"{half}_{'ok' if given.passed else 'no'}")
    MATERIALS.after(material.state, event)
    other = material.tech_person if half is Half.LEGAL else material.legal_person
    refuse_unless_apart(step.actor.person_id, _handlers(db, material), other)
    read_answers("evidence", half, given)
    if given.passed:
        _refuse_what_fails(half, machine_checks(db, material, half), given)
    opinion = Opinion(
        person=step.actor.person_id,
        name=step.actor.full_name,
        at=step.at,
        passed=given.passed,
        checks=dict(given.checks),
        opinion=given.opinion,
        explained=dict(given.explained),
    )
    told = opinion.model_dump(mode="json")
    passed_by = step.actor.person_id if given.passed else None
    if half is Half.LEGAL:
        material.legal, material.legal_person = told, passed_by
    else:
        material.tech, material.tech_person = told, passed_by
    change(db, step.at, step.actor.who, material, event, Told(given.opinion or None, told))
    if both_passed(opinion_of(material, Half.LEGAL), opinion_of(material, Half.TECH)):
        change(db, step.at, step.actor.who, material, MaterialEvent.BOTH_OK)
    return material


def seal(db: Session, step: Step) -> EvidenceMaterial:
    """Seal a reviewed material for the matter that uses it.

    Raises:
        NotPermitted: the role may not; R-025: a review or the camera's is missing.
        NotFound: there is none.
        StaleVersion: it was changed meanwhile.
        NotAllowedNow: it is not reviewed, or sealed already.
        FieldsMissing: no matter uses it.
    """
    step.actor.require(Act.EVIDENCE_FIX, step.at)
    material = opened(db, step)
    refuse_inadmissible(db, material)
    MATERIALS.after(material.state, MaterialEvent.SEAL)
    uses = materials.open_uses(db, material.id)
    if not uses:
        raise FieldsMissing(["matter"], "封存须先将证据列入案件材料")
    told = {"matters": [use.matter_number for use in uses]}
    change(db, step.at, step.actor.who, material, MaterialEvent.SEAL, Told(detail=told))
    return material


def restore(db: Session, step: Step, reason: str) -> EvidenceMaterial:
    """Take up a material again whose true bytes have come back; it is fixed and reviewed anew.

    Raises:
        NotPermitted: the role may not.
        NotFound: there is none.
        StaleVersion: it was changed meanwhile.
        NotAllowedNow: it was not tampered with.
        FieldsMissing: not every file is whole.
    """
    step.actor.require(Act.REVIEWS_TECH, step.at)
    material = opened(db, step)
    MATERIALS.after(material.state, MaterialEvent.RESTORE)
    row = repository.manifest_of(db, material.incident_id)
    wanted = EvidenceManifest.model_validate_json(row.manifest).files if row else ()
    if not materials.are_stored(db, [ref.sha256 for ref in wanted]):
        raise FieldsMissing(["files"], "仍有文件缺失或校验不一致，不能恢复")
    material.tampered_because = None
    change(db, step.at, step.actor.who, material, MaterialEvent.RESTORE, Told(reason))
    return material


def opinion_of(material: EvidenceMaterial, half: Half) -> Opinion | None:
    """Return what was found in one half."""
    kept = material.legal if half is Half.LEGAL else material.tech
    return Opinion.model_validate(kept) if kept is not None else None


def opened(db: Session, step: Step) -> EvidenceMaterial:
    """Return a material to change, on the version that was read.

    Raises:
        NotFound: there is none.
        StaleVersion: it was changed meanwhile.
    """
    material = materials.material(db, step.material_id)
    if material is None:
        raise NotFound(f"evidence material {step.material_id}")
    check_version(f"evidence material {material.id}", step.version, material.version)
    return material


@dataclass(frozen=True, slots=True)
class Told:
    """What is written down of a change."""

    reason: str | None = None
    detail: Mapping[str, object] = field(default_factory=dict)


def change(
    db: Session,
    at: datetime,
    who: audit.Who,
    material: EvidenceMaterial,
    event: MaterialEvent,
    told: Told | None = None,
) -> None:
    """Move a material through its life, with a record of it."""
    told = told or Told()
    before, after = material.state, MATERIALS.after(material.state, event)
    if after is MaterialState.DESTROYED:
        material.destroyed_at = at
    material.state, material.version = after, material.version + 1
    db.flush()
    thing = audit.Thing("evidence_material", str(material.id), material.version)
    act = audit.Act(event.value, before.value, after.value, told.reason, dict(told.detail))
    audit.record(db, at, who, thing, act)


def _handlers(db: Session, material: EvidenceMaterial) -> set[UUID]:
    attached = {use.attached_person for use in materials.open_uses(db, material.id)}
    return attached | ({material.handler_person} if material.handler_person else set())


def _forget_reviews(material: EvidenceMaterial) -> None:
    """What was reviewed is not what lies there now; the audit chain keeps the opinions."""
    material.fixed_at = material.handler_person = material.handler_name = None
    material.legal = material.tech = material.legal_person = material.tech_person = None


def _refuse_what_fails(half: Half, found: Mapping[str, Finding], given: Given) -> None:
    failing = {key: finding for key, finding in found.items() if not finding.holds}
    hard = [key for key, finding in failing.items() if not finding.may_be_explained]
    soft = [
        key
        for key, finding in failing.items()
        if finding.may_be_explained
        and len(given.explained.get(key, "").strip()) < _SHORTEST_EXPLANATION
    ]
    if hard or soft:
        words = "；".join(failing[key].zh for key in (*hard, *soft))
        raise FieldsMissing(
            [f"checks.{key}" for key in hard] + [f"explained.{key}" for key in soft],
            f"{half.zh}默认不合格：{words}",
            rule_id=GATE,
        )
