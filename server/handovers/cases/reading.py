"""A hand-over's rows as the rules see them."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.enterprises import service as enterprises
from server.enterprises.credit_code import is_valid
from server.handovers.cases import repository
from server.handovers.cases.readiness import Fault, Listed, faults
from server.handovers.cases.tables import CaseEvidence, CaseHandover, CaseItem


def faults_of(db: Session, case: CaseHandover, catalogue: Catalogue) -> list[Fault]:
    """Return everything that a hand-over still lacks."""
    found = list(_of_party(db, case))
    return found + faults(listed(db, case), catalogue.legal, case.discovered_on)


def listed(db: Session, case: CaseHandover) -> list[Listed]:
    """Return the violations as the rules see them."""
    items = repository.items(db, case.id)
    attached = repository.evidence_of(db, [item.id for item in items])
    return [_listed(item, [one for one in attached if one.item_id == item.id]) for item in items]


def going_items(db: Session, case: CaseHandover) -> list[CaseItem]:
    """Return the violations that go along."""
    return [item for item in repository.items(db, case.id) if not item.is_left_out]


def going_evidence(db: Session, case: CaseHandover) -> list[CaseEvidence]:
    """Return the evidence of the violations that go along."""
    return list(repository.evidence_of(db, [item.id for item in going_items(db, case)]))


def _listed(item: CaseItem, attached: list[CaseEvidence]) -> Listed:
    return Listed(
        no=item.no,
        title=item.title,
        facts=item.facts,
        act_from=item.act_from,
        act_to=item.act_to,
        harms_life=item.harms_life,
        violated=item.violated,
        penalty_clauses=item.penalty_clauses,
        evidence=[one.use for one in attached],
        left_out_because=item.left_out_because,
        is_agreed=item.left_out_agreed_by is not None,
    )


def _of_party(db: Session, case: CaseHandover) -> Iterator[Fault]:
    """The party must be known by name, code, address and who represents it."""
    firm = enterprises.identity_of(db, case.enterprise_id)
    if not is_valid(firm.credit_code):
        yield Fault("enterprise.credit_code", "当事人统一社会信用代码有误")
    for field, zh in (
        ("name", "名称"),
        ("address", "住所"),
        ("legal_representative", "法定代表人"),
    ):
        if not str(getattr(firm, field)).strip():
            yield Fault(f"enterprise.{field}", f"当事人{zh}未登记")
