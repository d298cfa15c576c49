"""The detection loss without the classes that a picture's source does not label.

Ultralytics' loss teaches every class as background wherever no box says otherwise. A source that
labels helmets only would so teach that its people are none. Here the classification term of an
anchor counts for a class only if that class is known at the anchor's centre, if the anchor belongs
to a box of it, or if it belongs to a box of a class that excludes it.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from ultralytics.utils.loss import v8DetectionLoss  # type: ignore[import-untyped,unused-ignore]


def known_at_anchors(known: Tensor, shapes: Sequence[tuple[int, int]]) -> Tensor:
    """Read the map of known classes at the anchors' centres.

    Args:
        known: bool (b, classes, cells, cells) over the whole input.
        shapes: (rows, columns) of each feature map, in the network's order.

    Returns:
        bool (b, anchors, classes), anchors in the order of the feature maps, rows first.
    """
    cells_y, cells_x = known.shape[2:]
    parts = []
    for rows, columns in shapes:
        # An anchor's centre is (i + 0.5) strides from the edge.
        y = ((torch.arange(rows, device=known.device) + 0.5) * cells_y / rows).long()
        x = ((torch.arange(columns, device=known.device) + 0.5) * cells_x / columns).long()
        parts.append(known[:, :, y][:, :, :, x].flatten(2))
    return torch.cat(parts, 2).permute(0, 2, 1)


def exclusion(labels: Sequence[str], pairs: Sequence[tuple[str, str]]) -> Tensor:
    """Return float32 (classes, classes): 1 where a box of the row's class denies the column's."""
    matrix = torch.eye(len(labels))
    for one, other in pairs:
        i, j = labels.index(one), labels.index(other)
        matrix[i, j] = matrix[j, i] = 1.0
    return matrix


class MaskedDetectionLoss(v8DetectionLoss):  # type: ignore[misc,unused-ignore]
    """Ultralytics' anchor-free detection loss, restricted to what each picture knows."""

    def __init__(self, model: nn.Module, excludes: Tensor) -> None:
        """Wrap the classification term of the loss of `model`."""
        super().__init__(model)
        self._excludes = excludes
        self._known: Tensor | None = None
        self._plain = self.bce
        self.bce = self._masked  # type: ignore[assignment]

    def get_assigned_targets_and_loss(
        self,
        preds: dict[str, Any],
        batch: dict[str, Any],
        **assign: Any,
    ) -> tuple[Any, ...]:
        """Compute the loss with `batch["known"]` (b, classes, cells, cells) as the mask."""
        shapes = [(int(f.shape[2]), int(f.shape[3])) for f in preds["feats"]]
        self._known = known_at_anchors(batch["known"], shapes)
        result: tuple[Any, ...] = super().get_assigned_targets_and_loss(preds, batch, **assign)
        return result

    def _masked(self, scores: Tensor, targets: Tensor) -> Tensor:
        """Return the cross entropy (b, anchors, classes), zero where nothing is known."""
        plain: Tensor = self._plain(scores, targets)
        if self._known is None:
            return plain
        taught = (targets > 0).to(plain.dtype) @ self._excludes.to(plain) > 0
        return plain * (self._known | taught)
