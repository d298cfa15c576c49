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
from edge.inference.runners.by_shape import MOST_SHAPES, ByShape
from edge.inference.runners.network_file import network, own_shape
from edge.inference.runners.runner import Tensor
from hazard_library.registry.network_size import Shape
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

        def compiled(shape: Shape) -> Any:
            return _compiled(package, shape, _wanted(precision, streams, streams * threads))

        self._compiled = ByShape(compiled)
        # Let go again: which shapes come is not known yet, and each holds a copy of the weights.
        _check_shape(compiled(own_shape(package)), package)

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
        request = self._request((tensor.shape[2], tensor.shape[3]))
        request.infer([tensor], share_inputs=True, share_outputs=True)
        output: NDArray[np.float32] = request.get_output_tensor(0).data
        return output

    def _request(self, shape: Shape) -> Any:
        """Return this thread's request for a shape; a compiled model that was let go has none."""
        compiled = self._compiled.get(shape)
        held: dict[Shape, tuple[Any, Any]] = self._own.__dict__.setdefault("held", {})
        if shape not in held or held[shape][0] is not compiled:
            if len(held) >= MOST_SHAPES:
                held.clear()
            held[shape] = compiled, compiled.create_infer_request()
        return held[shape][1]


def _wanted(precision: Precision, streams: int, threads: int) -> dict[str, Any]:
    return {
        "INFERENCE_PRECISION_HINT": _HINTS[precision],
        "NUM_STREAMS": str(streams),
        "INFERENCE_NUM_THREADS": threads,
        "ENABLE_CPU_PINNING": False,
        "PERFORMANCE_HINT": "THROUGHPUT",
    }


def _compiled(package: ModelPackage, shape: Shape, wanted: dict[str, Any]) -> Any:
    import openvino  # noqa: PLC0415 - 180 MB that a box without it does not load

    core, hint = openvino.Core(), wanted["INFERENCE_PRECISION_HINT"]
    data = network(package, shape)
    try:
        compiled = core.compile_model(core.read_model(data), "CPU", wanted)
    except RuntimeError as fault:
        reason = str(fault).strip().splitlines()[-1]
        raise ModelRejected(
            f"{package.model_file}: OpenVINO cannot compile it ({reason}); install the package "
            "again, or write inference.backend: onnxruntime"
        ) from fault
    got = compiled.get_property("INFERENCE_PRECISION_HINT")
    if got != getattr(openvino.Type, hint):
        raise ModelRejected(
            f"{package.model_file}: OpenVINO computes in {got}, not in {hint}; write "
            "inference.precision: float32"
        )
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
