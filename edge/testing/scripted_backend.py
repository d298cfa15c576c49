"""A backend whose answers are written down: a function of the picture, as a model is."""

from collections.abc import Callable

import numpy as np

from edge.ports import Pixels, RawBoxes
from hazard_library.contract.events import ModelUsed

Script = Callable[[Pixels], RawBoxes]

NOTHING = RawBoxes(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), ())


def raw_boxes(*found: tuple[str, float, tuple[float, float, float, float]]) -> RawBoxes:
    """Write an answer as (label, score, corners), in any order."""
    best_first = sorted(found, key=lambda one: -one[1])
    return RawBoxes(
        np.array([corners for _, _, corners in best_first], np.float32).reshape(-1, 4),
        np.array([score for _, score, _ in best_first], np.float32),
        tuple(label for label, _, _ in best_first),
    )


class ScriptedBackend:
    """Implements `edge.ports.Backend` by calling the script; as thread-safe as the script is."""

    def __init__(self, script: Script) -> None:
        self._script = script

    @property
    def model(self) -> ModelUsed:
        """Name what runs."""
        return ModelUsed(name="scripted", version="0.0.1", sha256="0" * 64, precision="float32")

    def detect(self, pixels: Pixels) -> RawBoxes:
        """Answer by the script."""
        return self._script(pixels)
