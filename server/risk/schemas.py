"""Risk scores, weights and contests as they come in and go out."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from server.enterprises.record_values import RiskBand, Words
from server.risk.states import ContestState, WeightsState
from server.risk.weights import Weights

NOTICE_ZH = "分值只用于安排工作先后，不作为检查或处罚的依据。权重为系统内部数值，未经法制审核。"


class AddendOut(BaseModel):
    """One term of the sum."""

    model_config = ConfigDict(from_attributes=True)

    factor: str
    title_zh: str
    title_en: str
    points: int
    told_zh: str = Field(description="What is known; 缺数据 where nothing is")
    source: str | None
    as_of: date | None
    missing: bool
    waived: bool = Field(description="A contest was upheld: it adds nothing")
    fingerprint: str = Field(description="Names this value of this source, to contest it")


class WeightsUsed(BaseModel):
    """Which set was used."""

    number: int | None = Field(description="None: the house's own, which nobody has approved")
    approved_by: str | None


class RiskScore(BaseModel):
    """Why an enterprise is what it is."""

    enterprise_id: UUID
    score: int
    band: RiskBand
    band_zh: str
    computed_at: datetime
    weights: WeightsUsed
    addends: list[AddendOut]
    contests: list["ContestOut"]
    notice_zh: str = NOTICE_ZH


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WeightsIn(_In):
    """A set of weights, and why."""

    weights: Weights
    reason: Words


class WeightsOut(BaseModel):
    """A set of weights."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    state: WeightsState
    number: int | None
    weights: dict[str, Any]
    reason: str
    author: str
    created_at: datetime
    approved_by: str | None
    approved_at: datetime | None


class WeightsList(BaseModel):
    """All sets, newest first, beside the house's own."""

    house: Weights
    items: list[WeightsOut]


class ContestIn(_In):
    """Which addend is wrong, as it was shown, and why."""

    fingerprint: str = Field(pattern="^[0-9a-f]{64}$")
    reason: Words


class DecisionIn(_In):
    """What a leader decides."""

    reason: Words


class ContestOut(BaseModel):
    """A contested factor."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    version: int
    enterprise_id: UUID
    state: ContestState
    factor: str
    fingerprint: str
    told: dict[str, Any]
    reason: str
    contested_by: str
    contested_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision: str | None


RiskScore.model_rebuild()
