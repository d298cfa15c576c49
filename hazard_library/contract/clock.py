"""How far the times in a message can be trusted."""

from typing import Literal

from pydantic import Field

from hazard_library.contract.message import Part


class ClockState(Part):
    """How far the capture times of a message can be trusted."""

    source: Literal["stream", "arrival", "file"] = Field(
        description="stream: sender reports of the camera; arrival: the box's clock; file: replay"
    )
    synchronised: bool | None = Field(
        description="Whether the box's clock is disciplined, if known"
    )
    offset_ms: float | None = Field(default=None, description="Box clock minus reference, if known")
    uncertainty_ms: float = Field(ge=0)
