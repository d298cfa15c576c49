"""Rounds on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from server.online_patrols.planning import Why
from server.online_patrols.states import Result, RoundEvent, RoundKind, RoundState

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=2000)]
Account = Annotated[str, StringConstraints(min_length=2, max_length=63)]


class Asking(BaseModel):
    """A request's body; an unknown field is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Roster(Asking):
    """Who patrols on a day."""

    day: date
    accounts: tuple[Account, ...] = Field(max_length=50)


class Start(Asking):
    """Begin; the second officer is one of the roster."""

    second_officer: Account | None = None


class Look(Asking):
    """What one camera showed."""

    item: UUID
    result: Result
    picture: UUID | None = Field(
        default=None, description="Evidence id of the picture that was looked at"
    )
    description: Words | None = Field(default=None, description="What was seen, in own words")
    lead_id: UUID | None = Field(default=None, description="Open lead of this camera")


class Finish(Asking):
    """Sign."""

    signature: Words = Field(description="The officer's own name")
    disposition: Words = Field(description="What follows, in own words")


class Append(Asking):
    """A correction."""

    text: Words


class Nothing(Asking):
    """An empty body."""


class PictureOut(BaseModel):
    """The newest picture of a camera that is fresh enough to be looked at."""

    id: UUID
    url: str
    captured_at: datetime
    sha256: str


class HintOut(BaseModel):
    """An open lead of the camera; never shown on a blind look that is still open."""

    lead_id: UUID
    number: str
    hazard: str


class BasisOut(BaseModel):
    """The article that a look rests on."""

    id: str
    law: str
    quote: str
    review_status: str
    in_force: bool = Field(description="On the day of the round")


class ItemOut(BaseModel):
    """One camera of a round."""

    id: UUID
    position: int
    device: str
    camera: str
    camera_name: str
    enterprise_id: UUID
    enterprise_name: str
    why: Why
    why_zh: str
    is_statutory: bool
    basis: BasisOut
    hints: list[HintOut]
    picture: PictureOut | None
    result: Result | None
    description: str | None
    lead_id: UUID | None
    sha256: str | None
    captured_at: datetime | None
    looked_at: datetime | None
    looked_by: str | None


class OfficerOut(BaseModel):
    """An officer with the certificate that was shown."""

    model_config = ConfigDict(from_attributes=True)

    account: str
    full_name: str
    certificate_no: str
    signature: str | None
    signed_at: datetime | None


class NoteOut(BaseModel):
    """A correction."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    by: str
    text: str


class RoundRow(BaseModel):
    """A round in the list."""

    id: UUID
    number: str
    day: date
    state: RoundState
    kind: RoundKind
    version: int
    window_end: datetime
    cameras: int
    left: int = Field(description="How many cameras are not answered yet")


class RoundOut(RoundRow):
    """A round's page."""

    started_at: datetime | None
    ended_at: datetime | None
    disposition: str | None
    seed: str = Field(description="Of the random tenth; with the plan's facts it can be recomputed")
    facts: list[dict[str, object]]
    officers: list[OfficerOut]
    items: list[ItemOut]
    notes: list[NoteOut]
    allowed: list[RoundEvent]


class Coverage(BaseModel):
    """How much of the unit's cameras was seen. Seen: in a patrol, with a picture."""

    as_of: datetime
    cameras: int
    seen_in_30_days: int
    never_seen: int
    key_unit_cameras: int
    key_unit_seen_in_7_days: int
    blind_looks_in_30_days: int
    blind_found_in_30_days: int


class AnnouncedOfficer(BaseModel):
    """Name and certificate, and nothing else."""

    model_config = ConfigDict(from_attributes=True)

    full_name: str
    certificate_no: str


class Announcement(BaseModel):
    """What an enterprise sees of a patrol: who looked, with certificates; of its rounds only."""

    number: str
    started_at: datetime
    ended_at: datetime | None
    unit: str
    officers: list[AnnouncedOfficer]
