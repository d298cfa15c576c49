"""What else is remembered with a normal picture of a region: its likely looks on another day.

A memory of a few pictures taken within minutes knows one light. That a camera trembles, a line
coarsens the picture, a cloud or a wall throws a shadow and evening comes is known beforehand, so
each picture is remembered in these versions too.
"""

import hashlib

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

VERSIONS = 6
"""Looks that are remembered of each picture."""


def versions_of(region: Pixels) -> tuple[Pixels, ...]:
    """Return a picture of a region and its likely looks, the same for the same picture.

    Args:
        region: uint8 (height, width, 3), in any order of colours.
    """
    seed = int.from_bytes(hashlib.sha256(region.tobytes()).digest()[:8], "big")
    rng = np.random.default_rng(seed)
    return (
        region,
        nudged(region, rng),
        coarse(region, rng),
        shaded(region, rng),
        shaded(region, rng),
        darkened(region, rng),
    )


def nudged(frame: Pixels, rng: np.random.Generator) -> Pixels:
    """Move and turn the picture by up to 3 % of its smaller side and 1.5 degrees."""
    height, width = frame.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-1.5, 1.5), 1.0)
    turn[:, 2] += rng.uniform(-0.03, 0.03, 2) * min(width, height)
    size = (width, height)
    return np.asarray(cv2.warpAffine(frame, turn, size, borderMode=cv2.BORDER_REFLECT), np.uint8)


def coarse(frame: Pixels, rng: np.random.Generator) -> Pixels:
    """Blur a little and compress hard, so that faint texture goes and blocks come."""
    soft = cv2.GaussianBlur(frame, (0, 0), rng.uniform(0.5, 1.2))
    return compressed(np.asarray(soft, np.uint8), 18)


def compressed(picture: Pixels, quality: int) -> Pixels:
    """Return what JPEG of a quality, 1..100, leaves of a picture in RGB."""
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality]
    _, packed = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), settings)
    unpacked = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(unpacked[..., ::-1])


def shaded(frame: Pixels, rng: np.random.Generator) -> Pixels:
    """Darken one side of a slanting line to about half; the edge is sharp or reaches far."""
    height, width = frame.shape[:2]
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    away = (x * np.cos(angle) + y * np.sin(angle) - rng.uniform(-0.6, 0.6)) / rng.uniform(0.1, 0.5)
    factor = 0.55 + 0.45 / (1 + np.exp(np.clip(away, -30, 30)))
    return np.asarray(frame * factor[..., None], np.uint8)


def darkened(frame: Pixels, rng: np.random.Generator) -> Pixels:
    """Let the light go: dark parts lose more than bright ones."""
    return np.asarray((frame / 255.0) ** rng.uniform(1.3, 1.8) * 204, np.uint8)
