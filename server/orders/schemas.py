"""Orders and re-checks on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from hazard_library.catalogue.hazard import Text
from server.documents.schemas import Named
from server.orders.states import OrderEvent, OrderState, Rectified

Words = Annotated[str, Field(min_length=4, max_length=4000)]
Short = Annotated[str, Field(min_length=1, max_length=200)]


class Body(BaseModel):
    """What a verb is given; an unknown field is a mistake."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class OrderItem(BaseModel):
    """One thing that is wrong. The fact comes from the record made on site, never from a lead."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    key: str = Field(description="Key of the check item")
    title: Text = Field(description="The check item")
    fact: str = Field(description="What two officers found on site")
    basis: str | None = Field(description="Article it breaks; the officer chooses")
    demand: str | None = Field(description="What the enterprise has to do")


class EditItem(Body):
    """What an officer changes of one item of a draft."""

    key: Short
    basis: Short | None = None
    demand: Words | None = None


class Edit(Body):
    """What an officer changes of a draft; what is not sent stays."""

    items: list[EditItem] = Field(default_factory=list, max_length=100)
    due_on: date | None = None
    responsible: Short | None = None


class Credential(Body):
    """A second officer at the first one's device: the own account and password."""

    account: Short
    password: str = Field(min_length=1, max_length=1024, repr=False)


class Sign(Body):
    """A signature; without `signer` it is the one of who is signed in."""

    signer: Credential | None = None


class Issue(Body):
    """下达: the official number is the provincial system's."""

    official_no: str = Field(min_length=4, max_length=100)


class Serve(Body):
    """送达: a receipt, or how it was served without one."""

    received_by: Short | None = None
    post: Short | None = None
    note: Words | None = None


class AskExtension(Body):
    """申请延期, by the enterprise."""

    reason: Words
    wanted_on: date


class Decide(Body):
    """The leader's answer, with its reason."""

    reason: Words


class AskRecheck(Body):
    """申请复查, by the enterprise: what it has done."""

    reported: Words


class ItemChecked(Body):
    """What the re-check found about one item."""

    key: Short
    result: Rectified
    seen: Words | None = None


class WriteRecheck(Body):
    """复查情况, written on site."""

    results: list[ItemChecked] = Field(min_length=1, max_length=100)
    opinion: Words
    next_step: Words


class Withdraw(Body):
    """撤销: issued in error; the cause stays."""

    cause: Words


class Nothing(Body):
    """A verb that needs no words."""


class SignatureShown(BaseModel):
    """A signature, and whether it still stands under the text as it is now."""

    model_config = ConfigDict(from_attributes=True)

    signed_by: str
    name: str
    post: str | None
    certificate_no: str | None
    note: str | None
    at: datetime
    stands: bool = Field(description="False: 内容已修改，请重新签字")


class ExtensionShown(BaseModel):
    """One wish for more time."""

    model_config = ConfigDict(from_attributes=True)

    asked_at: datetime
    reason: str
    due_before: date
    wanted_on: date
    decided_at: datetime | None
    is_granted: bool | None
    decision_reason: str | None


class ReCheckShown(BaseModel):
    """One re-check."""

    results: list[ItemChecked]
    opinion: str | None
    next_step: str | None
    done_at: datetime | None
    signatures: list[SignatureShown]


class OrderRow(BaseModel):
    """An order in the list."""

    id: UUID
    number: str
    official_no: str | None
    state: OrderState
    version: int
    created_at: datetime
    enterprise: Named
    task_number: str
    due_on: date | None
    is_overdue: bool = Field(description="逾期: due, and not yet re-checked; computed")
    recheck_by: date | None = Field(description="应复查日期, counted in workdays")
    recheck_is_late: bool


class Order(OrderRow):
    """An order's page."""

    task_id: UUID
    items: list[OrderItem]
    responsible: str | None
    is_serious: bool
    due_hint: str = Field(description="期限提示: earliest day, rest day; no default is given")
    served_at: datetime | None
    served_to: str | None
    service_note: str | None
    reported: str | None
    extensions: list[ExtensionShown]
    rechecks: list[ReCheckShown]
    signatures: list[SignatureShown]
    no_case_reason: str | None
    void_cause: str | None
    replaces: UUID | None
    replaced_by: UUID | None
    missing: list[str] = Field(description="What is still lacking before it can be issued")
    allowed: list[OrderEvent] = Field(description="What the reader may do now")


class OrderList(BaseModel):
    """Orders, newest first."""

    items: list[OrderRow]
    next_cursor: str | None
