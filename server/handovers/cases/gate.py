"""What a piece of evidence may be used for: a penalty only behind both reviews (R-025, INV-2)."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.proof.case_package import CLUE_NOTE, Use
from server.evidence import service as evidence
from server.evidence import uses as evidence_uses
from server.evidence.service import EvidenceSeen
from server.kit.errors import NotFound, NotPermitted

#: What a use obliges to say.
NOTES: Mapping[Use, str] = {Use.PENALTY: "", Use.CLUE: CLUE_NOTE}


def known(db: Session, evidence_id: UUID) -> EvidenceSeen:
    """Return a piece of evidence that there are bytes of.

    Raises:
        NotFound: there is none, or its file never came.
    """
    seen = evidence.one(db, evidence_id)
    if seen is None or seen.sha256 is None:
        raise NotFound(f"evidence {evidence_id}")
    return seen


def check_use(db: Session, seen: EvidenceSeen, use: Use) -> None:
    """Refuse a use that the reviews do not allow.

    Raises:
        NotPermitted: R-025: a penalty rests on evidence that passed both reviews, nothing else.
    """
    if use is Use.PENALTY and not is_qualified(db, seen):
        raise NotPermitted(
            f"evidence {seen.id} has not passed the legal and the technical review; "
            "attach it as a clue",
            "证据未经法制和技术审核，不得作为处罚证据；可作为线索材料附入",
            rule_id="R-025",
        )


def is_qualified(db: Session, seen: EvidenceSeen) -> bool:
    """Whether both reviews were passed. Every camera starts as a source of clues only (INV-2)."""
    return evidence_uses.is_admissible(db, seen.incident_id)
