"""The self-test of a package: a rendered picture and the boxes the model must find in it.

It tells whether a runtime on a strange box computes what it should: another picture fit, colour
order, scale or a broken provider shows at once. It does not tell how good the model is.
"""

import cv2
import numpy as np

from hazard_library.evaluation.detector import Found, Pixels

WIDTH, HEIGHT = 480, 320
_SKIN, _YELLOW, _HAIR = (205, 160, 130), (250, 205, 30), (45, 32, 24)
_SHIRT, _ORANGE, _TROUSERS = (70, 95, 150), (255, 110, 30), (45, 48, 60)


def rendered_scene() -> Pixels:
    """Draw a hall with a helmeted and a bareheaded figure and a fire, uint8 (320, 480, 3), RGB."""
    picture = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    rows = np.linspace(0, 1, HEIGHT)[:, None]
    for plane, (wall, floor) in enumerate(((186, 132), (190, 128), (192, 122))):
        picture[..., plane] = np.where(rows < 0.5, wall - 20 * rows, floor + 30 * rows)  # noqa: PLR2004
    picture = np.ascontiguousarray(picture)
    _figure(picture, (110, 60), 200, vest=_ORANGE, helmet=True)
    _figure(picture, (240, 70), 190, vest=_SHIRT, helmet=False)
    _fire(picture, (390, 250), 60)
    return np.asarray(cv2.GaussianBlur(picture, (3, 3), 0), np.uint8)


def _figure(
    picture: Pixels,
    top: tuple[int, int],
    height: int,
    *,
    vest: tuple[int, int, int],
    helmet: bool,
) -> None:
    """Draw a standing figure whose head's top is at `top` (x, y)."""
    x, y = top
    unit = height / 8
    head = (x, round(y + 0.5 * unit))
    for side in (-1, 1):
        hip, foot = (x + side * round(0.4 * unit), round(y + 4 * unit)), round(y + 7.8 * unit)
        cv2.line(picture, hip, (hip[0] + side * 3, foot), _TROUSERS, round(0.75 * unit))
        shoulder = (x + side * round(0.95 * unit), round(y + 1.7 * unit))
        hand = (x + side * round(1.2 * unit), round(y + 4 * unit))
        cv2.line(picture, shoulder, hand, vest, round(0.5 * unit))
        cv2.circle(picture, hand, round(0.25 * unit), _SKIN, -1)
    corners = [(-1.0, 1.3), (1.0, 1.3), (0.8, 4.4), (-0.8, 4.4)]
    torso = np.array([(x + a * unit, y + b * unit) for a, b in corners], np.int32)
    cv2.fillPoly(picture, [torso], vest)
    cv2.ellipse(picture, head, (round(0.42 * unit), round(0.6 * unit)), 0, 0, 360, _SKIN, -1)
    cap = (x, round(y + 0.35 * unit))
    size = (round((0.6 if helmet else 0.46) * unit), round(0.55 * unit))
    cv2.ellipse(picture, cap, size, 0, 180, 360, _YELLOW if helmet else _HAIR, -1)
    if helmet:
        cv2.line(picture, (cap[0] - size[0], cap[1]), (cap[0] + size[0], cap[1]), _YELLOW, 3)


def _fire(picture: Pixels, foot: tuple[int, int], size: int) -> None:
    """Draw flames standing on `foot` (x, y), red outside and nearly white within."""
    x, y = foot
    layers = [(1.0, (215, 60, 10)), (0.75, (245, 130, 15)), (0.5, (255, 205, 60))]
    layers.append((0.25, (255, 248, 200)))
    for share, colour in layers:
        for offset, tall in ((-0.45, 1.1), (-0.1, 1.9), (0.2, 1.4), (0.5, 0.9)):
            reach, half = size * share, size * share * 0.35
            left = x + offset * reach
            flame = [(left - half, y), (left + half, y), (left + half * 0.3, y - tall * reach)]
            cv2.fillPoly(picture, [np.array(flame, np.int32)], colour)
            cv2.circle(picture, (round(left), round(y - half * 0.4)), round(half), colour, -1)


def differences(expected: Found, found: Found) -> tuple[float, float]:
    """Return the largest corner and score difference between two equally ordered answers.

    A different number or order of classes counts as an infinite difference.
    """
    if expected.classes.tolist() != found.classes.tolist():
        return float("inf"), float("inf")
    if not len(found.classes):
        return 0.0, 0.0
    corners = np.abs(expected.corners - found.corners).max()
    return float(corners), float(np.abs(expected.scores - found.scores).max())
