"""A package proves itself before it runs: its own pictures must give the boxes on its card.

The card's numbers were written down by ONNX Runtime. float32 meets them within the card's tolerance
on every runtime; bfloat16, float16 and int8 round otherwise on each processor, and are held to four
times of it: a swapped label, a wrong input or broken weights lie much farther off.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.config.inference import Precision
from edge.errors import ModelRejected
from edge.inference.detector import Detector
from edge.inference.runners.runner import Runner
from edge.ports import RawBoxes
from hazard_library.registry.card import ExpectedBox, SelfTest
from hazard_library.registry.package import ModelPackage

_ROUNDED = 4.0


def prove(package: ModelPackage, runner: Runner) -> None:
    """Run a package's self-test on the runtime that it shall run on.

    Raises:
        ModelRejected: the card's labels do not fit, or a picture gives other boxes than it says.
    """
    Detector(package, runner)
    slack = 1.0 if runner.precision is Precision.FLOAT32 else _ROUNDED
    for case in package.card.self_test:
        reason = _reason_against(package, runner, case, slack)
        if reason is not None:
            raise ModelRejected(
                f"{package.folder}: the self-test {case.picture} failed in {runner.precision} "
                f"({reason}); the model is not what its card says, install the package again"
                + ("" if slack == 1.0 else ", or write inference.precision: float32")
            )


def _reason_against(
    package: ModelPackage, runner: Runner, case: SelfTest, slack: float
) -> str | None:
    picture = cv2.imread(str(package.self_test_folder / case.picture), cv2.IMREAD_COLOR)
    if picture is None:
        return "the picture cannot be read"
    # A box at the floor may be rounded to either side of it.
    doubt = case.score_tolerance * slack if slack > 1.0 else 0.0
    backend = Detector(package, runner, min_score=max(case.floor - doubt, 0.01))
    found = backend.detect(np.asarray(picture, np.uint8))
    for wanted in case.boxes:
        if not _is_found(wanted, found, case, slack):
            return f"{wanted.label} is not found"
    certain = int(np.count_nonzero(found.scores >= case.floor + doubt))
    if certain > len(case.boxes):
        return f"{certain} boxes instead of {len(case.boxes)}"
    return None


def _is_found(wanted: ExpectedBox, found: RawBoxes, case: SelfTest, slack: float) -> bool:
    corners: NDArray[np.float32] = np.array(
        [wanted.x1, wanted.y1, wanted.x2, wanted.y2], np.float32
    )
    return any(
        label == wanted.label
        and abs(float(score) - wanted.score) <= case.score_tolerance * slack
        and float(np.abs(box - corners).max()) <= case.box_tolerance_px * slack
        for label, score, box in zip(found.labels, found.scores, found.boxes, strict=True)
    )
