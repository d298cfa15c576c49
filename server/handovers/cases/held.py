"""Evidence where a hand-over uses it, and what it is called in a package."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from hazard_library.contract.evidence import SUFFIXES
from hazard_library.proof.case_package import EVIDENCE
from server.evidence.service import EvidenceSeen
from server.handovers.cases import gate, repository
from server.handovers.cases.tables import CaseEvidence, CaseItem


@dataclass(frozen=True, slots=True)
class Held:
    """A piece of evidence where it is used."""

    attached: CaseEvidence
    seen: EvidenceSeen

    @property
    def path(self) -> str:
        """Return its name in the package; one file is one entry, however many items use it."""
        suffix = SUFFIXES[self.seen.media_type or ""]
        sha256 = self.seen.sha256 or ""
        return f"{EVIDENCE}{self.seen.incident_id}/{self.seen.kind}-{sha256[:12]}{suffix}"


def held_by(db: Session, items: Sequence[CaseItem]) -> list[Held]:
    """Return the evidence of violations, in the order of attaching."""
    attached = repository.evidence_of(db, [item.id for item in items])
    return [Held(one, gate.known(db, one.evidence_id)) for one in attached]
