"""What goes into a matter's package: its manifest, papers, evidence and audit entries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from hazard_library.proof.case_package import (
    AUDIT,
    CLUE_NOTE,
    CaseManifest,
    ChainHead,
    Clause,
    LeftOut,
    PackageActor,
    PackedItem,
    Party,
    Use,
)
from server.audit import service as audit
from server.audit.tables import AuditEntry
from server.documents.schemas import basis_of
from server.documents.words import KIND_ZH
from server.enterprises import service as enterprises
from server.evidence.arriving import EvidenceStore
from server.handovers.cases import repository
from server.handovers.cases.cover import cover
from server.handovers.cases.held import Held, held_by
from server.handovers.cases.limitation import limitation
from server.handovers.cases.packing import AUDIT_TITLE, Content, Read, audit_lines
from server.handovers.cases.states import CaseEvent
from server.handovers.cases.tables import CaseHandover, CaseItem
from server.kit.errors import Conflict
from server.kit.live import Kind

NOTES = (
    "内部编号不是文号；立案由省执法系统办理。",
    "分别裁量、合并处罚：各项违法行为逐项列明，本包不含任何处罚建议。",
    "所引条文未经法制审核（UNREVIEWED）。",
)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that a package is made of."""

    manifest: CaseManifest
    contents: dict[str, Content]


def gather(
    db: Session, catalogue: Catalogue, store: EvidenceStore, case: CaseHandover, *, is_demo: bool
) -> Gathered:
    """Read a matter that was approved; the same matter gives the same content."""
    items = repository.items(db, case.id)
    going = [item for item in items if not item.is_left_out]
    held = held_by(db, going)
    entries = _entries(db, case)
    files = [*_evidence(store, held), _audit(entries)]
    unit: str = case.parts["leader"]["unit"]
    files.append(cover(db, catalogue, case, (going, held), is_demo=is_demo))
    contents = {file.path: file for file in files}
    firm = enterprises.identity_of(db, case.enterprise_id)
    manifest = CaseManifest(
        number=case.number,
        round=case.round + 1,
        source=f"{case.source_kind} {case.source_number}",
        unit=unit,
        division_code=case.division_code,
        enterprise=Party(
            name=firm.name,
            credit_code=firm.credit_code,
            address=firm.address,
            legal_representative=firm.legal_representative,
        ),
        discovered_on=case.discovered_on,
        approved_at=_approved(case),
        actors=tuple(_actors(case)),
        items=tuple(_item(item, held) for item in going),
        left_out=tuple(_left_out(item) for item in items if item.is_left_out),
        clauses=tuple(_clauses(catalogue, going)),
        files=tuple(contents[path].listed for path in sorted(contents)),
        chain=ChainHead(entries=len(entries), last_seq=entries[-1].seq, last_hash=entries[-1].hash),
        notes=NOTES,
    )
    return Gathered(manifest, contents)


def _approved(case: CaseHandover) -> datetime:
    if case.approved_at is None:
        raise Conflict(f"{case.number} was not approved")
    return case.approved_at


def _entries(db: Session, case: CaseHandover) -> list[AuditEntry]:
    """Return what was done to the matter up to its approval: later looks change nothing."""
    history = list(audit.history(db, audit.Thing(Kind.HANDOVER, str(case.id))))
    last = max(n for n, one in enumerate(history) if one.event == CaseEvent.APPROVE)
    return history[: last + 1]


def _audit(entries: list[AuditEntry]) -> Content:
    lines = audit_lines(
        {"content": audit.content_of(one), "prev_hash": one.prev_hash, "hash": one.hash}
        for one in entries
    )
    return Content.of(AUDIT, AUDIT_TITLE, lines)


def _evidence(store: EvidenceStore, held: list[Held]) -> Iterator[Content]:
    """One entry for each file; a file that is a clue anywhere says so everywhere."""
    uses: dict[str, set[Use]] = {}
    for one in held:
        uses.setdefault(one.path, set()).add(one.attached.use)
    for path, one in {one.path: one for one in held}.items():
        use = Use.CLUE if Use.CLUE in uses[path] else Use.PENALTY
        sha256 = one.seen.sha256 or ""
        yield Content(
            path=path,
            title=KIND_ZH[one.seen.kind],
            read=_reader(store, sha256),
            sha256=sha256,
            size=one.seen.bytes or 0,
            use=use,
            note=CLUE_NOTE if use is Use.CLUE else "",
        )


def _reader(store: EvidenceStore, sha256: str) -> Read:
    return lambda: store.read(sha256)


def _actors(case: CaseHandover) -> Iterator[PackageActor]:
    for part in ("handler", "legal", "leader"):
        who = case.parts[part]
        yield PackageActor(
            part=part,
            name=who["name"],
            account=who["account"],
            certificate_no=who["certificate_no"],
        )


def _item(item: CaseItem, held: list[Held]) -> PackedItem:
    act_to = item.act_to
    if act_to is None:
        raise Conflict(f"item {item.no} has no day of the act")
    return PackedItem(
        no=item.no,
        title=item.title,
        facts=item.facts,
        act_from=item.act_from,
        act_to=act_to,
        limitation_ends=limitation(act_to, harms_life=item.harms_life).ends,
        violated=tuple(item.violated),
        penalty_clauses=tuple(item.penalty_clauses),
        circumstances=item.circumstances,
        evidence=tuple(one.path for one in held if one.attached.item_id == item.id),
    )


def _left_out(item: CaseItem) -> LeftOut:
    by, agreed = item.left_out_by or {}, item.left_out_agreed_by or {}
    return LeftOut(
        no=item.no,
        title=item.title,
        reason=item.left_out_because or "",
        proposed_by=by["name"],
        agreed_by=agreed["name"],
    )


def _clauses(catalogue: Catalogue, items: list[CaseItem]) -> Iterator[Clause]:
    roles = {key: "penalty" for item in items for key in item.penalty_clauses}
    roles |= {key: "violation" for item in items for key in item.violated}
    for key in sorted(roles):
        basis = basis_of(catalogue.legal[key])
        yield Clause.model_validate({**basis.model_dump(), "role": roles[key]})
