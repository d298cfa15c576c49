"""How far a look at a region lies from every normal look that is remembered of it.

Grounds: Roth et al., Towards Total Recall in Industrial Anomaly Detection (CVPR 2022), PatchCore: a
memory of patch features and the distance to the nearest of them; Defard et al., PaDiM (2020): a
patch is compared with what was seen at its own place, since the camera does not move. Both ideas
are taken here: nearest neighbour among the normal looks' patches, within a few cells of its place.

Plain numpy, no picture is touched here: features come in, one number comes out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Look = tuple[Floats, ...]
"""One described grid a map of the network, float32 (rows, columns, channels) each."""

Inside = Callable[[int, int], Mask]
"""Gives the cells of a grid of (rows, columns) that belong to a region, bool (rows, columns)."""

REACH = 1
"""Cells around its own place in which a patch may find its like."""
FINEST_GRID = 28
"""Cells along a side; finer maps are averaged onto it, since a change has a size."""
WIDEST_SHARE = 0.01
"""Share of the cells whose distances, the largest, make the score of a grid."""
LEAST_SPREAD = 1e-3
"""Spread below which normal looks count as alike: film frames can be the same to the bit."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What normal looks of one region are like, map by map of the network.

    Attributes:
        patches: the vectors of all normal looks with `REACH` cells around them, the border
            repeated; float32 (rows + 2, columns + 2, looks, channels) each.
        spreads: what a normal look scores on each map when it is compared with other pictures.
        inside: bool (rows, columns) each: the cells that belong to the region.
    """

    patches: tuple[Floats, ...]
    spreads: tuple[float, ...]
    inside: tuple[Mask, ...]

    @property
    def looks(self) -> int:
        """How many looks are remembered."""
        return int(self.patches[0].shape[2])


def describe(maps: Sequence[Floats]) -> Look:
    """Make the maps of one look comparable, cell by cell.

    Each is averaged over 3 x 3 cells, which forgives a shake of the camera, and its vectors are
    scaled to unit length, which forgives light.

    Args:
        maps: float32 (channels, rows, columns) each.
    """
    return tuple(_unit(_smooth(_coarser(np.moveaxis(one, 0, -1)))) for one in maps)


def _coarser(grid: Floats) -> Floats:
    """Average a grid finer than `FINEST_GRID` onto it."""
    rows, columns, channels = grid.shape
    step = max(1, rows // FINEST_GRID)
    if step == 1:
        return grid
    blocks = grid.reshape(rows // step, step, columns // step, step, channels)
    return np.asarray(blocks.mean((1, 3)), np.float32)


def _smooth(grid: Floats) -> Floats:
    """Average (rows, columns, channels) over 3 x 3 cells, the border repeated."""
    wide = np.pad(grid, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows, columns = grid.shape[:2]
    shifted = [wide[i : i + rows, j : j + columns] for i in range(3) for j in range(3)]
    return np.asarray(np.mean(shifted, 0, dtype=np.float32), np.float32)


def _unit(grid: Floats) -> Floats:
    """Scale every vector to unit length; a cell where nothing answers gets a vector like others."""
    filled = grid + np.float32(1e-6)
    return np.asarray(filled / np.linalg.norm(filled, axis=-1, keepdims=True), np.float32)


def remember(
    pictures: Sequence[Sequence[Look]],
    inside: Inside | None = None,
    least_spread: float = LEAST_SPREAD,
) -> Memory:
    """Make a memory of the normal looks at a region.

    Args:
        pictures: for each picture that was taught its look, and those of its versions under other
            light, the same number for each. What is normal spread is measured between pictures:
            a look is compared with all looks but those of its own picture.
        inside: which cells of a grid of (rows, columns) belong to the region; none: all.
        least_spread: a smaller spread of the pictures is taken for this.

    Raises:
        ValueError: fewer than two pictures.
    """
    if len(pictures) < 2:  # noqa: PLR2004 - one picture cannot tell how much pictures differ
        message = f"{len(pictures)} normal pictures: two at least show how much they differ"
        raise ValueError(message)
    kept, spreads, masks = [], [], []
    versions = len(pictures[0])
    for number in range(len(pictures[0][0])):
        grids = [look[number] for looks in pictures for look in looks]
        rows, columns = grids[0].shape[:2]
        masks.append(
            np.ones((rows, columns), np.bool_) if inside is None else inside(rows, columns)
        )
        kept.append(_patches(np.stack(grids)))
        among = []
        for place, grid in enumerate(grids):
            own = place // versions * versions
            apart = np.delete(_apart(grid, kept[-1]), range(own, own + versions), -1)
            among.append(_widest(apart.min(-1)[masks[-1]]))
        spreads.append(max(float(np.mean(among)), least_spread))
    return Memory(tuple(kept), tuple(spreads), tuple(masks))


def recall(
    pictures: Sequence[Sequence[Look]], spreads: Sequence[float], inside: Inside | None = None
) -> Memory:
    """Make a memory again whose spreads are known; see `remember`."""
    looks = [look for versions in pictures for look in versions]
    grids = [np.stack([look[number] for look in looks]) for number in range(len(spreads))]
    shapes = [one.shape[1:3] for one in grids]
    masks = [np.ones(shape, np.bool_) if inside is None else inside(*shape) for shape in shapes]
    return Memory(tuple(_patches(one) for one in grids), tuple(spreads), tuple(masks))


def _patches(grids: Floats) -> Floats:
    """Put (looks, rows, columns, channels) cell by cell; see `Memory.patches`."""
    side = ((0, 0), (REACH, REACH), (REACH, REACH), (0, 0))
    return np.ascontiguousarray(np.pad(grids, side, mode="edge").transpose(1, 2, 0, 3))


def _apart(grid: Floats, patches: Floats) -> Floats:
    """Return how far each cell's vector of unit length lies from its nearest in every look.

    Args:
        grid: float32 (rows, columns, channels).
        patches: one of `Memory.patches`.

    Returns:
        float32 (rows, columns, looks), 0..2.
    """
    rows, columns = grid.shape[:2]
    like = np.full((rows, columns, patches.shape[2]), -1, np.float32)
    for down in range(2 * REACH + 1):
        for aside in range(2 * REACH + 1):
            there = patches[down : down + rows, aside : aside + columns]
            np.maximum(like, np.matmul(there, grid[..., None])[..., 0], out=like)
    return np.asarray(np.sqrt(np.maximum(2 - 2 * like, 0)), np.float32)


def distances(grid: Floats, patches: Floats) -> Floats:
    """Return the distance of every cell to its nearest like in the memory.

    Args:
        grid: float32 (rows, columns, channels), vectors of unit length.
        patches: one of `Memory.patches`.

    Returns:
        float32 (rows, columns), 0..2.
    """
    return np.asarray(_apart(grid, patches).min(-1), np.float32)


def strangeness(look: Look, memory: Memory) -> Look:
    """Return for each map how far every cell lies from the normal ones, in units of their spread.

    float32 (rows, columns) each. What lies outside the region is compared as well.
    """
    return tuple(
        distances(grid, patches) / np.float32(spread)
        for grid, patches, spread in zip(look, memory.patches, memory.spreads, strict=True)
    )


def map_scores(strange: Look, inside: Sequence[Mask]) -> tuple[float, ...]:
    """Return for each map the mean of the region's strangest cells; about 1 for a normal look.

    Args:
        strange: what `strangeness` gives.
        inside: see `Memory.inside`.
    """
    return tuple(_widest(one[cells]) for one, cells in zip(strange, inside, strict=True))


def changed_share(strange: Look, inside: Sequence[Mask], limit: float) -> float:
    """Return the share of the region's cells whose strangeness, the maps averaged, passes a limit.

    Args:
        strange: what `strangeness` gives; the first map is the finest.
        inside: see `Memory.inside`.
        limit: in units of the normal looks' spread.
    """
    rows, columns = strange[0].shape
    fine = [
        np.repeat(np.repeat(one, rows // one.shape[0], 0), columns // one.shape[1], 1)
        for one in strange
    ]
    return float((np.mean(fine, 0)[inside[0]] > limit).mean())


def score(look: Look, memory: Memory) -> float:
    """Return the mean of `map_scores`: a threshold on it means the same at every camera."""
    return float(np.mean(map_scores(strangeness(look, memory), memory.inside)))


def _widest(apart: Floats) -> float:
    """Return the mean of the largest distances."""
    count = max(1, round(apart.size * WIDEST_SHARE))
    return float(np.partition(apart, -count, axis=None)[-count:].mean())
