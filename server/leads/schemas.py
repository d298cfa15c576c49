"""Leads on the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hazard_library.catalogue.hazard import Text
from server.documents.schemas import Basis, File, HazardName, Named
from server.leads.joining import JoinedAs
from server.leads.priority import Priority
from server.leads.proposal_states import Proposable
from server.leads.states import DismissReason, LeadEvent, LeadState, Suggestion, Verdict
from server.leads.timers import Rule

#: SCREENS §1: the officer's own words, six characters or more.
Finding = Annotated[str, StringConstraints(strip_whitespace=True, min_length=6, max_length=2000)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=2000)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class Asking(BaseModel):
    """A request's body; an unknown field is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Outcome(StrEnum):
    """What follows a lead that is 属实; `later`: it is chosen within a workday (R-003)."""

    TASK = "task"
    TRANSFER = "transfer"
    LATER = "later"


class Confirm(Asking):
    """属实."""

    finding: Finding = Field(description="What the officer saw in the picture, in own words")
    outcome: Outcome | None = Field(
        default=None, description="What follows; as the catalogue says if not given"
    )


class Dismiss(Asking):
    """误报."""

    reason: DismissReason
    note: Note | None = Field(default=None, description="Further words; needed with `other`")
    same_picture_again: bool = Field(
        default=False, description="同一画面持续误报: fold what comes again for a day; never for ★"
    )


class Unclear(Asking):
    """看不清 / 待复看."""

    reason: Reason
    relook_at: datetime | None = Field(
        default=None, description="When to look again; within 24 hours, and 24 hours if not given"
    )


class Prescreen(Asking):
    """初筛; it decides nothing."""

    suggestion: Suggestion
    note: Note | None = None


class Reopen(Asking):
    """复开, or 撤回认定."""

    reason: Reason = Field(description="The new fact")


class SecondLook(Asking):
    """复核同意: a ★ lead is a false alarm indeed."""

    opinion: Reason = Field(description="What the second person saw, in own words")


class Mute(Asking):
    """屏蔽同一画面的重复告警."""

    until: datetime = Field(description="When it ends, within 24 hours")
    reason: Reason


class Unmute(Asking):
    """解除屏蔽."""

    reason: Reason


class Duplicate(Asking):
    """标为重复."""

    target: UUID = Field(description="The lead that takes the incidents")
    reason: Reason | None = None


class NamedVersion(BaseModel):
    """A lead in the version that was read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    version: int = Field(ge=1)


class Absorb(Asking):
    """把故障摄像机的线索并入其告警风暴; there is no bulk 属实 and no bulk 误报."""

    leads: tuple[NamedVersion, ...] = Field(min_length=1, max_length=100)
    reason: Reason


class NoAction(Asking):
    """不再处理: not punished, or removed already."""

    basis: str = Field(min_length=1, max_length=100, description="Article of the catalogue")
    reason: Reason


class Approve(Asking):
    """同意."""

    opinion: Reason


class Refuse(Asking):
    """不同意."""

    opinion: Reason


class Addend(BaseModel):
    """One term of the priority's sum."""

    label: Text
    points: int


class Box(BaseModel):
    """One object in the key frame, in pixels of the original picture."""

    label: str
    score: float
    box: tuple[float, float, float, float]
    subject: bool = Field(description="Whether this object itself is the finding")


class Span(BaseModel):
    """The clip of the key frame's incident."""

    trigger_offset_s: float
    cut_short: str | None


class TimelineEntry(BaseModel):
    """One entry of the time line, from the audit chain."""

    at: datetime
    event: str
    actor: str
    role: str | None
    text: str | None


class Incident(BaseModel):
    """One incident that was joined to the lead."""

    id: UUID
    joined_as: JoinedAs
    started_at: datetime
    opened_at: datetime
    last_held_at: datetime
    ended_at: datetime | None
    score: float


class Decision(BaseModel):
    """What was decided last."""

    by: str
    at: datetime
    finding: str | None
    dismiss_reason: DismissReason | None
    note: str | None
    seconded_by: str | None = Field(description="Who agreed that a ★ lead is a false alarm")
    seconded_at: datetime | None


