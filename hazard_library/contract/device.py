"""Messages about a box itself: its state, commands to it, and acknowledgements for it."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from hazard_library.contract.clock import ClockState
from hazard_library.contract.configuration import RevisionAnswer
from hazard_library.contract.events import ModelUsed
from hazard_library.contract.ids import MessageId
from hazard_library.contract.losses import RangeLost
from hazard_library.contract.message import CameraName, Message, Part, Sha256


class CameraCondition(StrEnum):
    """Technical states of a camera. One that lasts may be a hazard of the catalogue (CAM-01 …).

    looped: a recording is played instead of the scene. blurred: out of focus, dirty or fogged.
    moved: it looks elsewhere than it did.
    """

    OK = "ok"
    STARTING = "starting"
    OFFLINE = "offline"
    NO_FRAMES = "no_frames"
    FROZEN = "frozen"
    DARK_OR_COVERED = "dark_or_covered"
    LOOPED = "looped"
    BLURRED = "blurred"
    MOVED = "moved"
    UNDECODABLE = "undecodable"
    NOT_ANALYSED = "not_analysed"
    FINISHED = "finished"


class CameraState(Part):
    """The condition of one camera since a moment."""

    camera: CameraName
    condition: CameraCondition
    since: AwareDatetime
    detail: str = Field(default="", description="One sentence with the remedy, secrets removed")
    fps: float = Field(ge=0, description="Frames analysed per second, over the last minute")
    shed: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Share of its pictures let go lately because the box is overloaded",
    )
    unwatched: tuple[CameraCondition, ...] = Field(
        default=(), description="Conditions that its configuration does not look for"
    )


class PermitState(Part):
    """A work permit that the box knows of. excused: how many incidents, since the box started."""

    id: str
    kind: str
    cameras: tuple[CameraName, ...]
    zones: tuple[str, ...] = ()
    hazards: tuple[str, ...]
    begins_at: AwareDatetime
    ends_at: AwareDatetime
    excused: int = Field(default=0, ge=0)


class EvidenceRoom(Part):
    """How much evidence fills what it may fill.

    What the server has goes first when room is needed, so only what waits for it counts as filled.
    """

    level: Literal["ok", "warning_80", "warning_90"] = Field(
        description="By how much of the room is taken by what the server does not have yet"
    )
    quota_bytes: int = Field(ge=0)
    used_bytes: int = Field(ge=0, description="Of all files kept")
    waiting_bytes: int = Field(ge=0, description="Of files that the server does not have yet")
    disk_free_bytes: int = Field(ge=0)
    lost_files: int = Field(ge=0, description="Files that never reached the server and are gone")


class InferenceUsed(Part):
    """What the box computes with; the precision is each model's own."""

    backend: str = Field(description="onnxruntime, openvino, cuda or tensorrt")
    workers: int = Field(ge=1, description="Threads that look at pictures")


class DeviceState(Message):
    """Birth, heartbeat and (as `offline`, left with the broker) last will; retained."""

    schema_id: Literal["device-state/1"] = Field(default="device-state/1", alias="schema")
    status: Literal["online", "draining", "offline"]
    boot: str = Field(pattern=r"^[0-9a-f]{16}$")
    software: str
    config_sha256: Sha256 | None = None
    config_error: str | None = Field(
        default=None, description="Why a newer configuration is refused"
    )
    config_revision: int | None = Field(
        default=None, description="Last configuration of the server that was put in place"
    )
    config_answer: RevisionAnswer | None = Field(
        default=None, description="What became of the last configuration that the server sent"
    )
    models: tuple[ModelUsed, ...] = ()
    models_refused: dict[str, str] = Field(
        default_factory=dict, description="Listed models that must not run, and why"
    )
    inference: InferenceUsed | None = None
    cameras: tuple[CameraState, ...] = ()
    clock: ClockState | None = None
    evidence: EvidenceRoom | None = None
    outbox_pending: int = Field(default=0, ge=0)
    last_message_no: int = Field(default=0, ge=0, description="Highest number given in this boot")
    counters: dict[str, int] = Field(default_factory=dict, description="Every drop has a counter")
    oldest_waiting_no: int | None = Field(
        default=None, ge=1, description="Lowest number of this boot that waits for its receipt"
    )
    lost: tuple[RangeLost, ...] = Field(
        default=(), description="What the server asked for again and the box no longer has"
    )
    permits: tuple[PermitState, ...] = Field(
        default=(), description="Work permits that are not over, or have excused something"
    )
    permits_error: str | None = Field(
        default=None, description="Why the newest file of permits is refused"
    )


class Resend(Part):
    """Send again what was numbered `first`…`last` in a boot; the server misses it."""

    verb: Literal["resend"] = "resend"
    boot: str = Field(pattern=r"^[0-9a-f]{16}$")
    first: int = Field(ge=1)
    last: int = Field(ge=1)


class ReportState(Part):
    """Publish the device state now."""

    verb: Literal["report_state"] = "report_state"


class Command(Message):
    """An order of the server to one box; not retained, expires with its message."""

    schema_id: Literal["command/1"] = Field(default="command/1", alias="schema")
    order: Annotated[Resend | ReportState, Field(discriminator="verb")]


class Outcome(StrEnum):
    """What became of a message. Each of the three frees the outbox."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


class Receipt(Part):
    """The server's word, after commit, on one message."""

    message_id: MessageId
    outcome: Outcome
    reason: str | None = Field(default=None, description="Set when quarantined")


class Ack(Message):
    """The application-level acknowledgement: only this lets a message leave the outbox."""

    schema_id: Literal["ack/1"] = Field(default="ack/1", alias="schema")
    receipts: tuple[Receipt, ...]
    answers: MessageId | None = Field(
        default=None,
        description="State that this answers: with `sent_at` the box compares its clock with ours",
    )
