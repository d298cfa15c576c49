"""What this machine can run: which runtimes are installed, and in which precisions they compute."""

import importlib.util
import os
from pathlib import Path

import onnxruntime

from edge.config.inference import Backend, Precision
from edge.inference.layout import Machine
from edge.inference.runners.openvino_runner import computes_in

_PROVIDERS = {
    Backend.CUDA: ("CUDAExecutionProvider", frozenset({Precision.FLOAT32})),
    Backend.TENSORRT: (
        "TensorrtExecutionProvider",
        frozenset({Precision.FLOAT32, Precision.FLOAT16}),
    ),
}
_GPU = "install a GPU's driver and pip install 'hazard-patrol[edge-gpu]' in an environment without "


def look_around() -> Machine:
    """Look at this machine. Nothing is loaded that is not installed."""
    able = {Backend.ONNXRUNTIME: frozenset({Precision.FLOAT32, Precision.INT8})}
    lacking: dict[Backend, str] = {}
    if importlib.util.find_spec("openvino") is None:
        lacking[Backend.OPENVINO] = "install it: pip install 'hazard-patrol[edge-openvino]'"
    else:
        able[Backend.OPENVINO] = computes_in()
    offered = onnxruntime.get_available_providers()
    has_gpu = any(Path("/dev").glob("nvidia[0-9]*"))
    for backend, (provider, precisions) in _PROVIDERS.items():
        if provider not in offered:
            lacking[backend] = f"this onnxruntime has no {provider}; {_GPU}onnxruntime"
        elif not has_gpu:
            lacking[backend] = "there is no NVIDIA GPU (no /dev/nvidia0)"
        else:
            able[backend] = precisions
    return Machine(cores(), able, lacking)


def cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) or 1
