"""A package proves itself before it runs: its own pictures must give the boxes on its card."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.errors import ModelRejected
from edge.inference.onnx_backend import OnnxBackend
from edge.ports import RawBoxes
from hazard_library.registry.card import ExpectedBox, SelfTest
from hazard_library.registry.package import ModelPackage


def prove(package: ModelPackage) -> None:
    """Load a package and run its self-test.

    Raises:
        ModelRejected: it cannot be loaded, or a picture gives other boxes than the card says.
    """
    if not package.card.self_test:
        OnnxBackend(package)
    for case in package.card.self_test:
        backend = OnnxBackend(package, min_score=case.floor)
        picture = cv2.imread(str(package.self_test_folder / case.picture), cv2.IMREAD_COLOR)
        if picture is None:
            raise ModelRejected(_refused(package, case, "the picture cannot be read"))
        found = backend.detect(np.asarray(picture, np.uint8))
        for wanted in case.boxes:
            if not _is_found(wanted, found, case):
                raise ModelRejected(_refused(package, case, f"{wanted.label} is not found"))
        if len(found.labels) > len(case.boxes):
            text = f"{len(found.labels)} boxes instead of {len(case.boxes)}"
            raise ModelRejected(_refused(package, case, text))


def _is_found(wanted: ExpectedBox, found: RawBoxes, case: SelfTest) -> bool:
    corners: NDArray[np.float32] = np.array(
        [wanted.x1, wanted.y1, wanted.x2, wanted.y2], np.float32
    )
    return any(
        label == wanted.label
        and abs(float(score) - wanted.score) <= case.score_tolerance
        and float(np.abs(box - corners).max()) <= case.box_tolerance_px
        for label, score, box in zip(found.labels, found.scores, found.boxes, strict=True)
    )


def _refused(package: ModelPackage, case: SelfTest, text: str) -> str:
    return (
        f"{package.folder}: the self-test {case.picture} failed ({text}); "
        "the model is not what its card says, install the package again"
    )
