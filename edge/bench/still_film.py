"""A film of a place where nothing moves: a real place without its people, with a sensor's noise.

The place is what most pictures of the footage show in each spot. One picture alone would hold the
people who stood in it, and whoever is seen is looked at at the camera's full rate, standing or not.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import av
import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

from edge.bench.clips import Clip, film_of, write

#: Levels of 255: what a camera's sensor leaves after its own noise reduction.
_NOISE = 2.0
#: So many pictures, spread over the footage, tell who only walked by.
_PICTURES = 41


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
    base = _without_people(film, (clip.height * 16 // 9, clip.height))
    chance = np.random.default_rng(1)
    # As many pictures of noise as make no repetition that a frozen stream would have.
    noises = [chance.normal(0, _NOISE, base.shape[:2])[:, :, None] for _ in range(8)]
    while True:
        one, other = chance.choice(8, 2, replace=False)
        noise = (noises[one] + np.roll(noises[other], int(chance.integers(64)), 1)) / np.sqrt(2)
        yield VideoFrame.from_ndarray(
            np.clip(base + noise, 0, 255).astype(np.uint8), format="bgr24"
        )


def _without_people(film: Path, size: tuple[int, int]) -> NDArray[np.float32]:
    with av.open(str(film)) as source:
        every = max(1, source.streams.video[0].frames // _PICTURES)
        some = list(islice(source.decode(video=0), 0, every * _PICTURES, every))
    pictures = [one.to_ndarray(format="bgr24") for one in some]
    place = VideoFrame.from_ndarray(np.median(pictures, axis=0).astype(np.uint8), format="bgr24")
    return place.reformat(*size).to_ndarray(format="bgr24").astype(np.float32)
