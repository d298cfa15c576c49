"""Things put down in a zone that was taught empty, composed of real pictures.

A scene's thing is taken away and the empty place is taught; then the thing stands there again. What
the box takes for the changed share of the zone is compared with what `static_object` asks for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hazard_library.evaluation.state_scenes import (
    HARMLESS,
    MARGIN,
    Scene,
    composed_change,
    harmless_look,
    taught_looks,
)
from hazard_library.registry.feature_network import FeatureNetwork
from hazard_library.registry.region_comparison import learn, see

_TAUGHT, _LOOKS = 6, 3
_WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


@dataclass(frozen=True, slots=True)
class PutDown:
    """One zone. box: the share that the thing's box covers.

    there: the changed share with the thing, a look each; empty: without it, light, nudge, coarse
    line, shadow and dusk included.
    """

    scene: str
    box: float
    there: tuple[float, ...]
    empty: tuple[float, ...]


def put_down(
    number: int, scene: Scene, others: Sequence[Scene], network: FeatureNetwork, seed: int
) -> PutDown:
    """Teach a zone empty and look at it with its thing and without."""
    rng = np.random.default_rng((seed, number))
    bare = composed_change(scene, "removed", others, rng)
    empty = Scene(scene.name, scene.source, scene.licence, (bare,), scene.thing)
    memory = learn(network, [taught_looks(empty, rng)[0] for _ in range(_TAUGHT)], _WHOLE).memory

    def shares(of: Scene, kinds: Sequence[str]) -> tuple[float, ...]:
        looks = [
            memory.compare(see(network, harmless_look(of, how, rng)))
            for how in HARMLESS
            if how in kinds
            for _ in range(_LOOKS)
        ]
        # Below the threshold nothing counts as changed, as in the rule.
        return tuple(round(one.changed if one.difference > 1 else 0.0, 3) for one in looks)

    x1, y1, x2, y2 = scene.thing
    height, width = bare.shape[0] - 2 * MARGIN, bare.shape[1] - 2 * MARGIN
    return PutDown(
        scene=scene.name,
        box=round((x2 - x1) * (y2 - y1) / (height * width), 3),
        there=shares(scene, ("light",)),
        empty=shares(empty, HARMLESS),
    )
