"""Boxes in shares of a picture, and the frozen model that every value here is built on."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Split = Literal["train", "val"]


class Frozen(BaseModel):
    """A value read from a file: immutable, and unknown fields are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Box(Frozen):
    """A labelled box in shares of the picture: centre, width, height, each within 0..1."""

    label: str
    cx: float
    cy: float
    w: float
    h: float

    def corners(self, width: int, height: int) -> tuple[float, float, float, float]:
        """Return (left, top, right, bottom) in pixels of a picture of that size."""
        return (
            (self.cx - self.w / 2) * width,
            (self.cy - self.h / 2) * height,
            (self.cx + self.w / 2) * width,
            (self.cy + self.h / 2) * height,
        )
