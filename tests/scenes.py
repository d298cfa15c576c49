"""Places to look at, painted for tests of what a camera's pictures are worth."""

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

WIDE, HIGH = 320, 180


def place(seed: int = 1) -> Grey:
    """Return a yard much larger than a picture: walls, doors, crates, lines on the ground."""
    chance = np.random.default_rng(seed)
    ground = np.full((HIGH * 2, WIDE * 2), 110, np.uint8)
    for _ in range(150):
        x, y = chance.integers(0, WIDE * 2), chance.integers(0, HIGH * 2)
        wide, high = chance.integers(8, 60), chance.integers(6, 45)
        shade = int(chance.integers(30, 220))
        corners = cv2.boxPoints(
            ((float(x), float(y)), (float(wide), float(high)), float(chance.integers(-25, 25)))
        )
        cv2.fillPoly(ground, [corners.astype(np.int32)], shade)
    return ground


def view(
    of: Grey, right: float = 0.0, down: float = 0.0, turn_deg: float = 0.0, zoom: float = 1.0
) -> Grey:
    """Return what a camera sees of a place; right, down: shares of the picture."""
    middle = (WIDE + right * WIDE, HIGH + down * HIGH)
    turn = cv2.getRotationMatrix2D(middle, turn_deg, zoom)
    turn[0, 2] += WIDE / 2 - middle[0]
    turn[1, 2] += HIGH / 2 - middle[1]
    return np.asarray(cv2.warpAffine(of, turn, (WIDE, HIGH)), np.uint8)


def noisy(grey: Grey, number: int, sigma: float = 2.0) -> Grey:
    """Add a sensor's noise: another one for every number."""
    noise = np.random.default_rng(number).normal(0, sigma, grey.shape)
    return np.clip(grey + noise, 0, 255).astype(np.uint8)


def with_people(grey: Grey, number: int, count: int = 5) -> Grey:
    """Let people walk through: tall dark shapes, each at a pace of its own."""
    shown = grey.copy()
    for one in range(count):
        x = int((40 + 57 * one + number * (2 + one)) % WIDE)
        y = 30 + 20 * one
        cv2.rectangle(shown, (x, y), (x + 16, y + 44), 25 + 12 * one, -1)
    return shown


def by_infra_red(grey: Grey) -> Grey:
    """Show it by the camera's own lamp: bright in the middle, some things dark that were light."""
    rows, columns = np.mgrid[0:HIGH, 0:WIDE]
    away = ((columns - WIDE / 2) / (WIDE / 2)) ** 2 + ((rows - HIGH / 2) / (HIGH / 2)) ** 2
    light = grey.astype(np.float32)
    shade = np.where((grey // 32) % 3 == 0, 255 - light, light)
    return np.clip(shade * np.exp(-0.8 * away) * 0.7 + 10, 0, 255).astype(np.uint8)


def out_of_focus(grey: Grey, sigma_px: float) -> Grey:
    """Blur every edge alike."""
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma_px), np.uint8)
