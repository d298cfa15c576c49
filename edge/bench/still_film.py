"""A film of a place where nothing moves: one real picture with a sensor's noise on it."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av import VideoFrame

from edge.bench.clips import Clip, film_of, write

#: Levels of 255: what a camera's sensor leaves after its own noise reduction.
_NOISE = 2.0


def make(clip: Clip, folder: Path, footage: Path | None = None) -> Path:
    """Write it at the clip's size.

    Raises:
        Unreachable: the footage is not there.
    """
    out = folder / f"still-{clip.name}"
    if not out.is_file():
        write(clip, _noisy(clip, film_of(footage)), out)
    return out


def _noisy(clip: Clip, film: Path) -> Iterator[VideoFrame]:
    with av.open(str(film)) as source:
        first = next(source.decode(video=0))
    size = (clip.height * 16 // 9, clip.height)
    base = first.reformat(*size).to_ndarray(format="bgr24").astype(np.float32)
    chance = np.random.default_rng(1)
    # As many pictures of noise as make no repetition that a frozen stream would have.
    noises = [chance.normal(0, _NOISE, base.shape[:2])[:, :, None] for _ in range(8)]
    while True:
        one, other = chance.choice(8, 2, replace=False)
        noise = (noises[one] + np.roll(noises[other], int(chance.integers(64)), 1)) / np.sqrt(2)
        yield VideoFrame.from_ndarray(
            np.clip(base + noise, 0, 255).astype(np.uint8), format="bgr24"
        )
