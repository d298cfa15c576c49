"""What pages send and get about jurisdiction, recusal and urging."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from server.jurisdiction.rules import BasisKind
from server.jurisdiction.states import UrgingState


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Assign(_Body):
    """属地 or 分类分级: give a site to a unit."""

    basis: BasisKind = Field(
        description="territorial or graded; the others have verbs of their own"
    )
    unit_id: UUID
    valid_from: AwareDatetime
    doc_no: str | None = Field(default=None, max_length=100, description="Number of the document")


class TakeOver(_Body):
    """提级: the own unit takes a site over from a lower one."""

    valid_from: AwareDatetime
    doc_no: str = Field(max_length=100, description="Number of the document")


class Designate(_Body):
    """指定管辖: the common superior gives a site to another lower unit."""

    unit_id: UUID
    valid_from: AwareDatetime
    doc_no: str = Field(max_length=100, description="Number of the document")


class AssignmentOut(BaseModel):
    """Who enforces at a site, from when to when."""

    unit_id: UUID
    unit: str
    basis: BasisKind
    basis_zh: str
    doc_no: str | None
    valid_from: datetime
    valid_to: datetime | None


class AssignmentList(BaseModel):
    """All assignments of a site, oldest first; nobody holds it: R-020."""

    items: list[AssignmentOut]
    holder: str | None = Field(description="The unit that enforces there now; null: none (R-020)")


class Recuse(_Body):
    """Declare an own interest in an enterprise."""

    reason: str = Field(max_length=1000)


class EndRecusal(_Body):
    """End somebody's recusal."""

    reason: str = Field(max_length=1000)


class RecusalOut(BaseModel):
    """A declared interest."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    person_id: UUID
    enterprise_id: UUID
    reason: str
    declared_at: datetime
    ended_at: datetime | None
    end_reason: str | None


class RecusalList(BaseModel):
    """Declared interests, newest first."""

    items: list[RecusalOut]


class Urge(_Body):
    """督办."""

    text: str = Field(max_length=2000)
    due_at: AwareDatetime


class AnswerUrging(_Body):
    """What was done."""

    answer: str = Field(max_length=2000)


class UrgingOut(BaseModel):
    """An urging and its answer."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    state: UrgingState
    version: int
    object_type: str
    object_id: str
    object_number: str
    from_unit_id: UUID
    to_unit_id: UUID
    text: str
    due_at: datetime
    urged_at: datetime
    urged_by: str
    answer: str | None
    answered_at: datetime | None
    answered_by: str | None


class UrgingList(BaseModel):
    """Urgings of the own units, newest first."""

    items: list[UrgingOut]
