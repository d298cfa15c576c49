"""Transfers on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic import Field as Described

from server.documents.schemas import Basis, Field, File, HazardName, Named
from server.handovers.directory import Department
from server.handovers.states import TransferEvent, TransferState


class TransferContent(BaseModel):
    """What a transfer is pre-filled with. Penalties are absent: they are the receiver's."""

    fields: list[Field]
    basis: list[Basis]


class Transfer(BaseModel):
    """A transfer's page, and its entry in the list."""

    id: UUID
    number: str
    version: int
    state: TransferState = Described(description="draft: 待负责人审批")
    created_at: datetime
    lead_id: UUID
    lead_number: str
    hazard: HazardName
    enterprise: Named | None
    to: str
    department: str | None = Described(description="The receiver in the directory")
    opinion: str | None
    approved_by: str | None
    approved_at: datetime | None
    document_no: str | None = Described(description="文号 of the provincial system")
    sent_how: str | None
    sent_at: datetime | None
    receipt_due: date | None = Described(description="Five working days (house); R-021 after it")
    is_receipt_late: bool
    receipt: str | None
    received_at: datetime | None
    answer: str | None
    answered_at: datetime | None
    closed_at: datetime | None
    returned_because: str | None
    allowed: list[TransferEvent] = Described(description="What this person may do now")
    fields: list[Field]
    basis: list[Basis]
    evidence: list[File]


class TransferList(BaseModel):
    """Transfers, newest first."""

    items: list[Transfer]
    next_cursor: str | None


class DirectoryPage(BaseModel):
    """移送名录: the departments that a matter may be moved to."""

    version: str
    source: str
    review_status: str = Described(description="UNREVIEWED: 未经法制审核")
    items: list[Department]


#: A person's own words.
Words = Annotated[str, Described(min_length=2, max_length=4000)]
Line = Annotated[str, Described(min_length=2, max_length=200)]


class Asked(BaseModel):
    """What somebody sends with a verb: nothing that the verb does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Revise(Asked):
    """Change the receiver, what was proposed, or until when an answer is wanted."""

    department: str | None = Described(default=None, description="Id in the directory")
    fields: dict[str, Words] = Described(
        default_factory=dict, description="Proposed fields by their key; others are refused"
    )
    reply_by: date | None = None


class Approve(Asked):
    """The leader's opinion, in own words."""

    opinion: Words


class Send(Asked):
    """It went out: under which official number, by which way."""

    document_no: Line = Described(description="文号, as the provincial system gave it")
    how: Line = Described(description="Such as 专人送达, 邮寄, 政务系统")


class Receipt(Asked):
    """Somebody signed for it."""

    receipt: Line = Described(description="Who signed, and the receipt's number if it has one")


class Answer(Asked):
    """What the receiver answered."""

    answer: Words


class Close(Asked):
    """Nothing is left to do."""

    note: Words


class Return(Asked):
    """The receiver sent it back."""

    reason: Words


class Redraft(Asked):
    """Take a returned one up again."""

    reason: Words
