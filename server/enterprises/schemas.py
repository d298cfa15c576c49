"""Enterprise records as they come in and go out."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from server.enterprises.credit_code import is_valid
from server.enterprises.tables import RiskBand


def _valid_code(code: str) -> str:
    if not is_valid(code):
        raise ValueError("no valid 统一社会信用代码: 18 characters, the last is a check digit")
    return code


class SiteRecord(BaseModel):
    """One place of an enterprise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    name: str = Field(min_length=1)
    address: str = Field(min_length=1)
    division_code: str = Field(pattern=r"^\d{6}$")


class EnterpriseRecord(BaseModel):
    """One enterprise to register."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    credit_code: Annotated[str, AfterValidator(_valid_code)]
    address: str = Field(min_length=1)
    legal_representative: str = Field(min_length=1)
    industry: str = Field(min_length=1)
    risk_band: RiskBand = RiskBand.LOW
    is_key_unit: bool = False
    is_demo: bool = False
    source: str = Field(min_length=1, description="Where the record comes from")
    sites: tuple[SiteRecord, ...] = Field(min_length=1)


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
    name: str
    credit_code: str
    address: str
    legal_representative: str
    industry: str
    risk_band: RiskBand
    is_key_unit: bool
    is_demo: bool
    source: str
    training_consent: str | None = Field(
        description="Where the written consent to training on its pictures lies; null: none"
    )
