"""Feeding training canvases to torch, the same for the same seed whatever reads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from hazard_library.datasets.version import Picture, picture_file
from hazard_library.errors import DatasetError
from hazard_library.training import augment
from hazard_library.training.recipe import Augment, Recipe

Sample = tuple[Tensor, Tensor, Tensor]
"""pixels uint8 (3, side, side), known bool (classes, cells, cells), boxes float32 (n, 5)."""
Batch = dict[str, Tensor]


def read_pixels(file: Path) -> augment.Pixels:
    """Read a picture as uint8 (h, w, 3) in RGB.

    Raises:
        DatasetError: it cannot be decoded.
    """
    pixels = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if pixels is None:
        message = f"{file}: no readable picture; restore the material"
        raise DatasetError(message)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)


@dataclass(frozen=True)
class Feed(Dataset[Sample]):
    """One pass over all pictures, in an order and with changes given by seed and epoch."""

    recipe: Recipe
    pictures: Sequence[Picture]
    root: Path
    epoch: int
    mosaic: bool

    @property
    def changes(self) -> Augment:
        """Return how pictures are changed in this pass."""
        return self.recipe.stage(self.epoch).augment

    @property
    def side(self) -> int:
        """Return the side of this pass's canvases in pixels."""
        return self.recipe.stage(self.epoch).input or self.recipe.input

    def __len__(self) -> int:
        """Return the number of canvases, one a picture."""
        return len(self.pictures)

    def __getitem__(self, index: int) -> Sample:
        """Build canvas `index` of this pass."""
        rng = np.random.default_rng((self.recipe.seed, self.epoch, index))
        order = np.random.default_rng((self.recipe.seed, self.epoch)).permutation(len(self))
        changes = self.changes
        first = self.pictures[int(order[index])]
        if self.mosaic and rng.uniform() < changes.mosaic:
            canvas = self._mosaic(rng, first)
        else:
            canvas = self._single(rng, first)
        canvas = augment.tilted(rng, canvas, changes)
        pixels = augment.recolour(rng, canvas.pixels, changes)
        pixels = augment.as_a_camera_sees(rng, pixels, changes)
        return (
            torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1))),
            torch.from_numpy(canvas.known),
            torch.from_numpy(canvas.boxes),
        )

    def _single(self, rng: np.random.Generator, picture: Picture) -> augment.Canvas:
        """Put one picture on a canvas."""
        pixels = read_pixels(picture_file(self.root, picture))
        side, labels = self.side, self.recipe.labels
        at = augment.scatter(rng, _shape(pixels), side, self.changes)
        return augment.place(augment.blank(side, len(labels)), pixels, picture, labels, at)

    def _mosaic(self, rng: np.random.Generator, first: Picture) -> augment.Canvas:
        """Put four pictures on a canvas, each in its own window."""
        others = rng.integers(0, len(self.pictures), 3)
        chosen = [first, *(self.pictures[int(other)] for other in others)]
        side, labels = self.side, self.recipe.labels
        canvas = augment.blank(side, len(labels))
        for picture, window in zip(chosen, augment.quarters(rng, side), strict=True):
            pixels = read_pixels(picture_file(self.root, picture))
            at = augment.tile(rng, _shape(pixels), window, self.changes)
            canvas = augment.place(canvas, pixels, picture, labels, at)
        return canvas


def _shape(pixels: augment.Pixels) -> tuple[int, int]:
    """Return (height, width)."""
    return pixels.shape[0], pixels.shape[1]


def collate(samples: Sequence[Sample]) -> Batch:
    """Join samples into the mapping that the loss reads.

    Returns:
        img: uint8 (b, 3, side, side). known: bool (b, classes, cells, cells). batch_idx: float32
        (n,), cls: float32 (n, 1), bboxes: float32 (n, 4), centre and size in shares of the side.
    """
    pixels, known, boxes = zip(*samples, strict=True)
    side = pixels[0].shape[-1]
    rows = torch.cat(list(boxes))
    index = torch.cat([torch.full((len(b),), float(i)) for i, b in enumerate(boxes)])
    corners = rows[:, 1:] / side
    centres = (corners[:, :2] + corners[:, 2:]) / 2
    return {
        "img": torch.stack(list(pixels)),
        "known": torch.stack(list(known)),
        "batch_idx": index,
        "cls": rows[:, :1],
        "bboxes": torch.cat([centres, corners[:, 2:] - corners[:, :2]], 1),
    }
