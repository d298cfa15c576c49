"""What a runtime holds for each shape of input, made when a picture of that shape first comes."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from hazard_library.registry.network_size import Shape

T = TypeVar("T")

#: A site has cameras of few shapes. Each takes the memory of a loaded model.
MOST_SHAPES = 6


class ByShape(Generic[T]):
    """Thread-safe. Of more than `MOST_SHAPES` the one that was asked for longest ago is let go.

    Who asks for a shape that is there never waits while another is made.
    """

    def __init__(self, make: Callable[[Shape], T]) -> None:
        """make: may raise; the next who asks for that shape tries again."""
        self._make = make
        self._lock = threading.Lock()
        self._making = threading.Lock()
        self._held: OrderedDict[Shape, T] = OrderedDict()

    def get(self, shape: Shape) -> T:
        """Return what is held for a shape; whoever comes first with one waits until it is made."""
        held = self._look_up(shape)
        if held is not None:
            return held
        with self._making:
            # Somebody else may have made it meanwhile.
            held = self._look_up(shape)
            if held is None:
                held = self._make(shape)
                self._keep(shape, held)
            return held

    def _look_up(self, shape: Shape) -> T | None:
        with self._lock:
            if shape in self._held:
                self._held.move_to_end(shape)
            return self._held.get(shape)

    def _keep(self, shape: Shape, made: T) -> None:
        with self._lock:
            self._held[shape] = made
            if len(self._held) > MOST_SHAPES:
                self._held.popitem(last=False)
