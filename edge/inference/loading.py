"""From a verified package and a layout to something that runs."""

from pathlib import Path

import numpy as np
import structlog

from edge.config.inference import Backend, Precision
from edge.errors import ModelRejected
from edge.inference.detector import Detector
from edge.inference.layout import Layout
from edge.inference.runners.onnx_runner import OnnxRunner
from edge.inference.runners.openvino_runner import OpenVinoRunner
from edge.inference.runners.runner import Runner
from hazard_library.errors import RegistryError
from hazard_library.registry.network_size import least_side, places_of
from hazard_library.registry.package import ModelPackage, find_folder, open_trusted

_log = structlog.get_logger(__name__)

#: Width to height of what nearly all cameras send.
_USUAL = (16, 9)


def in_precision(package: ModelPackage, precision: Precision) -> ModelPackage:
    """Return the package with the file that a precision needs: int8's own, where there is one."""
    has_int8 = any(one.precision == Precision.INT8.value for one in package.card.variants)
    return package.variant(precision) if precision is Precision.INT8 and has_int8 else package


def runner_of(package: ModelPackage, layout: Layout) -> Runner:
    """Load the package's file into the layout's runtime.

    A file that is quantised computes in int8, whatever is asked for; a model without such a file
    computes in float32 where int8 is asked for. What runs is named in every event.

    Raises:
        ModelRejected: the runtime cannot load it, or it is not what its card says.
    """
    precision = _computed_in(package, layout.precision)
    if layout.backend is Backend.OPENVINO:
        return OpenVinoRunner(package, precision, layout.workers, layout.threads_per_run)
    return OnnxRunner(package, layout.backend, precision, layout.threads_per_run)


def may_be_fitted(package: ModelPackage, runner: Runner) -> bool:
    """Try the shape that most cameras have; a network that fails there stays square."""
    card = package.card
    rows = least_side(card.input.width * _USUAL[1] // _USUAL[0])
    try:
        answer = runner.run(np.zeros((1, 3, rows, card.input.width), np.float32))
        fits = answer.shape[1:] == (4 + len(card.labels), places_of((rows, card.input.width)))
        reason = None if fits else f"it answers {answer.shape}"
    except Exception as fault:  # noqa: BLE001 - whatever it is, the square was proven to work
        reason = str(fault)
    if reason is not None:
        _log.info("input_stays_square", model=card.name, reason=reason)
    return reason is None


def open_backend(
    name: str,
    root: Path | None = None,
    min_score: float | None = None,
    layout: Layout | None = None,
) -> Detector:
    """Find a package by name, version or folder, check signature and hashes, and load it.

    Raises:
        ModelRejected: there is none, a file is not the one on its card, or it cannot be loaded.
    """
    layout = layout or Layout()
    try:
        package = in_precision(open_trusted(name, find_folder(name, root)), layout.precision)
    except RegistryError as fault:
        raise ModelRejected(str(fault)) from fault
    return Detector(package, runner_of(package, layout), min_score)


def _computed_in(package: ModelPackage, wanted: Precision) -> Precision:
    if package.card.precision == Precision.INT8.value:
        return Precision.INT8
    return Precision.FLOAT32 if wanted is Precision.INT8 else wanted
