"""What the verbs of a task are given. Nothing that an officer decides has a default (INV-5)."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from hazard_library.contract.ids import HazardId
from server.tasks.states import InspectionType, ItemResult, OnsiteTruth, PenaltyDecision, SourceKind

Words = Annotated[str, Field(min_length=4, max_length=4000)]
Short = Annotated[str, Field(min_length=1, max_length=200)]
Account = Annotated[str, Field(min_length=2, max_length=63)]


class Body(BaseModel):
    """What a verb is given."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Nothing(Body):
    """A verb that needs no words."""


class WithReason(Body):
    """A verb that needs no more than its reason."""

    reason: Words


class NewTask(Body):
    """A task that does not come from a lead."""

    source_kind: Literal[SourceKind.PLAN, SourceKind.SIGNAL, SourceKind.SUPERIOR]
    source_reference: str = Field(
        min_length=2, max_length=200, description="Number of the plan, signal or order"
    )
    site_id: str = Field(min_length=1, max_length=63)
    hazards: list[HazardId] = Field(min_length=1, max_length=20)


class EditTask(Body):
    """What an officer writes into a draft; what is not sent stays as it is."""

    inspection_type: InspectionType | None = None
    items: list[Short] | None = Field(default=None, max_length=200)
    planned_on: date | None = None
    reason: Words | None = None
    places: Short | None = None
    proposed_officers: list[Account] | None = Field(default=None, max_length=10)
    protective_gear: Words | None = None
    division_of_work: Words | None = None
    is_surprise: bool | None = Field(default=None, description="No notice beforehand")


class ApproveTask(Body):
    """审批意见, and why a visit too many may pass (R-018)."""

    opinion: str = Field(min_length=2, max_length=2000)
    frequency_reason: Words | None = None


class Member(Body):
    """An officer to send; of another unit only with a record of assistance."""

    account: Account
    assistance_doc: str | None = Field(default=None, min_length=4, max_length=200)


class AssignTask(Body):
    """Who goes, and when."""

    officers: list[Member] = Field(min_length=1, max_length=10)
    experts: list[Account] = Field(default_factory=list, max_length=5)
    planned_on: date


class Credential(Body):
    """A second officer at the first one's device: the own account and password."""

    account: Account
    password: str = Field(min_length=1, max_length=1024, repr=False)


class SignIn(Body):
    """签到: where and when the device says it is; a hint, never a lock."""

    signer: Credential | None = None
    device_at: datetime | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)


class Arrive(Body):
    """到达现场: certificates were shown, the recorder runs."""

    certificates_shown: Literal[True] = Field(description="已出示执法证件")
    recorder_no: Short = Field(description="执法记录仪编号")
    entry_code: Short | None = Field(default=None, description="扫码入企, where a local rule asks")


class Refused(Body):
    """拒绝检查: what happened."""

    facts: Words


class StopDanger(Body):
    """A major hazard: the criterion that the officer chose, and what was found in own words."""

    criterion: Short
    finding: Words
    measure: str = Field(min_length=2, max_length=2000, description="现场处理措施")


class ApproveMeasure(Body):
    """The leader's paper on an emergency measure."""

    major_hazard_id: UUID
    paperwork_no: Short
    opinion: str = Field(min_length=2, max_length=2000)


class ItemFound(Body):
    """The result of one check item. A violation needs a fact, what was not checked a reason."""

    key: Short
    result: ItemResult
    finding: Words | None = None
    reason: Words | None = None
    photos: list[UUID] = Field(default_factory=list, max_length=50)


class WriteRecord(Body):
    """What an officer writes into the record; what is not sent stays, items by their key."""

    person_present: Short | None = None
    post: Short | None = None
    time_in: datetime | None = None
    time_out: datetime | None = None
    times_reason: Words | None = Field(default=None, description="Why another time than signed in")
    items: list[ItemFound] | None = Field(default=None, max_length=200)
    onsite_truth: OnsiteTruth | None = Field(default=None, description="现场核实 of the lead")
    truth_note: Words | None = None
    enterprise_opinion: Words | None = None
    expert_opinion: Words | None = None


class SignRecord(Body):
    """A signature under the record: an officer's, or the enterprise's taken down."""

    signer: Credential | None = None


class EnterpriseSigns(Body):
    """The enterprise's signature, or how it was refused."""

    name: Short | None = None
    post: Short | None = None
    refusal_note: Words | None = None


class ResultNone(Body):
    """结论：符合. Items that were not checked need a word on why that will do."""

    reason: Words | None = None


class ResultOrder(Body):
    """结论：责令整改, for some of the violations or for all."""

    items: list[Short] | None = Field(default=None, max_length=200)
    replaces: UUID | None = Field(default=None, description="A void order that it replaces")


class Consider(Body):
    """是否立案, for one violation."""

    item: Short
    decision: PenaltyDecision
    reason: Words
    basis: Short | None = Field(default=None, description="Article of 不予处罚")
