"""What is asked and shown of cameras' reviews."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from server.fleet.place_types import PlaceType
from server.fleet.review_states import ReviewState, Standing
from server.fleet.review_tables import CameraReview
from server.kit.double_review import Opinion

Short = Annotated[str, Field(min_length=2, max_length=200)]


class DossierGiven(BaseModel):
    """What is put forward about a camera; nothing is filled in by the server."""

    owner: Short = Field(description="Whose camera it is")
    legal_basis: Short = Field(description="Law or administrative regulation it is used under")
    certificate_no: Short = Field(description="Certificate of its standard")
    sign_photo_sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Photograph of its sign")
    publication_url: str = Field(pattern="^https?://", max_length=500)
    published_on: date
    valid_from: date
    valid_to: date


class HalfGiven(BaseModel):
    """One half's opinion: every item of the checklist is answered."""

    passed: bool
    checks: dict[str, bool] = Field(max_length=50)
    opinion: str = Field(default="", max_length=2000)
    explained: dict[str, str] = Field(
        default_factory=dict,
        max_length=20,
        description="Item → why it holds though the machine's own check says no",
    )


class Reason(BaseModel):
    """Why."""

    reason: str = Field(min_length=2, max_length=500)


class PlaceGiven(BaseModel):
    """What kind of place a camera shows."""

    place_type: PlaceType


class CameraReviewShown(BaseModel):
    """One review of a camera."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    device_id: str
    camera_id: str
    state: ReviewState
    version: int
    handler_name: str
    submitted_at: datetime
    owner: str
    legal_basis: str
    certificate_no: str
    sign_photo_sha256: str
    publication_url: str
    published_on: date
    valid_from: date
    valid_to: date
    legal: Opinion | None
    tech: Opinion | None
    qualified_at: datetime | None
    ended_at: datetime | None
    ended_because: str | None
    review_status: str = Field(
        default="UNREVIEWED", description="未经法制审核: whether 41 covers such cameras is open"
    )

    @classmethod
    def of(cls, review: CameraReview) -> "CameraReviewShown":
        """Write a review."""
        return cls.model_validate(review)


class CameraReviewsShown(BaseModel):
    """Where a camera stands now, and its reviews, oldest first."""

    standing: Standing
    items: tuple[CameraReviewShown, ...]
