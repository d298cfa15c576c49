"""ONNX Runtime on the CPU or an NVIDIA GPU: one session a shape, shared by all workers."""

from collections.abc import Sequence

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from edge.config.inference import Backend, Precision
from edge.errors import ModelRejected
from edge.inference.runners.by_shape import ByShape
from edge.inference.runners.network_file import network, own_shape
from edge.inference.runners.runner import Tensor
from hazard_library.registry.network_size import Shape
from hazard_library.registry.package import ModelPackage

#: ONNX Runtime's level for errors: its warnings name no remedy and fill the log.
_ERRORS_ONLY = 3
#: Of a model whose input takes any number of pictures; more at once gain nothing.
_MOST_PICTURES = 8

_Provider = str | tuple[str, dict[str, str]]


class OnnxRunner:
    """Implements `Runner`. Several callers with one thread each scale best on a CPU."""

    def __init__(
        self, package: ModelPackage, backend: Backend, precision: Precision, threads: int = 1
    ) -> None:
        """Load a verified package.

        Raises:
            ModelRejected: ONNX Runtime cannot load it there, or it is not what its card says.
        """
        providers = _providers(backend, precision)

        def opened(shape: Shape) -> onnxruntime.InferenceSession:
            return _session(package, shape, providers, threads)

        self._sessions = ByShape(opened)
        self._precision = precision
        self._input = package.card.input.name
        self._outputs = [package.card.outputs[0].name]
        # Let go again: which shapes come is not known yet, and each holds a copy of the weights.
        self._most = _check_shape(opened(own_shape(package)), package)

    @property
    def precision(self) -> Precision:
        """In what numbers it computes."""
        return self._precision

    @property
    def most_pictures(self) -> int:
        """How many pictures one call may hold."""
        return self._most

    def run(self, tensor: Tensor) -> NDArray[np.float32]:
        """Return the first output."""
        session = self._sessions.get((tensor.shape[2], tensor.shape[3]))
        found = session.run(self._outputs, {self._input: tensor})[0]
        return np.asarray(found, np.float32)


def _providers(backend: Backend, precision: Precision) -> list[_Provider]:
    """Name what shall compute. Precision is set on purpose: the defaults round to TF32."""
    cuda = ("CUDAExecutionProvider", {"use_tf32": "0"})
    if backend is Backend.TENSORRT:
        half = "1" if precision is Precision.FLOAT16 else "0"
        return [("TensorrtExecutionProvider", {"trt_fp16_enable": half}), cuda]
    return [cuda] if backend is Backend.CUDA else ["CPUExecutionProvider"]


def _session(
    package: ModelPackage, shape: Shape, providers: Sequence[_Provider], threads: int
) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = _ERRORS_ONLY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    file, data = package.model_file, network(package, shape)
    try:
        session = onnxruntime.InferenceSession(data, options, providers=providers)
    except Exception as fault:
        reason = str(fault).splitlines()[0]
        raise ModelRejected(
            f"{file}: ONNX Runtime cannot load it ({reason}); install the package again"
        ) from fault
    wanted = providers[0] if isinstance(providers[0], str) else providers[0][0]
    if wanted not in session.get_providers():
        # The runtime would go on with the CPU, many times slower, and say nothing.
        raise ModelRejected(
            f"{file}: {wanted} does not start on this machine; see that the GPU's driver and "
            "libraries fit, or write inference.backend: onnxruntime"
        )
    return session


def _check_shape(session: onnxruntime.InferenceSession, package: ModelPackage) -> int:
    """Compare the file with its card; return how many pictures one run may hold."""
    card = package.card
    wanted = {card.input.name: (3, card.input.height, card.input.width)}
    given = {entry.name: tuple(entry.shape[1:]) for entry in session.get_inputs()}
    outputs = {entry.name: tuple(entry.shape) for entry in session.get_outputs()}
    stated = {entry.name: entry.shape for entry in card.outputs}
    if given != wanted or any(
        outputs.get(name, ())[1:] != shape[1:] for name, shape in stated.items()
    ):
        raise ModelRejected(
            f"{package.model_file}: its inputs {given} and outputs {outputs} are not those of "
            f"card.yaml, fields input and outputs ({wanted}, {stated}); install the package again"
        )
    pictures = session.get_inputs()[0].shape[0]
    return pictures if isinstance(pictures, int) else _MOST_PICTURES
