"""What a run is taught with: a dataset version without the sources left out, and a helper's labels.

Both touch the training split only: validation stays what people labelled.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import Field, ValidationError

from hazard_library.datasets.version import Box, DatasetVersion, Frozen, Picture
from hazard_library.errors import TrainingError


class MachineLabels(Frozen):
    """Labels of one class that another model proposed for pictures that nobody labelled for it."""

    list: str
    """A JSON-lines file beside the recipe, one `Proposal` a line."""
    label: str


class Proposal(Frozen):
    """What the other model says of one picture; coordinates are shares of the picture.

    Where it is sure there is a box, where it is not the class stays unknown, and all the rest of
    the picture is taken to show none.
    """

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    sure: tuple[tuple[float, float, float, float], ...] = ()
    """Centre x, centre y, width, height."""
    unsure: tuple[tuple[float, float, float, float], ...] = ()


def without_sources(version: DatasetVersion, sources: Iterable[str]) -> DatasetVersion:
    """Return the version with no training picture of `sources`.

    Raises:
        TrainingError: the version has no such source.
    """
    left_out = set(sources)
    unknown = left_out - {picture.source for picture in version.pictures}
    if unknown:
        message = f"leave_out: no source {', '.join(sorted(unknown))} in this version"
        raise TrainingError(message)
    kept = tuple(p for p in version.pictures if p.split == "val" or p.source not in left_out)
    return version.model_copy(update={"pictures": kept})


def with_machine_labels(
    version: DatasetVersion, lists: Sequence[MachineLabels], folder: Path
) -> DatasetVersion:
    """Return the version with the proposals of `lists` where people said nothing of the class.

    Raises:
        TrainingError: a list cannot be read or names a class that is not taught.
    """
    for item in lists:
        if item.label not in version.labels:
            message = f"machine_labels: {item.label} is not among the labels taught"
            raise TrainingError(message)
        proposals = _read(folder / item.list)
        pictures = tuple(_joined(p, item.label, proposals) for p in version.pictures)
        version = version.model_copy(update={"pictures": pictures})
    return version


def _read(file: Path) -> dict[str, Proposal]:
    """Read proposals by the hash of their picture."""
    try:
        rows = [
            Proposal.model_validate(json.loads(line))
            for line in file.read_text(encoding="utf-8").splitlines()
            if not line.startswith("#")
        ]
    except (OSError, ValueError, ValidationError) as error:
        message = f"{file}: no readable list of machine labels ({error})"
        raise TrainingError(message) from error
    return {row.sha256: row for row in rows}


def _joined(picture: Picture, label: str, proposals: Mapping[str, Proposal]) -> Picture:
    """Return a training picture with what was proposed for it."""
    proposal = proposals.get(picture.sha256)
    if proposal is None or picture.split == "val" or label in picture.known:
        return picture
    return picture.model_copy(
        update={
            "known": (*picture.known, label),
            "boxes": (*picture.boxes, *_boxes(proposal.sure, label)),
            "unsure": (*picture.unsure, *_boxes(proposal.unsure, label)),
        }
    )


def _boxes(shares: Iterable[tuple[float, float, float, float]], label: str) -> list[Box]:
    """Name the four shares of each box."""
    return [Box(label=label, cx=cx, cy=cy, w=w, h=h) for cx, cy, w, h in shares]
