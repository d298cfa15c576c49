"""Quantised variants of an exported model, for processors.

int8 is static quantisation with QDQ nodes, calibrated on training pictures. The last layers, which
turn distances into pixels and logits into scores, stay float32: their outputs span 0 to several
hundred beside 0 to 1, which eight bits cannot hold. ONNX Runtime's processor provider computes
neither bfloat16 nor float16 convolutions on x86, so those would only be slower there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from hazard_library.datasets.version import DatasetVersion, Picture
from hazard_library.evaluation.detector import Detector, Tensor, prepared, read_pixels
from hazard_library.evaluation.looking import Locator

CALIBRATION_PICTURES = 100
SPARED = ("last layers", "head", "head and first layers")
"""What stays float32, from little to much: the next is tried where the last loses too much."""
QUANTISED = ("Conv", "Mul", "Sigmoid", "Concat", "MaxPool", "Resize", "Add")


def calibration_pictures(version: DatasetVersion, seed: int) -> list[Picture]:
    """Choose training pictures for calibration, by the seed; never those of validation."""
    pictures = version.of("train")
    order = np.random.default_rng(seed).permutation(len(pictures))[:CALIBRATION_PICTURES]
    return [pictures[int(place)] for place in order]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is needed to learn the range of every activation.

    Attributes:
        detector: the float32 model, for the side and name of its input.
        pictures: to run through it.
        where: finds them.
    """

    detector: Detector
    pictures: Sequence[Picture]
    where: Locator


def write_int8(source: Path, target: Path, calibration: Calibration, spared: str) -> None:
    """Write the int8 variant of an ONNX file.

    Args:
        source: the float32 file.
        target: where the variant goes.
        calibration: what to calibrate on.
        spared: what stays float32, one of `SPARED`.

    Raises:
        DatasetError: a picture cannot be read.
    """
    with TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.onnx"
        quant_pre_process(str(source), str(ready), skip_symbolic_shape=True)
        quantize_static(
            str(ready),
            str(target),
            _Reader(calibration),
            quant_format=QuantFormat.QDQ,
            calibrate_method=CalibrationMethod.MinMax,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            op_types_to_quantize=list(QUANTISED),
            nodes_to_exclude=_kept(onnx.load(ready), spared),
        )


class _Reader(CalibrationDataReader):  # type: ignore[misc] # the base class has no types
    """Hands out input tensors one by one."""

    def __init__(self, calibration: Calibration) -> None:
        self._name = calibration.detector.input_name
        self._tensors: Iterator[Tensor] = (
            prepared(read_pixels(calibration.where(picture)), calibration.detector.side)[0]
            for picture in calibration.pictures
        )

    def get_next(self) -> dict[str, Tensor] | None:
        """Return the next input, None at the end."""
        tensor = next(self._tensors, None)
        return None if tensor is None else {self._name: tensor}


def _kept(model: onnx.ModelProto, spared: str) -> list[str]:
    """Return the nodes that stay float32.

    The exporter names nodes by module, such as `/model.24/cv2.2/…`; the head is the module that
    the last layers belong to.
    """
    names = _last_layers(model)
    if spared == SPARED[0]:
        return names
    head = names[0].split("/")[1]
    modules = {head} if spared == SPARED[1] else {head, "model.0", "model.1"}
    inside = {node.name for node in model.graph.node if node.name.split("/")[1:2] != []}
    return sorted({*names, *(name for name in inside if name.split("/")[1] in modules)})


def _last_layers(model: onnx.ModelProto) -> list[str]:
    """Return the nodes behind the last convolutions that have a bias.

    The decoder of distances is a convolution too, but one of fixed numbers without a bias.
    """
    made_by = {name: node for node in model.graph.node for name in node.output}
    to_visit = [output.name for output in model.graph.output]
    names: list[str] = []
    with_bias = 3
    while to_visit:
        node = made_by.get(to_visit.pop())
        is_end = node is None or (node.op_type == "Conv" and len(node.input) == with_bias)
        if node is not None and not is_end and node.name not in names:
            names.append(node.name)
            to_visit.extend(node.input)
    return names
