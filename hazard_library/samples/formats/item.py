"""What a foreign format says of one picture."""

from dataclasses import dataclass, field
from pathlib import Path

from hazard_library.samples.box import Box

FORMATS = ("yolo", "coco", "voc", "cvat", "label-studio")


@dataclass(frozen=True, slots=True)
class Item:
    """One picture with its boxes.

    Attributes:
        name: its name in the format.
        file: where its bytes lie; None: the format came without pictures.
        boxes: what is labelled; None: nobody has labelled it yet.
        subset: the split it was in, where the format has one.
        problem: why it cannot be taken in; empty: it can.
    """

    name: str
    file: Path | None
    boxes: tuple[Box, ...] | None
    subset: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """Everything in a folder of some format.

    Attributes:
        classes: the classes it has a name for, used or not.
        problems: (file, what is wrong) of what could not be read at all.
    """

    classes: tuple[str, ...]
    items: tuple[Item, ...]
    problems: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One picture to be written.

    Attributes:
        stem: its name without suffix: the SHA-256, so that no two clash.
        subset: split, or `default`.
        proposed: whether its boxes are proposals of a model that nobody looked at.
    """

    stem: str
    file: Path
    width: int
    height: int
    boxes: tuple[Box, ...]
    subset: str
    proposed: bool
