"""Which pictures look alike: Hamming distance of perceptual hashes, mirrored ones included."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from hazard_library.samples.store import Looks

NEAR_BITS = 12
"""Of 64 bits, how many may differ in pictures that count as alike.

Chosen by looking at the pairs of the public sets on two sides of a split: none up to 8 bits; at 10
bits, 10 of 12 pairs showed one scene; at 12 bits, 8 of 22; of 24 of the 170 at 14 bits, 3, all of a
camera that is known by name. A stranger costs one training picture of thousands, a pair that is
missed makes figures too good: so 12."""

Hashes = npt.NDArray[np.uint64]


def near_pairs(
    first: Sequence[Looks], second: Sequence[Looks], bits: int = NEAR_BITS
) -> Iterator[tuple[int, int, int]]:
    """Yield (place in `first`, place in `second`, distance in bits) of pictures that look alike."""
    others, others_mirrored = _numbers(second)
    straight, mirrored = _numbers(first)
    for place in range(len(first)):
        # Both ways: the hash of a mirror image is not quite the mirror of the hash.
        distance = np.minimum.reduce(
            [
                np.bitwise_count(others ^ straight[place]),
                np.bitwise_count(others ^ mirrored[place]),
                np.bitwise_count(others_mirrored ^ straight[place]),
            ]
        )
        for other in np.flatnonzero(distance <= bits):
            yield place, int(other), int(distance[other])


def _numbers(looks: Sequence[Looks]) -> tuple[Hashes, Hashes]:
    """Return the hashes and those of the mirror images as uint64 (n,)."""
    return (
        np.array([int(look.phash, 16) for look in looks], np.uint64),
        np.array([int(look.mirrored, 16) for look in looks], np.uint64),
    )
