"""Composing looks at a region from real pictures: normal under another light, and changed.

A scene is a region of a real picture, or of real frames of one camera, with a thing in it. Its
normal looks differ as a fixed camera's do: light, colour temperature, noise, compression, a shake
of a pixel. A changed look has the thing removed, swapped, shifted, rotated, obstructed or lit, and
then goes through the same light, so that nothing but the change tells them apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import cv2
import numpy as np
import numpy.typing as npt

from hazard_library.registry.state_versions import coarse, compressed, nudged

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.float32]
Corners = tuple[int, int, int, int]
"""x1, y1, x2, y2 in pixels."""

Change = Literal["removed", "swapped", "shifted", "rotated", "obstructed", "lit"]
CHANGES: tuple[Change, ...] = get_args(Change)
Harmless = Literal["light", "nudged", "coarse", "shadow", "dim"]
HARMLESS: tuple[Harmless, ...] = get_args(Harmless)
EVERYDAY: tuple[Harmless, ...] = ("light", "nudged", "coarse")
"""What a camera shows on any day; a threshold has to bear it. The others are the hard ones."""
MARGIN = 2
"""Pixels around the region that a shake may bring in."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A region with a thing in it.

    Attributes:
        name: where it is from.
        source: the set or film.
        licence: as the set states it.
        frames: uint8 (height, width, 3), RGB, each: the region with a margin of `MARGIN` pixels.
        thing: corners of the thing within a frame.
    """

    name: str
    source: str
    licence: str
    frames: tuple[Pixels, ...]
    thing: Corners

    def frame(self, rng: np.random.Generator) -> Pixels:
        """Return one of the frames."""
        return self.frames[int(rng.integers(len(self.frames)))]


def taught_looks(scene: Scene, rng: np.random.Generator) -> tuple[Pixels, Pixels, Pixels]:
    """Return a normal look as an operator gives it, and the two versions that are learnt with it.

    What an operator gives differs little, since it is taken within a few minutes; that the same
    thing may stand a few pixels off and that a line may coarsen the picture is known beforehand.
    """
    frame = scene.frame(rng)
    versions = (frame, nudged(frame, rng), coarse(frame, rng))
    plain, moved, coarsened = (_seen(one, rng, 0.4) for one in versions)
    return plain, moved, coarsened


def harmless_look(scene: Scene, how: Harmless, rng: np.random.Generator) -> Pixels:
    """Return a normal look that differs from the taught ones, yet shows no other state.

    `nudged` stands a few pixels off, as after cleaning or maintenance; `coarse` is what a crowded
    line leaves of the picture; `shadow` falls over part of it; `dim` is dusk.
    """
    frame = scene.frame(rng)
    if how == "nudged":
        frame = nudged(frame, rng)
    if how == "coarse":
        frame = coarse(frame, rng)
    if how == "shadow":
        frame = _shadow(frame, rng)
    if how == "dim":
        frame = np.asarray(frame * rng.uniform(0.3, 0.5), np.uint8)
    return _seen(frame, rng, 1.0)


def changed_look(
    scene: Scene, change: Change, others: Sequence[Scene], rng: np.random.Generator
) -> Pixels:
    """Return a look at the region with its thing changed; `others` lend their things."""
    return _seen(composed_change(scene, change, others, rng), rng, 1.0)


def composed_change(
    scene: Scene, change: Change, others: Sequence[Scene], rng: np.random.Generator
) -> Pixels:
    """Return a frame of the scene with its thing changed, margin and light as they were."""
    return _CHANGERS[change](scene.frame(rng), scene.thing, others, rng)


def _seen(frame: Pixels, rng: np.random.Generator, strength: float) -> Pixels:
    """See a frame as a camera does at another moment, the margin cut off."""
    dx, dy = rng.uniform(-strength, strength, 2)
    height, width = frame.shape[:2]
    moved = cv2.warpAffine(
        frame,
        np.array([[1, 0, dx], [0, 1, dy]], np.float64),
        (width, height),
        borderMode=cv2.BORDER_REFLECT,
    )
    light = (moved[MARGIN:-MARGIN, MARGIN:-MARGIN] / 255.0) ** np.exp(
        rng.uniform(-0.35, 0.35) * strength
    )
    warmth = rng.uniform(-0.1, 0.1) * strength
    light = light * (1 + rng.uniform(-0.15, 0.15) * strength) * (1 + warmth, 1.0, 1 - warmth)
    noisy = light * 255 + rng.normal(0, rng.uniform(0, 4) * strength, light.shape)
    clear = np.asarray(np.clip(noisy, 0, 255), np.uint8)
    quality = int(95 - rng.uniform(5, 45) * strength)
    return compressed(clear, quality)


def _shadow(frame: Pixels, rng: np.random.Generator) -> Pixels:
    """Darken one side of a slanting line, its edge soft."""
    height, width = frame.shape[:2]
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    side = (x * np.cos(angle) + y * np.sin(angle) - rng.uniform(-0.4, 0.4)) / 0.08
    dark = rng.uniform(0.5, 0.75)
    factor = dark + (1 - dark) / (1 + np.exp(np.clip(side, -30, 30)))
    return np.asarray(frame * factor[..., None], np.uint8)


def _removed(frame: Pixels, thing: Corners, _: Sequence[Scene], rng: np.random.Generator) -> Pixels:
    """Fill the thing's place from what lies around it, keeping the grain of the surroundings."""
    mask = _soft_box(frame, thing, 0)
    filled = cv2.inpaint(frame, np.asarray(mask > 0.5, np.uint8), 5, cv2.INPAINT_TELEA)  # noqa: PLR2004
    outside = frame[mask < 0.5].astype(np.float32)  # noqa: PLR2004
    smooth = cv2.GaussianBlur(frame, (0, 0), 2)[mask < 0.5].astype(np.float32)  # noqa: PLR2004
    grain = float(np.median(np.abs(outside - smooth))) if len(outside) else 0.0
    rough = rng.normal(0, grain, frame.shape)
    return _laid(frame, np.clip(filled + rough, 0, 255), _soft_box(frame, thing, 2))


