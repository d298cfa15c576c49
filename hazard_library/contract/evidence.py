"""Evidence on the wire: references, the manifest that binds them, and its announcement.

The manifest is signed as exact bytes: `EvidenceSealed.manifest` is the text that was signed, so no
two programs need to agree on a canonical form. Fields with a default came later than the first
release: a manifest without them is as good as on the day it was signed.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AwareDatetime, Field

from hazard_library.contract.clock import ClockState
from hazard_library.contract.ids import HazardId, IncidentId, ManifestId, ZoneId
from hazard_library.contract.message import CameraName, DeviceName, Numbered, Part, Sha256

if TYPE_CHECKING:
    from collections.abc import Sequence


Sm3 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SM3 国密杂凑, lower-case hex")]


class EvidenceKind(StrEnum):
    """What a file of evidence is. Originals are sealed; only the shown copies are displayed.

    before_*: where a camera's own state is the hazard, the last picture in which it was well; the
    frame is the first one in which it was not.
    """

    FRAME_ORIGINAL = "frame_original"
    FRAME_SHOWN = "frame_shown"
    BEFORE_ORIGINAL = "before_original"
    BEFORE_SHOWN = "before_shown"
    CLIP_ORIGINAL = "clip_original"
    CLIP_SHOWN = "clip_shown"

    @property
    def is_sealed(self) -> bool:
        """Whether the file opens only with a recorded purpose."""
        return self.value.endswith("_original")


#: What a file of each media type is called, wherever it lies.
SUFFIXES = {"image/jpeg": ".jpg", "video/mp4": ".mp4", "video/x-matroska": ".mkv"}


class EvidenceRef(Part):
    """One file of evidence, addressed by its hash."""

    kind: EvidenceKind
    sha256: Sha256
    bytes: int = Field(ge=1)
    media_type: Literal["image/jpeg", "video/mp4", "video/x-matroska"]
    redaction: Literal["none", "heads_blurred"] = Field(
        description="What was done to heads; areas never recorded stand in the manifest"
    )
    sm3: Sm3 | None = None


class ClipSpan(Part):
    """Which stretch of the stream a clip holds and where the trigger lies in it."""

    from_at: AwareDatetime
    to_at: AwareDatetime
    trigger_offset_s: float = Field(
        ge=0, description="Seconds from the clip's start to the trigger"
    )
    cut_short: str | None = Field(
        default=None, description="Why the clip is shorter than asked for, or None"
    )
    pre_roll_s: float | None = Field(default=None, ge=0, description="Asked for before the trigger")
    post_roll_s: float | None = Field(default=None, ge=0, description="Asked for after the trigger")
    stream: Literal["main", "sub"] | None = Field(
        default=None, description="Which stream of a camera that has two; None: it has one"
    )
    stream_note: str | None = Field(
        default=None, description="Why it is not the main stream, or None"
    )


class PrivacyMask(Part):
    """An area of a camera that is never recorded: black in every file, the originals included."""

    id: ZoneId
    points: tuple[tuple[float, float], ...] = Field(
        min_length=3, description="x and y from 0 to 1 of the picture, origin at the top left"
    )


class EvidenceManifest(Part):
    """What was captured, by which box, with what, and the hash of the manifest before it."""

    schema_id: Literal["evidence-manifest/1"] = Field(default="evidence-manifest/1", alias="schema")
    id: ManifestId
    device: DeviceName
    key_id: Sha256 = Field(description="SHA-256 of the raw public key that verifies the signature")
    incident_id: IncidentId
    camera: CameraName
    hazard: HazardId
    trigger_at: AwareDatetime
    sealed_at: AwareDatetime
    span: ClipSpan | None = Field(description="None when no clip could be cut; `lost` says why")
    files: tuple[EvidenceRef, ...]
    lost: dict[EvidenceKind, str] = Field(
        default_factory=dict, description="Files that could not be made, and why"
    )
    software: str = Field(description="hazard-patrol <version>")
    models: dict[str, Sha256]
    config_sha256: Sha256
    previous_manifest_sha256: Sha256 | None = Field(description="None for the box's first one")
    clock: ClockState | None = Field(
        default=None, description="State of the box's clock at the trigger; None: not recorded"
    )
    model_versions: dict[str, str] = Field(
        default_factory=dict, description="Version of each model in `models`"
    )
    catalogue_sha256: Sha256 | None = Field(
        default=None, description="The rules in force: hash of the hazard catalogue"
    )
    original: Literal["as_received", "re_encoded"] | None = Field(
        default=None,
        description="What the original clip is: the camera's own packets, or, at a camera with "
        "privacy masks, a copy coded anew with the masks burnt in; None: no clip, or not recorded",
    )
    privacy_masks: tuple[PrivacyMask, ...] = ()
    last_good_at: AwareDatetime | None = Field(
        default=None,
        description="Where the camera's state is the hazard: when `before_original` was taken; "
        "trigger_at is when the state was first told, or the last picture came",
    )

    def to_bytes(self) -> bytes:
        """Write the exact bytes that are hashed and signed."""
        return self.model_dump_json(by_alias=True).encode()


class EvidenceSealed(Numbered):
    """The announcement of a sealed manifest: its exact text and the box's Ed25519 signature."""

    schema_id: Literal["evidence-sealed/1"] = Field(default="evidence-sealed/1", alias="schema")
    manifest: str = Field(description="The manifest's exact JSON text, as signed")
    manifest_sha256: Sha256
    signature: str = Field(description="Ed25519 over the UTF-8 bytes of `manifest`, base64")


class EvidenceLost(Numbered):
    """A file that was announced will never come: the box had to remove it, or it is gone."""

    schema_id: Literal["evidence-lost/1"] = Field(default="evidence-lost/1", alias="schema")
    sha256: Sha256
    kind: EvidenceKind
    bytes: int = Field(ge=1)
    reason: str


def find(files: "Sequence[EvidenceRef]", kind: EvidenceKind) -> EvidenceRef | None:
    """Return the first file of a kind, or None."""
    return next((file for file in files if file.kind is kind), None)
