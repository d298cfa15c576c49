"""Leads on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hazard_library.catalogue.hazard import Text
from server.documents.schemas import Basis, File, HazardName, Named
from server.leads.joining import JoinedAs
from server.leads.priority import Priority
from server.leads.states import DismissReason, LeadEvent, LeadState, Suggestion

#: SCREENS §1: the officer's own words, six characters or more.
Finding = Annotated[str, StringConstraints(strip_whitespace=True, min_length=6, max_length=2000)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=2000)]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class Asking(BaseModel):
    """A request's body; an unknown field is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Confirm(Asking):
    """属实."""

    finding: Finding = Field(description="What the officer saw in the picture, in own words")


class Dismiss(Asking):
    """误报."""

    reason: DismissReason
    note: Note | None = Field(default=None, description="Further words; needed with `other`")


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
    """复开."""

    reason: Reason = Field(description="The new fact")


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
