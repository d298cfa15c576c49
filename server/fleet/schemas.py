"""What the console shows of boxes and cameras."""

from datetime import datetime

from pydantic import BaseModel, Field

from hazard_library.catalogue.hazard import Text
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.message import CameraName


class CameraShown(BaseModel):
    """A camera and its condition."""

    id: str
    name: str
    place: str | None
    condition: CameraCondition | None = Field(description="None: the box has not told yet")
    since: datetime | None
    detail: str
    fps: float | None
    shed: float | None = Field(description="Share of pictures let go lately for lack of time")
    unwatched: tuple[CameraCondition, ...] = Field(
        description="Conditions that the box is told not to look for"
    )


class CameraNamed(BaseModel):
    """A camera to register."""

    id: CameraName
    name: str = Field(min_length=1, max_length=100)


class EnrolCodeWanted(BaseModel):
    """For whom a one-time code shall be made."""

    site: str = Field(min_length=1, max_length=100)
    cameras: tuple[CameraNamed, ...] = Field(min_length=1, max_length=256)
    minutes: int = Field(default=30, ge=1, le=1440, description="How long it works")


class EnrolCodeMade(BaseModel):
    """A one-time code: shown this once, kept nowhere."""

    code: str
    expires_at: datetime
    authority_sha256: str = Field(description="Fingerprint of the server's authority")


class Revocation(BaseModel):
    """Why a box is refused from now on."""

    reason: str = Field(min_length=2, max_length=500)


class ModelShown(BaseModel):
    """A model that runs."""

    name: str
    version: str
    precision: str = Field(description="What it computes in: float32, int8 …")


class InferenceShown(BaseModel):
    """What a box computes with."""

    backend: str = Field(description="onnxruntime, openvino, cuda or tensorrt")
    workers: int


class ModelRefused(BaseModel):
    """A model that the box's configuration lists and that must not run."""

    name: str
    reason: str


class HazardSilent(BaseModel):
    """A hazard that a permit excuses."""

    id: str
    name: Text


class PermitShown(BaseModel):
    """A work permit that the box knows: in its time and place its hazards are not reported."""

    id: str
    kind: str
    cameras: tuple[str, ...]
    zones: tuple[str, ...] = Field(description="Empty: the whole picture")
    hazards: tuple[HazardSilent, ...]
    begins_at: datetime
    ends_at: datetime
    excused: int = Field(description="What would have been incidents, since the box started")


class EvidenceRoomShown(BaseModel):
    """How full the box's room for evidence is."""

    level: str = Field(description="ok, warning_80 or warning_90, by what waits for the server")
    quota_bytes: int
    used_bytes: int
    waiting_bytes: int = Field(description="Of files that the server does not have yet")
    disk_free_bytes: int


class LossesShown(BaseModel):
    """What a box lost for good in the last 30 days."""

    count: int
    last_at: datetime


class DeviceShown(BaseModel):
    """A box and how it is."""

    id: str
    site: str
    status: str = Field(description="online, draining, offline, silent, never_heard or revoked")
    heard_at: datetime | None
    software: str | None
    config_error: str | None
    outbox_pending: int | None
    clock_synchronised: bool | None
    clock_ahead_ms: float | None = Field(description="Its clock minus the server's, if known")
    doubled_at: datetime | None = Field(
        description="When two boxes were last heard under this identity: revoke it"
    )
    certificate_until: datetime | None = Field(description="None: it has a secret instead")
    models: tuple[ModelShown, ...]
    inference: InferenceShown | None = Field(description="None: the box has not told")
    models_refused: tuple[ModelRefused, ...]
    permits: tuple[PermitShown, ...]
    permits_error: str | None = Field(description="Why the newest file of permits is refused")
    evidence: EvidenceRoomShown | None = Field(description="None: the box has not told yet")
    evidence_lost: LossesShown | None = Field(
        description="Files that never reached the server; None: none was lost"
    )
    messages_lost: LossesShown | None = Field(
        description="Messages that the box cannot send again; None: none was lost"
    )
    counters: dict[str, int]
    cameras: tuple[CameraShown, ...]


class Devices(BaseModel):
    """All boxes."""

    items: tuple[DeviceShown, ...]
    as_of: datetime
