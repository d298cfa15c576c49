"""The hazard event: one change (opened, updated, closed) of one incident at one camera."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator

from hazard_library.contract.clock import ClockState
from hazard_library.contract.evidence import EvidenceRef
from hazard_library.contract.ids import HazardId, IncidentId, ZoneId
from hazard_library.contract.message import CameraName, Numbered, Part, Sha256

Severity = Annotated[int, Field(ge=1, le=4, description="1 提示, 2 一般, 3 较高, 4 紧急")]


class Change(StrEnum):
    """What happened to the incident."""

    OPENED = "opened"
    UPDATED = "updated"
    CLOSED = "closed"


class Box(Part):
    """One object in the key frame, in pixels of the original picture."""

    label: str
    score: float = Field(ge=0, le=1)
    box: tuple[float, float, float, float] = Field(description="x1, y1, x2, y2 in pixels")
    subject: bool = Field(description="True when this object itself is the finding")


class ModelUsed(Part):
    """The model package whose detections led to the finding."""

    name: str
    version: str
    sha256: Sha256
    precision: str


class HazardEvent(Numbered):
    """One change of one incident; the newest `seq` wins, in whatever order they come.

    `opened_at` is when the rule completed, `started_at` when its condition first held,
    `last_held_at` when it last held. `ended_at` is set once the incident has closed and then
    equals `last_held_at`.
    """

    schema_id: Literal["hazard-event/1"] = Field(default="hazard-event/1", alias="schema")
    incident_id: IncidentId
    seq: int = Field(ge=1, description="1 opens; each later change counts on")
    change: Change
    camera: CameraName
    hazard: HazardId
    zone: ZoneId | None = Field(description="None: the whole picture")
    severity: Severity
    started_at: AwareDatetime
    opened_at: AwareDatetime
    last_held_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    clock: ClockState
    score: float = Field(ge=0, le=1, description="Highest score of the finding so far")
    persons: int = Field(ge=0, description="People in the picture at this change")
    boxes: tuple[Box, ...] = Field(max_length=100)
    width: int = Field(gt=0, description="Picture width in pixels")
    height: int = Field(gt=0, description="Picture height in pixels")
    measured: dict[str, float] = Field(description="Values the rule compared, by name")
    required: dict[str, float] = Field(description="Thresholds they were compared with, by name")
    models: tuple[ModelUsed, ...]
    catalogue_sha256: Sha256
    config_sha256: Sha256
    evidence: tuple[EvidenceRef, ...] = ()

    @model_validator(mode="after")
    def _times_are_in_order(self) -> "HazardEvent":
        if not self.started_at <= self.opened_at:
            msg = "started_at lies after opened_at"
            raise ValueError(msg)
        if (self.ended_at is not None) != (self.change is Change.CLOSED):
            msg = "ended_at is set exactly when the incident has closed"
            raise ValueError(msg)
        return self