def _swapped(
    frame: Pixels, thing: Corners, others: Sequence[Scene], rng: np.random.Generator
) -> Pixels:
    """Put another scene's thing of the nearest mean colour, made equal, in the place."""
    x1, y1, x2, y2 = thing
    mean = frame[y1:y2, x1:x2].mean((0, 1))
    drawn = [others[int(n)] for n in rng.choice(len(others), min(12, len(others)), replace=False)]
    lent = min((_thing(one, rng) for one in drawn), key=lambda p: _apart(p, mean))
    fitted = cv2.resize(lent, (x2 - x1, y2 - y1), interpolation=cv2.INTER_AREA).astype(np.float32)
    fitted += mean - fitted.mean((0, 1))
    over = frame.astype(np.float32)
    over[y1:y2, x1:x2] = np.clip(fitted, 0, 255)
    return _laid(frame, over, _soft_box(frame, thing, 2))


def _shifted(
    frame: Pixels, thing: Corners, others: Sequence[Scene], rng: np.random.Generator
) -> Pixels:
    """Move the thing by a sixth to a third of its size."""
    x1, y1, x2, y2 = thing
    angle, share = rng.uniform(0, 2 * np.pi), rng.uniform(1 / 6, 1 / 3)
    dx, dy = share * (x2 - x1) * np.cos(angle), share * (y2 - y1) * np.sin(angle)
    return _moved(frame, thing, np.array([[1, 0, dx], [0, 1, dy]]), others, rng)


def _rotated(
    frame: Pixels, thing: Corners, others: Sequence[Scene], rng: np.random.Generator
) -> Pixels:
    """Turn the thing about its middle by 25 to 90 degrees."""
    x1, y1, x2, y2 = thing
    angle = rng.uniform(25, 90) * rng.choice((-1, 1))
    turn = cv2.getRotationMatrix2D(((x1 + x2) / 2, (y1 + y2) / 2), float(angle), 1.0)
    return _moved(frame, thing, np.asarray(turn, np.float64), others, rng)


