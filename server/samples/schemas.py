"""Proposals of samples on the wire: no name of a person, an enterprise or a place is in them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from server.leads.states import DismissReason, Verdict


class ProposedBox(BaseModel):
    """One object that the model saw in the key frame, in pixels of the picture as recorded."""

    label: str
    score: float
    box: tuple[float, float, float, float] = Field(description="x1, y1, x2, y2")
    subject: bool = Field(description="Whether this object itself was the finding")


class ProposedModel(BaseModel):
    """A model package that the box used."""

    name: str
    version: str
    sha256: str
    precision: str


class Frame(BaseModel):
    """The key frame's file as it may leave: what the enterprise has agreed to."""

    sha256: str
    bytes: int
    media_type: str
    redaction: Literal["none", "heads_blurred"]


class Proposal(BaseModel):
    """One key frame of a decided lead."""

    id: UUID = Field(description="Names the frame; fetch it at /samples/frames/{id}")
    lead: UUID
    hazard: str
    verdict: Verdict
    verdict_zh: str
    reason: DismissReason | None = Field(description="Why it is a false alarm")
    reason_zh: str | None
    decided_at: datetime
    taken_at: datetime = Field(description="When the rule completed, by the box's clock")
    incident: str = Field(description="Pseudonym")
    camera: str = Field(description="Pseudonym; equal for all pictures of one camera")
    site: str = Field(description="Pseudonym")
    enterprise: str = Field(description="Pseudonym")
    frame: Frame
    width: int = Field(description="Of the picture as recorded, in pixels")
    height: int
    persons: int = Field(description="People in the picture; personal data if there are any")
    boxes: list[ProposedBox]
    models: list[ProposedModel]
    measured: dict[str, float] = Field(description="What the rule compared")
    required: dict[str, float] = Field(description="With which thresholds")


class Withheld(BaseModel):
    """What this page does not offer, counted."""

    no_consent: int = Field(description="Verdicts whose enterprise has not agreed")
    no_picture: int = Field(description="Incidents whose key frame is not there")


class ProposalPage(BaseModel):
    """Proposals in the order of the verdicts."""

    items: list[Proposal]
    ended: list[UUID] = Field(
        description="On the page after=0: every frame of enterprises that agree no longer. "
        "Withdraw what came of them"
    )
    withheld: Withheld
    last: int = Field(description="Go on with after=<last>")
    has_more: bool
    consents: int = Field(
        description="Changes whenever an enterprise agrees or ends its consent: begin with after=0"
    )
    as_of: datetime
