"""Leaks: what stands on both sides of the split, so that a figure would look too good."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hazard_library.datasets.likeness import near_pairs
from hazard_library.datasets.version import Picture
from hazard_library.samples.store import Looks


@dataclass(frozen=True, slots=True)
class Leak:
    """A training picture that gives away a validation picture."""

    train: Picture
    val: Picture
    why: str

    def __str__(self) -> str:
        """Name both pictures by source and hash."""
        sides = (f"{side.source} {side.sha256[:12]}" for side in (self.train, self.val))
        return f"{' (train) and '.join(sides)} (val): {self.why}"


def find_leaks(
    pictures: Sequence[Picture], looks: Mapping[str, Looks], accepted: Iterable[str] = ()
) -> list[Leak]:
    """Return one leak for each training picture that has one, in the order of the pictures.

    Args:
        pictures: those of a version.
        looks: perceptual hashes by SHA-256; pictures without one are compared by scene and camera.
        accepted: scenes and cameras that may stand on both sides.
    """
    train = [picture for picture in pictures if picture.split == "train"]
    val = [picture for picture in pictures if picture.split == "val"]
    allowed = frozenset(accepted)
    found = _near(train, val, looks)
    for field, word in (("camera", "camera"), ("group", "scene")):
        found |= _shared(train, val, field, word, allowed)
    return [found[picture.sha256] for picture in train if picture.sha256 in found]


def _shared(
    train: Sequence[Picture],
    val: Sequence[Picture],
    field: str,
    word: str,
    allowed: frozenset[str],
) -> dict[str, Leak]:
    """Find training pictures whose scene or camera is in validation as well."""
    seen = {getattr(picture, field): picture for picture in reversed(val)}
    leaks = {}
    for picture in train:
        name = getattr(picture, field)
        if name is not None and name not in allowed and name in seen:
            leaks[picture.sha256] = Leak(picture, seen[name], f"same {word} {name}")
    return leaks


def _near(
    train: Sequence[Picture], val: Sequence[Picture], looks: Mapping[str, Looks]
) -> dict[str, Leak]:
    """Find training pictures that look like a validation picture, the nearest one each."""
    sides = [[picture for picture in side if picture.sha256 in looks] for side in (train, val)]
    first, second = ([looks[picture.sha256] for picture in side] for side in sides)
    nearest: dict[int, tuple[int, int]] = {}
    for place, other, bits in near_pairs(first, second):
        nearest[place] = min(nearest.get(place, (bits, other)), (bits, other))
    return {
        sides[0][place].sha256: Leak(
            sides[0][place], sides[1][other], f"look alike, {bits} of 64 bits differ"
        )
        for place, (bits, other) in nearest.items()
    }