def _moved(
    frame: Pixels,
    thing: Corners,
    how: npt.NDArray[np.float64],
    others: Sequence[Scene],
    rng: np.random.Generator,
) -> Pixels:
    """Take the thing away and lay it down again after an affine motion."""
    empty = _removed(frame, thing, others, rng)
    size = (frame.shape[1], frame.shape[0])
    mask = cv2.warpAffine(_soft_box(frame, thing, 2, ellipse=True), how, size)
    moved = cv2.warpAffine(frame, how, size, borderMode=cv2.BORDER_REFLECT)
    return _laid(empty, np.asarray(moved, np.uint8), np.asarray(mask, np.float32))


def _obstructed(
    frame: Pixels, thing: Corners, others: Sequence[Scene], rng: np.random.Generator
) -> Pixels:
    """Lay another scene's thing over a quarter to half of this one."""
    x1, y1, x2, y2 = thing
    share = np.sqrt(rng.uniform(0.25, 0.5))
    width, height = max(4, round(share * (x2 - x1))), max(4, round(share * (y2 - y1)))
    left = x1 + int(rng.integers(x2 - x1 - width + 1))
    top = y1 + int(rng.integers(y2 - y1 - height + 1))
    lent = _thing(others[int(rng.integers(len(others)))], rng)
    over = frame.astype(np.float32)
    over[top : top + height, left : left + width] = cv2.resize(lent, (width, height))
    place = (left, top, left + width, top + height)
    return _laid(frame, over, _soft_box(frame, place, 1, ellipse=True))


def _lit(frame: Pixels, thing: Corners, _: Sequence[Scene], rng: np.random.Generator) -> Pixels:
    """Light a lamp on the thing: a bright spot an eighth to a quarter of it wide, with a glow."""
    x1, y1, x2, y2 = thing
    radius = max(2.0, rng.uniform(1 / 16, 1 / 8) * min(x2 - x1, y2 - y1))
    x, y = rng.uniform(x1 + radius, x2 - radius), rng.uniform(y1 + radius, y2 - radius)
    rows, columns = np.mgrid[: frame.shape[0], : frame.shape[1]]
    away = np.hypot(columns - x, rows - y) / radius
    colour = ((255, 60, 40), (255, 190, 40), (70, 255, 90))[int(rng.integers(3))]
    core = np.clip(1.5 - away, 0, 1)[..., None]
    glow = 0.5 * np.exp(-np.square(away / 2))[..., None]
    lamp = frame * (1 - core) + np.array(colour) * core + np.array(colour) * glow
    return np.asarray(np.clip(lamp, 0, 255), np.uint8)


def _thing(scene: Scene, rng: np.random.Generator) -> Pixels:
    """Return the picture of a scene's thing."""
    x1, y1, x2, y2 = scene.thing
    return scene.frame(rng)[y1:y2, x1:x2]


def _apart(picture: Pixels, mean: npt.NDArray[np.float64]) -> float:
    return float(np.linalg.norm(picture.mean((0, 1)) - mean))


def _soft_box(frame: Pixels, place: Corners, blur: float, *, ellipse: bool = False) -> Mask:
    """Return float32 (height, width), 1 inside the place and 0 outside, its edge blurred."""
    mask = np.zeros(frame.shape[:2], np.float32)
    x1, y1, x2, y2 = place
    if ellipse:
        middle = ((x1 + x2) // 2, (y1 + y2) // 2)
        cv2.ellipse(mask, middle, ((x2 - x1) // 2, (y2 - y1) // 2), 0, 0, 360, 1.0, -1)
    else:
        mask[y1:y2, x1:x2] = 1.0
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), blur) if blur else mask, np.float32)


def _laid(under: Pixels, over: npt.NDArray[np.floating] | Pixels, mask: Mask) -> Pixels:
    """Lay one picture over another where the mask says so."""
    share = mask[..., None]
    return np.asarray(np.clip(under * (1 - share) + over * share, 0, 255), np.uint8)


_Changer = Callable[[Pixels, Corners, Sequence[Scene], np.random.Generator], Pixels]
_CHANGERS: dict[Change, _Changer] = {
    "removed": _removed,
    "swapped": _swapped,
    "shifted": _shifted,
    "rotated": _rotated,
    "obstructed": _obstructed,
    "lit": _lit,
}
