"""Signals as they come in and go out."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from server.signals.states import Level, SignalEvent, SignalKind, SignalState

_CLEAN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_CLEAN),
]
Long = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=_CLEAN),
]


class _In(BaseModel):
    #: Unknown members are refused: none can carry who told it.
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReadingIn(_In):
    """One reading of plant data."""

    point: Line = Field(description="Which point of the plant, such as a sensor's tag")
    quantity: Line = Field(description="Such as 可燃气体浓度, 液位, 温度")
    value: float = Field(allow_inf_nan=False)
    unit: Line


class SignalIn(_In):
    """One signal. There is no place for who told it, and what names them is struck out."""

    kind: SignalKind
    source_system: Line
    external_id: Line
    credit_code: Line | None = None
    enterprise_name: Line | None = None
    level: Level | None = None
    occurred_at: AwareDatetime
    text: Long | None = None
    reading: ReadingIn | None = None

    @model_validator(mode="after")
    def _reading_of_plant_data(self) -> Self:
        if (self.kind is SignalKind.MONITORING_DATA) != (self.reading is not None):
            msg = "monitoring_data has a reading, and nothing else has"
            raise ValueError(msg)
        return self


class SignalsIn(_In):
    """Signals to take."""

    signals: tuple[SignalIn, ...] = Field(min_length=1, max_length=200)


class Outcome(StrEnum):
    """What became of a signal that came in."""

    RECORDED = "recorded"
    KNOWN = "known"
    BELOW_THRESHOLD = "below_threshold"
    REFUSED = "refused"


class SignalTaken(BaseModel):
    """What became of one signal."""

    external_id: str
    outcome: Outcome
    id: UUID | None = None
    state: SignalState | None = None
    problem: str | None = Field(default=None, description="Why it was refused, and what to do")


class SignalsTaken(BaseModel):
    """What became of each, and how many of each outcome."""

    counts: dict[str, int]
    items: list[SignalTaken]


class SignalOut(BaseModel):
    """A signal."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    kind: SignalKind
    state: SignalState
    source_system: str
    external_id: str
    credit_code: str | None
    enterprise_name: str | None
    enterprise_id: UUID | None
    level: Level | None
    occurred_at: datetime
    received_at: datetime
    received_by: str
    text: str | None
    reading: dict[str, Any] | None
    set_aside_because: str | None


class Candidate(BaseModel):
    """An enterprise of exactly the name that was told; a person decides whether it is meant."""

    id: UUID
    name: str
    credit_code: str


class SignalPage(BaseModel):
    """A signal with what may be done."""

    signal: SignalOut
    candidates: list[Candidate]
    allowed: list[SignalEvent]


class SignalList(BaseModel):
    """A part of the list, newest first."""

    items: list[SignalOut]
    next_cursor: UUID | None


class Match(_In):
    """Of which enterprise it speaks, and why that is so."""

    enterprise_id: UUID
    reason: Line


class Why(_In):
    """Why something is done."""

    reason: Line


class FileFault(BaseModel):
    """What is wrong with a cell of a file, and what to do about it."""

    row: int
    column: str
    problem: str
    remedy: str


class SignalFileReport(BaseModel):
    """What a file brings, or would bring."""

    applied: bool = Field(description="False: a dry run, nothing was written")
    counts: dict[str, int]
    unmatched: int = Field(description="How many of them no known enterprise's code names")
    faults: list[FileFault]
    ignored_columns: list[str]
    struck_columns: list[str] = Field(description="Columns about who spoke; they were not read")
