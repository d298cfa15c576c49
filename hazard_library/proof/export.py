"""How one incident's evidence travels: a folder or zip with its manifest, and a sheet beside it.

`manifest.json` is the exact text that the box signed; `export.json` carries what a file of its own
cannot: signature, key, the manifest before, and which files were left out of this copy.
"""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hazard_library.contract.evidence import SUFFIXES, EvidenceRef
from hazard_library.contract.message import DeviceName, Sha256

MANIFEST = "manifest.json"
SHEET = "export.json"
PAGES = "材料说明.docx"


class SignedText(BaseModel):
    """A manifest's exact text with its hash and signature."""

    model_config = ConfigDict(frozen=True)

    manifest: str
    manifest_sha256: Sha256
    signature: str = Field(description="Ed25519 over the UTF-8 bytes of `manifest`, base64")


class ExportSheet(BaseModel):
    """`export.json`. Nothing in it is signed but the signature itself: it only helps to check."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    schema_id: Literal["evidence-export/1"] = Field(default="evidence-export/1", alias="schema")
    device: DeviceName
    public_key: str = Field(description="The box's raw Ed25519 key, base64, as whoever exported it")
    manifest_sha256: Sha256
    signature: str
    previous: SignedText | None = Field(
        default=None, description="The box's manifest before, if it was at hand"
    )
    left_out: dict[Sha256, str] = Field(
        default_factory=dict, description="Files of the manifest that are not in this copy, and why"
    )
    exported_at: AwareDatetime
    notice: str | None = Field(
        default=None, description="What the copy may not be used for, such as 仅作线索…"
    )
    number: str | None = Field(default=None, description="What the server calls the material")
    copy_no: int | None = Field(default=None, description="Which copy it is")
    purpose: str | None = Field(default=None, description="What it was exported for")
    receiver: str | None = Field(default=None, description="Who was to get it")
    pages: dict[str, Sha256] = Field(
        default_factory=dict, description="Pages that go with the copy: name → hash"
    )


def file_name(ref: EvidenceRef) -> str:
    """Return what a file is called in an export: its kind, which an incident has once."""
    return ref.kind.value + SUFFIXES[ref.media_type]
