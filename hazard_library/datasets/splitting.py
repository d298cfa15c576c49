"""Which side of the split a picture is on: as stated, else by its scene, and for ever."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from hazard_library.datasets.likeness import near_pairs
from hazard_library.samples.box import Split
from hazard_library.samples.sample import Sample
from hazard_library.samples.store import Looks


def assign_splits(
    samples: Sequence[Sample],
    looks: Mapping[str, Looks],
    before: Mapping[str, Split],
    val_share: float,
) -> dict[str, Split]:
    """Return the split of each sample by SHA-256.

    What its source stated holds, then what the parent version said. All others stay with their
    scene, their camera and whatever looks like them; a bunch in which nobody is placed yet goes
    where the hash of its first member says, so that adding others later moves nothing.

    Args:
        samples: those of the version.
        looks: perceptual hashes by SHA-256.
        before: the splits of the parent version.
        val_share: share of the bunches that go to validation, 0..1.
    """
    placed: dict[str, Split] = {}
    for sample in samples:
        stated = sample.split or before.get(sample.sha256)
        if stated is not None:
            placed[sample.sha256] = stated
    if len(placed) == len(samples):
        return placed
    for bunch in _bunches(samples, looks):
        splits = {placed[name] for name in bunch if name in placed}
        split = next(iter(splits)) if len(splits) == 1 else _drawn(bunch[0], val_share)
        # In a bunch on both sides the leak check will speak; training is the side that loses.
        split = "train" if len(splits) > 1 else split
        placed |= {name: split for name in bunch if name not in placed}
    return placed


def _drawn(name: str, val_share: float) -> Split:
    """Draw a side by the hash of a name."""
    lot = int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) / 2**32
    return "val" if lot < val_share else "train"


class _Bunches:
    """Disjoint sets of names, each named by its first."""

    def __init__(self, names: Iterable[str]) -> None:
        self.parent = {name: name for name in names}

    def first(self, name: str) -> str:
        """Return the first member of the bunch that a name is in."""
        while self.parent[name] != name:
            self.parent[name] = self.parent[self.parent[name]]
            name = self.parent[name]
        return name

    def join(self, one: str, other: str) -> None:
        """Make one bunch of two."""
        first, second = sorted((self.first(one), self.first(other)))
        self.parent[second] = first

    def all(self) -> list[list[str]]:
        """Return the bunches, each sorted."""
        bunches: dict[str, list[str]] = {}
        for name in sorted(self.parent):
            bunches.setdefault(self.first(name), []).append(name)
        return list(bunches.values())


def _bunches(samples: Sequence[Sample], looks: Mapping[str, Looks]) -> list[list[str]]:
    """Join samples of one scene or camera and those that look alike, over any number of steps."""
    bunches = _Bunches(sample.sha256 for sample in samples)
    places: dict[tuple[str, str], str] = {}
    for sample in samples:
        for kind, place in (("scene", sample.group), ("camera", sample.camera)):
            if place is not None:
                bunches.join(places.setdefault((kind, place), sample.sha256), sample.sha256)
    names = [sample.sha256 for sample in samples if sample.sha256 in looks]
    hashes = [looks[name] for name in names]
    for one, other, _ in near_pairs(hashes, hashes):
        bunches.join(names[one], names[other])
    return bunches.all()
