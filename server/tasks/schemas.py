"""Inspection tasks on the wire."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Described

from hazard_library.catalogue.hazard import Text
from server.documents.schemas import Basis, Field, File, HazardName, Named
from server.tasks.states import InspectionType, PenaltyDecision, SourceKind, TaskEvent, TaskState


class Candidate(BaseModel):
    """An article that may be considered only after something is established on site."""

    basis: Basis
    only_when: Text


class FieldGroup(BaseModel):
    """Fields under one heading."""

    title: Text
    fields: list[Field]


class TaskContent(BaseModel):
    """What a task is pre-filled with; kept with the task as the law stood that day."""

    groups: list[FieldGroup]
    check_items: list[Text]
    basis: list[Basis]
    candidates: list[Candidate] = Described(description="须现场核实后方可考虑；不是认定")
    shows_not: list[Text]


class TaskRow(BaseModel):
    """A task in the list."""

    id: UUID
    number: str
    version: int
    state: TaskState
    created_at: datetime
    source_kind: SourceKind
    source_reference: str
    lead_id: UUID | None
    lead_number: str | None
    hazard: HazardName
    enterprise: Named | None
    planned_on: date | None
    is_overdue: bool = Described(description="超期: three workdays past the planned day; computed")
    lacking: int = Described(description="How many fields the officer still has to fill")


class ItemShown(BaseModel):
    """One check item of the catalogue."""

    key: str
    text: Text


class Plan(BaseModel):
    """What is planned. Proposals are there from the beginning; the officer's own are not."""

    inspection_type: InspectionType | None
    items: list[ItemShown] = Described(description="Chosen")
    choosable: list[ItemShown] = Described(description="The catalogue's published items")
    planned_on: date | None
    reason: str | None = Described(description="检查事由; the officer's own words")
    places: str | None
    proposed_officers: list[str]
    protective_gear: str | None
    division_of_work: str | None
    is_surprise: bool
    missing: list[str] = Described(description="What a draft lacks before it can be submitted")


class Visits(BaseModel):
    """Visits of this year and the cap (R-018); those of ★ leads are shown apart 触发检查."""

    this_year: int
    cap: int
    cap_source: str
    triggered_this_year: int
    is_triggered: bool = Described(description="This one is made because of a ★ lead")
    warning_zh: str | None
    proposal_zh: str | None


class Approval(BaseModel):
    """行政检查审批."""

    submitted_at: datetime | None
    approved_at: datetime | None
    opinion: str | None
    frequency_reason: str | None


class MemberShown(BaseModel):
    """Somebody assigned."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    duty: str
    certificate_no: str | None
    certificate_to: date | None
    assistance_doc: str | None


class SignatureShown(BaseModel):
    """A signature, and whether it still stands under the record as it is now."""

    signed_by: str
    name: str
    post: str | None
    certificate_no: str | None
    note: str | None
    at: datetime
    stands: bool = Described(description="False: 内容已修改，请重新签字")


class RecordShown(BaseModel):
    """The record 现场检查记录."""

    content: dict[str, Any] = Described(description="By field; items by their key")
    content_sha256: str = Described(description="What a signature is put under")
    recorded_at: datetime | None
    refused_facts: str | None
    missing: list[str] = Described(description="What it lacks before it is complete (R-010)")
    signatures: list[SignatureShown]


class MajorHazardShown(BaseModel):
    """A major hazard found on site, and the paper on the measure taken at once."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    criterion: str
    finding: str
    measure: str
    found_at: datetime
    paperwork_due_at: datetime
    paperwork_at: datetime | None
    paperwork_no: str | None
    removed_at: datetime | None


class ViolationShown(BaseModel):
    """Something found violated, and whether it was considered for a penalty."""

    key: str
    title: str
    finding: str
    penalty: list[Basis] = Described(description="Articles that may be hit; not a finding")
    decision: PenaltyDecision | None
    reason: str | None
    basis: str | None


class OrderShown(BaseModel):
    """An order that came of it."""

    id: UUID
    number: str
    state: str


class CaseShown(BaseModel):
    """The case hand-over that came of it."""

    id: UUID
    state: str


class Task(TaskRow):
    """A task's page."""

    fields: list[Field]
    groups: list[FieldGroup]
    check_items: list[Text]
    basis: list[Basis]
    candidates: list[Candidate]
    shows_not: list[Text]
    evidence: list[File]
    document_id: str | None = Described(description="None: the form is written when downloaded")
    plan: Plan
    visits: Visits
    approval: Approval
    team: list[MemberShown]
    record: RecordShown | None
    major_hazards: list[MajorHazardShown]
    violations: list[ViolationShown]
    orders: list[OrderShown]
    case: CaseShown | None = Described(description="The hand-over that came of it")
    allowed: list[TaskEvent] = Described(description="What the reader may do now")


class TaskList(BaseModel):
    """Tasks, newest first."""

    items: list[TaskRow]
    next_cursor: str | None
