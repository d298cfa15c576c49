"""What the console shows of boxes and cameras."""

from datetime import datetime

from pydantic import BaseModel, Field

from hazard_library.contract.device import CameraCondition


class CameraShown(BaseModel):
    """A camera and its condition."""

    id: str
    name: str
    place: str | None
    condition: CameraCondition | None = Field(description="None: the box has not told yet")
    since: datetime | None
    detail: str
    fps: float | None


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
    counters: dict[str, int]
    cameras: tuple[CameraShown, ...]


class Devices(BaseModel):
    """All boxes."""

    items: tuple[DeviceShown, ...]
    as_of: datetime
