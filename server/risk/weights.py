"""How much each factor counts. Pure; the house's own come with the program as data."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

_Points = Annotated[int, Field(ge=0, le=100)]
_Relief = Annotated[int, Field(ge=-100, le=0)]


class Weights(BaseModel):
    """One set of weights; `_most`: a factor that counts several times never counts more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: _Points
    high_risk_industry: _Points
    major_hazard_source: tuple[_Points, _Points, _Points, _Points] = Field(
        description="Of level 一 to 四"
    )
    standardisation: tuple[_Relief, _Relief, _Relief] = Field(description="Of level 一 to 三")
    accident_free: _Relief
    accident_free_years: int = Field(ge=1, le=10)
    fatal_accident: _Points
    fatal_accidents_most: _Points
    open_major_hazard: _Points
    open_major_hazards_most: _Points
    overdue_order: _Points
    recurrence: _Points
    dishonesty: _Points
    confirmed_lead: _Points
    confirmed_leads_most: _Points
    complaint: _Points
    complaints_most: _Points
    red_warning: _Points
    orange_warning: _Points
    cameras_offline: _Points
    cameras_online_least: float = Field(gt=0, le=1)
    ledger_stale: _Points
    high_from: int = Field(ge=1, le=100)
    mid_from: int = Field(ge=1, le=100)

    @model_validator(mode="after")
    def _bands_in_order(self) -> Self:
        if self.mid_from >= self.high_from:
            msg = "mid_from must lie below high_from"
            raise ValueError(msg)
        return self


@cache
def house_weights() -> Weights:
    """Return the weights that come with the program."""
    text = (files("server.risk") / "weights.toml").read_text("utf-8")
    return Weights.model_validate(tomllib.loads(text))
