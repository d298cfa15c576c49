"""Case hand-overs on the wire. No shape here has a place for a penalty that is proposed."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel
from pydantic import Field as Described

from hazard_library.proof.case_package import Use
from server.documents.schemas import Basis, File, Named
from server.handovers.cases.checklist import Checklist
from server.handovers.cases.states import CaseEvent, CaseState
from server.handovers.schemas import Asked, Line, Words


class Attached(BaseModel):
    """A piece of evidence of one violation."""

    file: File
    use: Use
    note: str = Described(description="What must be said wherever a clue is shown")


class Item(BaseModel):
    """One violation."""

    no: int
    ref: str = Described(description="Where the record states it")
    title: str
    facts: str
    act_from: date | None
    act_to: date | None
    harms_life: bool
    harms_life_because: str | None
    limitation_ends: date | None
    violated: list[Basis]
    penalty_clauses: list[Basis]
    circumstances: str = Described(description="裁量情节（事实）；不含处罚建议")
    evidence: list[Attached]
    left_out_because: str | None
    left_out_by: str | None
    left_out_agreed_by: str | None


class Part(BaseModel):
    """Who had a part in the matter."""

    part: str
    name: str
    account: str
    certificate_no: str | None


class Gone(BaseModel):
    """A package that went out."""

    round: int
    name: str
    sha256: str
    bytes: int
    key_id: str
    exported_at: datetime
    delivered_at: datetime | None = Described(description="When the exchange took it")


class CaseRow(BaseModel):
    """A hand-over in the list."""

    id: UUID
    number: str
    version: int
    state: CaseState
    created_at: datetime
    source_kind: str
    source_number: str
    enterprise: Named
    items: int
    case_no: str | None = Described(description="案号 of the provincial system")


class Case(CaseRow):
    """A hand-over's page; from `linked` on a mirror of the provincial case."""

    discovered_on: date
    parts: list[Part]
    violations: list[Item]
    faults: list[str] = Described(description="What keeps a draft from legal review, in Chinese")
    checklist: Checklist
    answers: dict[str, bool]
    legal_opinion: str | None
    returned_because: str | None
    leader_opinion: str | None
    approved_at: datetime | None
    declined_because: str | None
    packages: list[Gone]
    receipt_due: date | None
    filed_on: date | None
    limit_days: int
    extension: "Extension | None"
    decision_due: date | None = Described(description="R-040 speaks five days before")
    nears_its_limit: bool
    outcome: "Outcome | None"
    concluded_at: datetime | None
    allowed: list[CaseEvent] = Described(description="What this person may do now")


class CaseList(BaseModel):
    """Hand-overs, newest first."""

    items: list[CaseRow]
    next_cursor: str | None


class WriteItem(Asked):
    """What the handler writes about one violation; what is not given stays as it is."""

    no: int = Described(ge=1)
    facts: Words | None = None
    act_from: date | None = None
    act_to: date | None = None
    violated: tuple[str, ...] | None = Described(default=None, max_length=20)
    penalty_clauses: tuple[str, ...] | None = Described(default=None, max_length=20)
    circumstances: str | None = Described(default=None, max_length=4000)
    harms_life_because: Words | None = Described(
        default=None, description="Why the limitation is five years (XZCFF-2021-36)"
    )


class Attach(Asked):
    """Attach a piece of evidence to a violation."""

    no: int = Described(ge=1)
    evidence: UUID
    use: Use


class Detach(Asked):
    """Take it off again."""

    no: int = Described(ge=1)
    evidence: UUID
    reason: Words


class LeaveOut(Asked):
    """Leave a recorded violation out; another officer has to agree (TRAP-12)."""

    no: int = Described(ge=1)
    reason: Words


class AgreeLeaveOut(Asked):
    """The second officer agrees that it is left out."""

    no: int = Described(ge=1)


class Submit(Asked):
    """The handler's opinion, in own words."""

    opinion: Words


class Pass(Asked):
    """Legal review: every point answered, and an opinion."""

    answers: dict[str, bool]
    opinion: Words


class Return(Asked):
    """Send it back to the draft, or take it back from the provincial system."""

    reason: Words


class Approve(Asked):
    """The leader's opinion, in own words."""

    opinion: Words


class Refuse(Asked):
    """不予立案: the leader's reason."""

    reason: Words


class Export(Asked):
    """Why the package is written, for the record of looks at evidence (INV-9)."""

    purpose: Words


class Receipt(Asked):
    """The provincial system has opened the case."""

    case_no: Line
    filed_on: date


class Extension(Asked):
    """Somebody of the right level has approved a longer limit (TRAP-20)."""

    days: int = Described(description="90: the head of the own body; 180: the body above")
    approved_by: Line = Described(description="Who approved it, name and office")
    document_no: Line
    approved_on: date


class Outcome(Asked):
    """The decision, as the provincial system has it. Imported or typed off it, never proposed."""

    decided_on: date
    document_no: Line
    kind: Line = Described(description="Kind of the decision, as it says itself")
    amount_yuan: int | None = Described(default=None, ge=0)
    is_major: bool = False
    has_legal_review: bool = Described(
        default=False, description="Whether the decision carries a 法制审核 mark (R-039)"
    )


class Conclude(Asked):
    """Close the mirror now that nothing holds it open."""

    note: Words
