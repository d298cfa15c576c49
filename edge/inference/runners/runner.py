"""The seam between a detector and the runtime that computes it."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge.config.inference import Precision

#: float32 (pictures, 3, height, width).
Tensor = NDArray[np.float32]


class Runner(Protocol):
    """A model loaded into a runtime. Thread-safe: several workers call `run` at once."""

    @property
    def precision(self) -> Precision:
        """In what numbers it computes."""
        ...

    @property
    def most_pictures(self) -> int:
        """How many pictures one call may hold; 1 where the model's input is fixed to one."""
        ...

    def run(self, tensor: Tensor) -> NDArray[np.float32]:
        """Return the first output (pictures, 4 + classes, places).

        It may lie in the runner's memory and then holds until the same thread's next call.
        """
        ...
