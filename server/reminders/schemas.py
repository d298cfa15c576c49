"""Reminders on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from server.reminders.rules import Severity
from server.reminders.states import ReminderEvent, ReminderState


class ReminderShown(BaseModel):
    """One item."""

    id: UUID
    version: int = Field(description="If-Match")
    rule: str
    title_zh: str
    message_zh: str
    basis: list[str] = Field(description="Articles; empty: house")
    is_house: bool
    review_status: str = Field(default="UNREVIEWED", description="未经法制审核")
    blocks: bool
    severity: Severity
    steps_up: int = Field(description="How often nobody answered in time")
    state: ReminderState
    object_type: str
    object_id: str
    is_mine: bool = Field(description="The reader is the one who answers")
    raised_at: datetime
    answer_by: datetime = Field(description="Then it goes one step up")
    handled_by: str | None = Field(description="Account of who answered")
    reason: str | None
    ended_at: datetime | None
    events: list[ReminderEvent] = Field(description="What the reader may do with it now")


class ReminderList(BaseModel):
    """What is told to the reader, newest first."""

    items: list[ReminderShown]
    next_cursor: UUID | None
    open: dict[Severity, int] = Field(description="How many are open, by severity")


class HandleReason(BaseModel):
    """What was done about it."""

    reason: str = Field(min_length=2, max_length=1000)


class RuleShown(BaseModel):
    """One rule of the table."""

    id: str
    version: int
    title_zh: str
    message_zh: str
    trigger: str
    due: str
    basis: list[str]
    is_house: bool
    severity: Severity
    blocks: bool
    is_on: bool


class RuleList(BaseModel):
    """The table."""

    items: list[RuleShown]
    review_status: str = Field(default="UNREVIEWED", description="未经法制审核")


class SwitchWanted(BaseModel):
    """A rule switched on or off."""

    on: bool
    reason: str = Field(min_length=2, max_length=500)
