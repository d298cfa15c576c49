"""The self-test of a package: rendered pictures and the boxes the model must find in them.

It tells whether a runtime on a strange box computes what it should: another picture fit, colour
order, scale or a broken provider shows at once. It does not tell how good the model is.
"""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from hazard_library.evaluation.detector import Detector, Found, Pixels, read_pixels
from hazard_library.registry.card import ExpectedBox, SelfTest
from hazard_library.registry.package import SELF_TEST_FOLDER

WIDTH, HEIGHT = 480, 320
SCORE_TOLERANCE = 0.03
BOX_TOLERANCE_PX = 3.0
SURE, FAINT = (0.3, 0.4), (0.1, 0.3)
"""Between which scores the floor lies: the lower ones where nothing is found above the others."""
_SIDES = ("x1", "y1", "x2", "y2")
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


def rendered_yard() -> Pixels:
    """Draw a yard with a lorry, a fallen figure and smoke, uint8 (320, 480, 3), RGB."""
    picture = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    rows = np.linspace(0, 1, HEIGHT)[:, None]
    for plane, (sky, ground) in enumerate(((168, 118), (190, 116), (215, 112))):
        picture[..., plane] = np.where(rows < 0.45, sky + 20 * rows, ground + 24 * rows)  # noqa: PLR2004
    picture = np.ascontiguousarray(picture)
    _lorry(picture, (40, 215))
    _smoke(picture, (385, 150))
    _figure(picture, (250, 90), 150, vest=_ORANGE, helmet=True)
    lying = np.full((120, 200, 3), picture[290, 300], np.uint8)
    standing = np.ascontiguousarray(np.rot90(lying))
    _figure(standing, (60, 8), 180, vest=_SHIRT, helmet=False)
    picture[195:315, 270:470] = np.rot90(standing, -1)
    return np.asarray(cv2.GaussianBlur(picture, (3, 3), 0), np.uint8)


def _lorry(picture: Pixels, foot: tuple[int, int]) -> None:
    """Draw a lorry whose wheels begin at `foot` (x, y), driving to the right."""
    x, y = foot
    cv2.rectangle(picture, (x, y - 95), (x + 110, y), (200, 205, 210), -1)
    cv2.rectangle(picture, (x, y - 95), (x + 110, y), (120, 125, 130), 2)
    cab = np.array([(x + 112, y), (x + 112, y - 70), (x + 140, y - 70), (x + 158, y - 35)])
    cv2.fillPoly(picture, [np.vstack([cab, [(x + 158, y)]]).astype(np.int32)], (190, 40, 35))
    window = np.array([(x + 118, y - 38), (x + 118, y - 63), (x + 137, y - 63), (x + 150, y - 38)])
    cv2.fillPoly(picture, [window.astype(np.int32)], (60, 80, 95))
    for wheel in (x + 22, x + 48, x + 132):
        cv2.circle(picture, (wheel, y), 14, (28, 28, 30), -1)
        cv2.circle(picture, (wheel, y), 6, (140, 142, 146), -1)


def _smoke(picture: Pixels, foot: tuple[int, int]) -> None:
    """Draw a grey plume that rises from `foot` (x, y) and widens, blurred at its edge."""
    x, y = foot
    plume = np.zeros(picture.shape[:2], np.float32)
    for step in range(14):
        centre = (round(x + 9 * np.sin(step / 2.1) + 2 * step), round(y - 9 * step))
        cv2.circle(plume, centre, 10 + 3 * step, 0.9 - 0.03 * step, -1)
    cover = cv2.GaussianBlur(plume, (0, 0), 7)[..., None]
    rng = np.random.default_rng(4)
    grain = cv2.GaussianBlur(rng.normal(0, 60, picture.shape[:2]).astype(np.float32), (0, 0), 6)
    grey = np.clip(92 + 6 * grain[..., None], 40, 160)
    picture[:] = np.clip(picture * (1 - cover) + grey * cover, 0, 255).astype(np.uint8)


SCENES = {"rendered-scene.png": rendered_scene, "rendered-yard.png": rendered_yard}


def write_self_tests(
    folder: Path, detector: Detector, suppression_iou: float
) -> tuple[SelfTest, ...]:
    """Render the pictures into a package's folder and record what the model finds in them."""
    (folder / SELF_TEST_FOLDER).mkdir(exist_ok=True)
    tests = []
    for name, render in SCENES.items():
        file = folder / SELF_TEST_FOLDER / name
        picture = render()
        cv2.imwrite(str(file), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        floor = quiet_floor(detector.find(picture, 0.05, suppression_iou).scores)
        found = detector.find(picture, floor, suppression_iou)
        tests.append(
            SelfTest(
                picture=name,
                sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
                floor=floor,
                boxes=expected_boxes(found, detector.labels),
                score_tolerance=SCORE_TOLERANCE,
                box_tolerance_px=BOX_TOLERANCE_PX,
            )
        )
    return tuple(tests)


def quiet_floor(scores: npt.NDArray[np.float64]) -> float:
    """Return the score that is furthest from any box, so that none comes and goes.

    It lies among the usual ones, or among fainter ones where no box is that sure.
    """
    low, high = SURE if bool((scores >= SURE[1]).any()) else FAINT
    candidates = np.arange(low, high + 0.005, 0.01)
    distances = np.abs(candidates[:, None] - scores[None]).min(1, initial=1.0)
    return round(float(candidates[distances.argmax()]), 2)


def expected_boxes(found: Found, labels: tuple[str, ...]) -> tuple[ExpectedBox, ...]:
    """Round what was found to what the card keeps."""
    rows = zip(found.classes, found.scores, found.corners, strict=True)
    return tuple(
        ExpectedBox(
            label=labels[int(number)],
            score=round(float(score), 3),
            x1=round(float(corners[0]), 1),
            y1=round(float(corners[1]), 1),
            x2=round(float(corners[2]), 1),
            y2=round(float(corners[3]), 1),
        )
        for number, score, corners in rows
    )


def fails(test: SelfTest, folder: Path, detector: Detector, suppression_iou: float) -> str | None:
    """Say how a model's answer to a self-test differs from the card; None if it does not.

    Args:
        test: the case on the card.
        folder: of the package.
        detector: the model.
        suppression_iou: that of the card.
    """
    pixels = read_pixels(folder / SELF_TEST_FOLDER / test.picture)
    found = expected_boxes(detector.find(pixels, test.floor, suppression_iou), detector.labels)
    if len(found) != len(test.boxes):
        return f"{test.picture}: {len(found)} boxes instead of {len(test.boxes)}"
    for wanted in test.boxes:
        if not any(_is_near(wanted, one, test) for one in found):
            return f"{test.picture}: {wanted.label} is not found as the card says"
    return None


def _is_near(wanted: ExpectedBox, found: ExpectedBox, test: SelfTest) -> bool:
    corners = max(abs(getattr(wanted, side) - getattr(found, side)) for side in _SIDES)
    near = abs(wanted.score - found.score) <= test.score_tolerance
    return wanted.label == found.label and near and corners <= test.box_tolerance_px


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
