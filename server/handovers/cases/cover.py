"""F8 案件移交材料封面 of a package, as .docx: the papers of a matter begin with it."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from hazard_library.proof.case_package import DOCUMENTS, Use
from server.calendar.service import day_of
from server.documents.filling import Typed, fill
from server.documents.form_spec import Family, FormCode, edition_on
from server.documents.grounds import (
    EnterpriseBlock,
    F8Evidence,
    F8Ground,
    F8Violation,
    LawLine,
    facts_of,
    law_line,
)
from server.documents.rendering import Print, render
from server.documents.words import KIND_ZH, LEAD_ONLY
from server.enterprises import service as enterprises
from server.handovers.cases.held import Held
from server.handovers.cases.packing import Content, settled_docx
from server.handovers.cases.tables import CaseHandover, CaseItem
from server.kit.errors import Conflict

_QUALIFIED = "已通过法制和技术审核"
PATH = f"{DOCUMENTS}f8-cover.docx"


def cover(
    db: Session,
    catalogue: Catalogue,
    case: CaseHandover,
    going: tuple[Sequence[CaseItem], Sequence[Held]],
    *,
    is_demo: bool,
) -> Content:
    """Write the cover; what people said when they submitted and approved stands in their fields."""
    if case.approved_at is None:
        raise Conflict(f"{case.number} was not approved")
    day = day_of(case.approved_at)
    edition = edition_on(FormCode.F8, Family.MEM, day)
    ground = _ground(db, catalogue, case, going)
    form = fill(edition, facts_of(ground), _typed(case), day)
    copy = Print(
        number=case.number,
        unit=case.parts["leader"]["unit"],
        version=case.round + 1,
        made_at=case.approved_at,
        is_clean=True,
        is_demo=is_demo,
    )
    docx = render(form, copy, lambda _: None)
    return Content.of(PATH, "案件移交材料封面", settled_docx(docx))


def _ground(
    db: Session,
    catalogue: Catalogue,
    case: CaseHandover,
    going: tuple[Sequence[CaseItem], Sequence[Held]],
) -> F8Ground:
    items, held = going
    firm = enterprises.identity_of(db, case.enterprise_id)
    handler = case.parts["handler"]
    ids = {key for item in items for key in (*item.violated, *item.penalty_clauses)}
    return F8Ground(
        number=case.number,
        unit=handler["unit"],
        handlers=f"{handler['name']}（{handler['certificate_no'] or ''}）",
        enterprise=EnterpriseBlock(
            enterprise_name=firm.name,
            credit_code=firm.credit_code,
            address=firm.address,
            legal_representative=firm.legal_representative,
            industry=firm.industry,
            site="",
        ),
        violations=tuple(_violation(catalogue, item) for item in items),
        basis=tuple(law_line(catalogue.legal[key]) for key in sorted(ids)),
        evidence=tuple(
            F8Evidence(
                key=str(one.attached.id),
                kind=KIND_ZH[one.seen.kind],
                grade=LEAD_ONLY if one.attached.use is Use.CLUE else _QUALIFIED,
                sha256=one.seen.sha256 or "",
            )
            for one in held
        ),
    )


def _violation(catalogue: Catalogue, item: CaseItem) -> F8Violation:
    return F8Violation(
        key=str(item.no),
        fact=item.facts,
        occurred_on=str(item.act_to or ""),
        violated=_titles(catalogue, item.violated),
        clause=_titles(catalogue, item.penalty_clauses),
    )


def _titles(catalogue: Catalogue, ids: Sequence[str]) -> str:
    lines: list[LawLine] = [law_line(catalogue.legal[key]) for key in ids]
    return "；".join(line.title_zh for line in lines)


def _typed(case: CaseHandover) -> dict[str, Typed]:
    """Put the two opinions where the form wants them: people typed them at their own steps."""
    handler, leader = case.parts["handler"], case.parts["leader"]
    at = case.approved_at or case.created_at
    return {
        "handler_opinion": Typed(handler["opinion"], handler["account"], handler["name"], at),
        "approval_opinion": Typed(case.leader_opinion or "", leader["account"], leader["name"], at),
    }
