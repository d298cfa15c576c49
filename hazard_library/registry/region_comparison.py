"""Comparing a region with its taught state: from pixels to two figures a rule can judge."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hazard_library.registry.feature_network import FeatureNetwork
from hazard_library.registry.region_pictures import Corner, cells_inside
from hazard_library.registry.state_memory import (
    Inside,
    Look,
    Memory,
    changed_share,
    describe,
    map_scores,
    recall,
    remember,
    strangeness,
)
from hazard_library.registry.state_versions import versions_of

Pixels = npt.NDArray[np.uint8]

LEAST_THRESHOLD = 2.2
"""In units of the normal pictures' spread: one of a hundred everyday looks passes it (composed
looks at 42 regions, docs/EXPERIMENTS.md). Pictures taken within minutes cannot tell of less."""
ABOVE_OWN = 1.4
"""Where taught pictures differ much among each other, the threshold lies so far above the one that
differs most from all the others."""
LEAST_SPREAD = 0.1
"""Pictures seconds apart differ by 0.08 to 0.24 on each map (regions of six clips and of pictures,
docs/EXPERIMENTS.md); less is found among pictures of one moment only, whose compression is one."""
CELL_LIMIT = 1.5
"""From which strangeness a single cell counts as changed; below the threshold, which is for the
strangest cells of all."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A look beside the taught state.

    difference: in units of the threshold. changed: share of the region, 0..1.
    """

    difference: float
    changed: float


@dataclass(frozen=True, slots=True)
class RegionMemory:
    """What a region looks like when all is well, and how far off it may be."""

    memory: Memory
    threshold: float

    def compare(self, look: Look) -> Compared:
        """Compare a look with the memory."""
        strange = strangeness(look, self.memory)
        score = float(np.mean(map_scores(strange, self.memory.inside)))
        share = changed_share(strange, self.memory.inside, CELL_LIMIT)
        return Compared(score / self.threshold, share)


@dataclass(frozen=True, slots=True)
class Learnt:
    """A memory, and how far each normal picture is from all the others, in its thresholds."""

    memory: RegionMemory
    own: tuple[float, ...]


def see(network: FeatureNetwork, region: Pixels) -> Look:
    """Return the described features of a region uint8 (height, width, 3), RGB."""
    return describe(list(network.maps(region).values()))


def learn(network: FeatureNetwork, normal: Sequence[Pixels], points: Sequence[Corner]) -> Learnt:
    """Learn a region from pictures of its normal state, each with its likely other looks.

    Args:
        network: the feature network.
        normal: uint8 (height, width, 3), RGB, two at least.
        points: corners of the region, as it is drawn.

    Raises:
        ValueError: fewer than two pictures.
    """
    inside = cells_inside(points)
    pictures = [[see(network, one) for one in versions_of(region)] for region in normal]
    memory = remember(pictures, inside, LEAST_SPREAD)
    own = [_left_out(pictures, number, memory, inside) for number in range(len(pictures))]
    threshold = max(LEAST_THRESHOLD, ABOVE_OWN * max(own))
    return Learnt(RegionMemory(memory, threshold), tuple(one / threshold for one in own))


def remembered(
    network: FeatureNetwork,
    normal: Sequence[Pixels],
    points: Sequence[Corner],
    threshold: float,
    spreads: Sequence[float],
) -> RegionMemory:
    """Make the memory of a taught state again, with the threshold and spreads on its card."""
    pictures = [[see(network, one) for one in versions_of(region)] for region in normal]
    return RegionMemory(recall(pictures, spreads, cells_inside(points)), threshold)


def _left_out(
    pictures: Sequence[Sequence[Look]], number: int, memory: Memory, inside: Inside
) -> float:
    """Score a picture as it was taken against the memory of all the others."""
    others = [*pictures[:number], *pictures[number + 1 :]]
    alone = recall(others, memory.spreads, inside)
    strange = strangeness(pictures[number][0], alone)
    return float(np.mean(map_scores(strange, memory.inside)))
