"""Enterprise records as they come in and go out."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from server.enterprises.conflicts import Side
from server.enterprises.credit_code import is_valid
from server.enterprises.fields import Plain
from server.enterprises.import_columns import Effect
from server.enterprises.record_values import RiskBand, Sector, Words, sector_named
from server.enterprises.states import ConflictState, EnterpriseEvent, EnterpriseState
from server.enterprises.weighing import Standing


def _valid_code(code: str) -> str:
    if not is_valid(code):
        raise ValueError("no valid 统一社会信用代码: 18 characters, the last is a check digit")
    return code


class SiteRecord(BaseModel):
    """One place of an enterprise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    name: Words
    address: Words
    division_code: str = Field(pattern=r"^\d{6}$")


class EnterpriseRecord(BaseModel):
    """One enterprise to register."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Words
    credit_code: Annotated[str, AfterValidator(_valid_code)]
    address: Words
    legal_representative: Words
    industry: Words
    sector: Sector | None = Field(default=None, description="None: as the industry says")
    risk_band: RiskBand = RiskBand.LOW
    is_key_unit: bool = False
    is_demo: bool = False
    source: Words = Field(description="Where the record comes from")
    sites: tuple[SiteRecord, ...] = Field(min_length=1)

    @property
    def supervised_as(self) -> Sector:
        """By which rules it is supervised; an industry that is no sector's name is another's."""
        return self.sector or sector_named(self.industry) or Sector.OTHER


class TrainingConsent(BaseModel):
    """An enterprise's consent to training on its pictures, or that there is none any more."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    reference: str | None = Field(
        min_length=4, max_length=200, description="Where the written consent lies; null ends it"
    )


class EnterpriseOut(BaseModel):
    """An enterprise as the console shows it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    state: EnterpriseState
    merged_into_id: UUID | None
    name: str
    credit_code: str
    address: str
    legal_representative: str
    industry: str
    sector: Sector
    risk_band: RiskBand
    is_key_unit: bool
    is_demo: bool
    source: str
    training_consent: str | None = Field(
        description="Where the written consent to training on its pictures lies; null: none"
    )


class EnterpriseRow(BaseModel):
    """An enterprise as a row of the list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    credit_code: str
    state: EnterpriseState
    sector: Sector
    risk_band: RiskBand
    is_key_unit: bool


class EnterpriseList(BaseModel):
    """A part of the list, by credit code."""

    items: list[EnterpriseRow]
    next_cursor: str | None


class SiteOut(BaseModel):
    """A place of an enterprise."""

    id: str
    name: str
    address: str
    division_code: str
    division: str = Field(description="City and county, as both are always shown together")


class StatementOut(BaseModel):
    """What a source says."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    value: Plain
    source: str
    as_of: date
    recorded_at: datetime
    recorded_by: str
    standing: Standing = Field(description="What became of it when it was recorded")


class FieldValue(StatementOut):
    """What counts for a field, or for one item of it."""

    item: str = Field(description="Which item; empty where the field is single")
    stale_on: date = Field(description="From this day on it counts as old")
    stale: bool


class FieldOut(BaseModel):
    """One field of the record; no values: nothing is known (缺数据)."""

    field: str
    title_zh: str
    title_en: str
    many: bool = Field(description="Whether it holds items")
    stale_after_days: int = Field(description="A house value, no law's")
    values: list[FieldValue]


class ConflictOut(BaseModel):
    """Two sources contradict each other."""

    id: UUID
    enterprise_id: UUID
    field: str
    title_zh: str
    item: str
    state: ConflictState
    version: int
    opened_at: datetime
    challenger: StatementOut
    defender: StatementOut


class ConflictList(BaseModel):
    """The conflict queue, oldest first."""

    items: list[ConflictOut]


class ConflictDecision(BaseModel):
    """Which side is kept, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    keep: Side
    reason: Words


class SettledConflict(BaseModel):
    """How a conflict ended."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    enterprise_id: UUID
    field: str
    item: str
    state: ConflictState
    version: int
    kept_id: UUID | None
    settled_by: str | None
    settled_at: datetime | None
    reason: str | None


class Record(BaseModel):
    """The whole record 一企一档, each value with its source."""

    enterprise: EnterpriseOut
    sites: list[SiteOut]
    fields: list[FieldOut]
    conflicts: list[ConflictOut]
    allowed: list[EnterpriseEvent] = Field(description="What the state and the reader's role allow")


class FieldHistory(BaseModel):
    """Everything that was ever said of a field, oldest first, and how conflicts ended."""

    statements: list[StatementOut]
    conflicts: list[SettledConflict]


class Telling(BaseModel):
    """One value that an officer states; null: there is none any more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str = Field(max_length=40)
    item: str = Field(default="", max_length=900, description="Needed where the value is null")
    value: Plain
    source: Words = Field(description="Where the officer has it from")
    as_of: date = Field(description="For which day it is so")


class Tellings(BaseModel):
    """What an officer states, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    statements: tuple[Telling, ...] = Field(min_length=1, max_length=100)
    reason: Words


class Reason(BaseModel):
    """Why something is done."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Words


class Merger(Reason):
    """Which enterprise took this one over, and why."""

    into: UUID


class ImportFault(BaseModel):
    """What is wrong with a cell, and what to do about it."""

    column: str
    problem: str
    remedy: str


class ImportedRow(BaseModel):
    """What one row does, or would do."""

    number: int = Field(description="As the file numbers it; the column names are row 1")
    credit_code: str
    effect: Effect
    fields: list[str] = Field(description="What it says anew of a known enterprise")
    faults: list[ImportFault]


class ImportReport(BaseModel):
    """What a table changes, or would change. Rows that change nothing are counted only."""

    file_sha256: str
    applied: bool = Field(description="False: a preview, nothing was written")
    counts: dict[str, int]
    ignored_columns: list[str]
    rows: list[ImportedRow]
