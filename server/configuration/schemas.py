"""Configuration revisions on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from hazard_library.contract.configuration import FileName
from hazard_library.contract.message import Sha256
from server.configuration.states import RevisionEvent, RevisionState


class RevisionWanted(BaseModel):
    """A configuration as somebody wishes it for one box."""

    files: dict[FileName, str] = Field(
        min_length=1,
        max_length=300,
        description="site.yaml and cameras/*.yaml, every file, as text",
        examples=[{"site.yaml": "site: site-1\ndevice: box-1\nstores: stores\n"}],
    )
    reason: str = Field(min_length=2, max_length=500, description="Why it is wanted")


class RevisionReason(BaseModel):
    """Why a revision is withdrawn, or an earlier one brought back."""

    reason: str = Field(min_length=2, max_length=500)


class RevisionSummary(BaseModel):
    """A revision in the list of its box."""

    id: UUID
    number: int | None = Field(description="None: not published yet")
    version: int = Field(description="If-Match")
    state: RevisionState
    author: str
    reason: str
    created_at: datetime
    restores: int | None = Field(description="Number of the earlier revision that it brings back")
    approved_by: str | None
    approved_at: datetime | None
    published_at: datetime | None
    handed_over_at: datetime | None = Field(
        description="Since when it lies at the broker for the box"
    )
    ended_at: datetime | None = Field(description="When the box answered, or it was withdrawn")
    ended_because: str | None = Field(
        description="The box's reason for refusing, or why it was withdrawn"
    )
    files_sha256: Sha256 = Field(description="Of the files: what is approved")
    document_sha256: Sha256 | None = Field(description="Of what was signed: the box answers by it")


class RevisionList(BaseModel):
    """The revisions of one box, newest first."""

    device: str
    in_force: int | None = Field(description="Number that the box says is in place; None: none")
    may_write: bool = Field(description="Whether the reader may write one")
    items: list[RevisionSummary]
    next_cursor: str | None


class RevisionPage(RevisionSummary):
    """A revision with its files, and what it would change."""

    device: str
    files: dict[str, str]
    compared_with: int | None = Field(
        description="Number of the acknowledged revision that `changes` counts from; None: there "
        "is none, so every line is new"
    )
    changes: list[str] = Field(description="Lines of a unified diff")
    unregistered_cameras: list[str] = Field(
        description="Not registered for this box: what they report would be set aside"
    )
    events: list[RevisionEvent] = Field(description="What the reader may do with it now")


class ConfigurationKeyShown(BaseModel):
    """The public key that boxes trust, for `link.configuration_key`."""

    public_key: str = Field(description="PEM, Ed25519")
    key_id: Sha256
