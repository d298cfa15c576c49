"""`patrol bench blur`: the share of labelled heads that the blur covers, on real pictures."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.bench.labelled_heads import LabelledHead, LabelledPicture, labelled_pictures
from edge.core.scene import PixelBox
from edge.core.tracking import TrackingSettings
from edge.errors import EdgeError
from edge.evidence.people import People
from edge.inference.site_models import find_packages, panel_of
from edge.ports import Look

#: A head counts as covered when at least this share of its box is blurred.
COVERED = 0.9
_DRAWS, _SEED = 1000, 0
_LOW, _HIGH = 2.5, 97.5
#: Heights of a head in pixels, where one size ends and the next begins.
_SIZES = (16, 32, 64)


@dataclass(frozen=True, slots=True)
class BlurBench:
    """What is measured. most: look at no more pictures than that."""

    data: Path
    split: str
    models: tuple[str, ...]
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some heads are covered, with a 95 % interval over pictures."""

    covered: int
    heads: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share."""
        return self.covered / self.heads

    def __str__(self) -> str:
        """Write it as one cell of a table."""
        return f"{self.value:.3f} ({self.low:.3f}-{self.high:.3f})  {self.covered} of {self.heads}"


@dataclass
class Tally:
    """Heads by group and picture: group → picture → covered, all."""

    groups: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    blurred_share: list[float] = field(default_factory=list)

    def add(self, picture: LabelledPicture, people: People) -> None:
        """Judge one picture's heads against what would be blurred in it."""
        mask = blurred_mask(picture.pixels.shape[:2], people.regions())
        self.blurred_share.append(float(mask.mean()))
        for head in picture.heads:
            is_covered = share_covered(mask, head.box) >= COVERED
            for group in ("all", head.label, _size(head)):
                counts = self.groups.setdefault(group, {})
                covered, heads = counts.get(picture.name, (0, 0))
                counts[picture.name] = (covered + is_covered, heads + 1)

    def shares(self) -> dict[str, Share]:
        """Return the share of every group."""
        return {name: _share(list(counts.values())) for name, counts in self.groups.items()}


def measure(bench: BlurBench) -> int:
    """Look at every picture, print a table and one JSON object; 0 done.

    Raises:
        ModelRejected: a model cannot be used.
        EdgeError: the data set cannot be read, or has no labelled head.
    """
    packages = find_packages(bench.models)
    look = panel_of(packages, TrackingSettings().low).detect
    # Of several models, the first listed answers for a class that two of them see.
    thresholds = {
        label: threshold
        for package in reversed(packages)
        for label, threshold in package.card.thresholds.items()
    }
    every, certain = Tally(), Tally()
    for number, picture in enumerate(labelled_pictures(bench.data, bench.split)):
        if bench.most is not None and number >= bench.most:
            break
        found = _boxes(look, picture)
        every.add(picture, _people([(label, box) for label, box, _ in found]))
        certain.add(
            picture, _people([(n, box) for n, box, score in found if score >= thresholds[n]])
        )
    if not every.groups:
        raise EdgeError(f"{bench.data}: no head is labelled in {bench.split}; name another set")
    _tell(bench, every, certain)
    return 0


def blurred_mask(size: tuple[int, ...], regions: Sequence[PixelBox]) -> NDArray[np.bool_]:
    """Return which pixels of a picture (height, width) lie in a region."""
    mask = np.zeros(size[:2], np.bool_)
    for x1, y1, x2, y2 in regions:
        mask[max(0, int(y1)) : int(np.ceil(y2)), max(0, int(x1)) : int(np.ceil(x2))] = True
    return mask


def share_covered(mask: NDArray[np.bool_], box: PixelBox) -> float:
    """Return the share of a box, as far as it lies in the picture, that is blurred."""
    x1, y1, x2, y2 = (round(value) for value in box)
    part = mask[max(0, y1) : max(y2, y1 + 1), max(0, x1) : max(x2, x1 + 1)]
    return float(part.mean()) if part.size else 1.0


def _boxes(look: Look, picture: LabelledPicture) -> list[tuple[str, PixelBox, float]]:
    found = look(picture.pixels)
    rows = zip(found.labels, found.boxes.tolist(), found.scores.tolist(), strict=True)
    return [(label, (x1, y1, x2, y2), score) for label, (x1, y1, x2, y2), score in rows]


def _people(boxes: Sequence[tuple[str, PixelBox]]) -> People:
    return People.of_boxes(0.0, boxes)


def _size(head: LabelledHead) -> str:
    height = head.box[3] - head.box[1]
    for edge in _SIZES:
        if height < edge:
            return f"below {edge} px"
    return f"{_SIZES[-1]} px and more"


def _share(counts: Sequence[tuple[int, int]]) -> Share:
    """Draw pictures, not heads, again and again: the heads of one picture are alike."""
    table = np.array(counts, np.float64)
    rng = np.random.default_rng(_SEED)
    even = np.full(len(table), 1 / len(table))
    drawn = rng.multinomial(len(table), even, _DRAWS) @ table
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], (_LOW, _HIGH))
    covered, heads = table.sum(axis=0)
    return Share(int(covered), int(heads), float(low), float(high))


def _tell(bench: BlurBench, every: Tally, certain: Tally) -> None:
    told: dict[str, object] = {
        "bench": "blur",
        "data": bench.data.name,
        "split": bench.split,
        "models": list(bench.models),
        "covered_from": COVERED,
        "pictures": len(every.blurred_share),
    }
    for name, tally in (("every_detection", every), ("certain_detections", certain)):
        shares = tally.shares()
        blurred = float(np.mean(tally.blurred_share))
        print(f"{name}: {blurred:.3f} of the picture is blurred on average")
        for group in sorted(shares):
            print(f"  {group:<18} {shares[group]}")
        told[name] = {
            "blurred_share_of_picture": round(blurred, 4),
            "recall": {
                group: {
                    "value": round(one.value, 4),
                    "low": round(one.low, 4),
                    "high": round(one.high, 4),
                    "covered": one.covered,
                    "heads": one.heads,
                }
                for group, one in sorted(shares.items())
            },
        }
    print(json.dumps(told, ensure_ascii=False))
