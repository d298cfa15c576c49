"""A revision of a box's configuration, as the bureau signs it and the box checks it."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from hazard_library.contract.message import DeviceName, Message, Part, Sha256

FileName = Annotated[str, Field(pattern=r"^(site|cameras/[\w-][\w.-]{0,60})\.yaml$")]


class RevisionDocument(Part):
    """What is signed: whose configuration, the how manyth, and every file of it."""

    device: DeviceName
    revision: int = Field(ge=1, description="Counts up; a box never goes back to an earlier one")
    issued_at: AwareDatetime
    files: dict[FileName, str] = Field(description="site.yaml and cameras/*.yaml, as text")


class ConfigRevision(Message):
    """The newest configuration for one box; retained, so that an absent box gets it later."""

    schema_id: Literal["config-revision/1"] = Field(default="config-revision/1", alias="schema")
    document: str = Field(description="The exact text that was signed: a RevisionDocument as JSON")
    signature: str = Field(description="Ed25519 over the document, base64")
    key_id: Sha256 = Field(description="SHA-256 of the raw public key")


class RevisionAnswer(Part):
    """What became of the last configuration that the server sent, named by what was signed."""

    document_sha256: Sha256 = Field(description="SHA-256 of the exact text that was signed")
    outcome: Literal["applied", "refused"] = Field(description="applied: it is in force")
    reason: str | None = Field(default=None, description="Why the box refused it")