class Said(BaseModel):
    """One verdict, also one that was taken back."""

    verdict: Verdict
    reason: DismissReason | None
    by: str
    at: datetime
    revoked_at: datetime | None
    revoked_because: str | None


class Held(BaseModel):
    """Who works on a lead at the moment."""

    by: str
    until: datetime
    mine: bool


class Waiting(BaseModel):
    """What waits for the leader."""

    event: Proposable
    reason: str
    basis: str | None
    by: str
    at: datetime


class Child(BaseModel):
    """One thing that came of the lead."""

    kind: str
    id: UUID
    over: bool


class Alike(BaseModel):
    """A lead that this one may repeat; an officer decides."""

    id: UUID
    number: str
    camera: Named
    first_seen: datetime


class LeadRow(BaseModel):
    """A lead in the list."""

    id: UUID
    number: str
    version: int
    state: LeadState
    hazard: HazardName
    severity: int = Field(description="1 提示, 2 一般, 3 较高, 4 紧急")
    starred: bool
    major_criterion: str | None
    enterprise: Named | None
    camera: Named
    zone: str | None
    first_seen: datetime
    last_seen: datetime
    times_seen: int
    score: int
    priority: Priority
    due_at: datetime | None
    trial: bool
    storm: bool = Field(description="告警风暴: many incidents of one camera in one lead")
    late_data: bool = Field(description="补传: it arrived long after it was seen")
    held_by: str | None = Field(description="Who works on it at the moment")
    recurrence_of: UUID | None
    handling: str
    picture_id: UUID | None = Field(description="Evidence id of the key frame to show")
    has_clip: bool


class Lead(LeadRow):
    """A lead's page."""

    boxes: list[Box]
    width: int
    height: int
    persons: int
    sees: Text
    shows_not: list[Text]
    known_false_alarms: list[Text]
    basis: list[Basis]
    addends: list[Addend]
    acts: list[TimelineEntry]
    evidence: list[File]
    clip: Span | None
    incidents: list[Incident]
    allowed: list[LeadEvent] = Field(description="What the signed-in person may do now")
    suggestion: Suggestion | None
    relook_at: datetime | None
    decision: Decision | None
    said: list[Said] = Field(description="Every verdict, oldest first")
    held: Held | None
    waiting: Waiting | None = Field(description="What waits for the leader")
    children: list[Child] = Field(description="What came of it")
    alike: list[Alike] = Field(description="Suggested duplicates: same hazard, area and time")
    duplicate_of: UUID | None
    muted_until: datetime | None = Field(description="同一画面持续误报: folded until then")
    again_at: datetime | None = Field(description="整改期间再次发现: when last")
    earlier_confirmed: int = Field(description="Confirmed here within 12 months (R-014)")
    task_id: UUID | None
    transfer_id: UUID | None
    transfer_to: list[str]
    competent: str
    measured: dict[str, float]
    required: dict[str, float]
    models: list[Named]


class LeadList(BaseModel):
    """A page of the list, most urgent first, then oldest first."""

    items: list[LeadRow]
    next_cursor: str | None
    counts: dict[LeadState, int] = Field(description="All leads in reach, by state")
    as_of: datetime


class PressingRule(BaseModel):
    """One rule that a lead sets off."""

    rule_id: Rule
    since: datetime
    message_zh: str
    calls: int = Field(description="For R-002: how many people on duty must have been called")


class PressingLead(BaseModel):
    """A lead that must not wait, and why."""

    id: UUID
    number: str
    state: LeadState
    priority: Priority
    rules: list[PressingRule]


class PressingList(BaseModel):
    """What presses now, most urgent first."""

    items: list[PressingLead]
    as_of: datetime


class ProposalRow(BaseModel):
    """What waits for a leader."""

    lead_id: UUID
    lead_number: str
    lead_version: int
    waiting: Waiting


class ProposalList(BaseModel):
    """What waits for a leader, oldest first."""

    items: list[ProposalRow]
