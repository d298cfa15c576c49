"""OpenVINO on the CPU: as many streams as workers, precision set on purpose.

Left alone, OpenVINO computes in bfloat16 wherever the processor can, which changes scores: here it
computes in what was asked for, and refuses where the processor cannot.
"""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.config.inference import Precision
from edge.errors import ModelRejected
from edge.inference.runners.runner import Tensor
from hazard_library.registry.package import ModelPackage

#: How OpenVINO calls them. An int8 file computes its quantised layers in int8, the rest in float32.
_HINTS = {Precision.FLOAT32: "f32", Precision.INT8: "f32", Precision.BFLOAT16: "bf16"}


def computes_in() -> frozenset[Precision]:
    """Return the precisions that this machine's processor computes in itself."""
    import openvino  # noqa: PLC0415 - 180 MB that a box without it does not load

    able = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    with_bf16 = {Precision.BFLOAT16} if "BF16" in able else set[Precision]()
    return frozenset({Precision.FLOAT32, Precision.INT8, *with_bf16})


class OpenVinoRunner:
    """Implements `Runner`. Each calling thread has its own request and its own output memory."""

    def __init__(
        self, package: ModelPackage, precision: Precision, streams: int, threads: int = 1
    ) -> None:
        """Compile a verified package. streams: how many threads will call at once.

        Raises:
            ModelRejected: OpenVINO cannot compile it, or computes in another precision.
        """
        self._precision = precision
        self._own = threading.local()
        self._compiled = _compiled(package, precision, streams, streams * threads)

    @property
    def precision(self) -> Precision:
        """In what numbers it computes."""
        return self._precision

    @property
    def most_pictures(self) -> int:
        """One: a batch gains nothing on a CPU, where each stream has its own core."""
        return 1

    def run(self, tensor: Tensor) -> NDArray[np.float32]:
        """Return the first output; it holds until this thread's next call."""
        request = getattr(self._own, "request", None)
        if request is None:
            request = self._own.request = self._compiled.create_infer_request()
        request.infer([tensor], share_inputs=True, share_outputs=True)
        output: NDArray[np.float32] = request.get_output_tensor(0).data
        return output


def _compiled(package: ModelPackage, precision: Precision, streams: int, threads: int) -> Any:
    import openvino  # noqa: PLC0415 - 180 MB that a box without it does not load

    hint = _HINTS[precision]
    wanted = {
        "INFERENCE_PRECISION_HINT": hint,
        "NUM_STREAMS": str(streams),
        "INFERENCE_NUM_THREADS": threads,
        "ENABLE_CPU_PINNING": False,
        "PERFORMANCE_HINT": "THROUGHPUT",
    }
    try:
        compiled = openvino.Core().compile_model(str(package.model_file), "CPU", wanted)
    except RuntimeError as fault:
        reason = str(fault).strip().splitlines()[-1]
        raise ModelRejected(
            f"{package.model_file}: OpenVINO cannot compile it ({reason}); install the package "
            "again, or write inference.backend: onnxruntime"
        ) from fault
    got = compiled.get_property("INFERENCE_PRECISION_HINT")
    if got != getattr(openvino.Type, hint):
        raise ModelRejected(
            f"{package.model_file}: OpenVINO computes in {got}, not in {precision}; write "
            "inference.precision: float32"
        )
    _check_shape(compiled, package)
    return compiled


def _check_shape(compiled: Any, package: ModelPackage) -> None:
    card = package.card
    wanted = [(1, 3, card.input.height, card.input.width), card.outputs[0].shape]
    given = [tuple(compiled.input(0).shape), tuple(compiled.output(0).shape)]
    if given != wanted:
        raise ModelRejected(
            f"{package.model_file}: its input and output {given} are not those of card.yaml, "
            f"fields input and outputs ({wanted}); install the package again"
        )
