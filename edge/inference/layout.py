"""How this box computes: runtime, precision and threads. A pure decision of three sources.

What the operator wrote goes first, then what was measured on this machine, then the careful choice:
a GPU's runtime where there is one, else ONNX Runtime, float32, one worker per core. A wish that the
machine cannot fulfil is a mistake of the configuration, never a silent other choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from edge.config.inference import Backend, InferenceConfig, Precision
from edge.errors import ConfigError

#: Runtimes that run several pictures at once better than one after the other.
ON_GPU = frozenset({Backend.CUDA, Backend.TENSORRT})

_BY_CARE = (Backend.CUDA, Backend.ONNXRUNTIME, Backend.OPENVINO, Backend.TENSORRT)


@dataclass(frozen=True, slots=True)
class Layout:
    """How the box computes.

    workers: threads that look. threads_per_run: how many cores one look uses. is_fitted: inputs of
    the pictures' own shape instead of the model's square.
    """

    backend: Backend = Backend.ONNXRUNTIME
    precision: Precision = Precision.FLOAT32
    workers: int = 1
    threads_per_run: int = 1
    is_fitted: bool = True

    def __str__(self) -> str:
        per_run = "" if self.threads_per_run == 1 else f" of {self.threads_per_run} threads"
        inputs = "" if self.is_fitted else ", square inputs"
        return f"{self.backend}, {self.precision}, {self.workers} workers{per_run}{inputs}"


@dataclass(frozen=True, slots=True)
class Machine:
    """What can run here.

    able: runtime → the precisions it computes in on this machine. lacking: runtime → why it cannot
    run and what to do about it.
    """

    cores: int
    able: Mapping[Backend, frozenset[Precision]]
    lacking: Mapping[Backend, str]


def decide(wanted: InferenceConfig, tuned: Layout | None, machine: Machine) -> Layout:
    """Return the layout to run.

    Raises:
        ConfigError: what is wanted cannot run on this machine.
    """
    if tuned is not None and not _fits(wanted, tuned, machine):
        tuned = None
    precision = wanted.precision or (tuned.precision if tuned else Precision.FLOAT32)
    backend = wanted.backend or (tuned.backend if tuned else _careful(precision, machine))
    if backend not in machine.able:
        raise ConfigError(f"inference.backend: {backend} cannot run here: {_why(backend, machine)}")
    if precision not in machine.able[backend]:
        able = ", ".join(sorted(machine.able[backend]))
        raise ConfigError(
            f"inference.precision: {backend} does not compute in {precision} on this machine; "
            f"write one of {able}"
        )
    workers = wanted.workers or (tuned.workers if tuned else machine.cores)
    threads = tuned.threads_per_run if tuned else 1
    return Layout(backend, precision, workers, threads, fits_inputs(wanted, backend))


def fits_inputs(wanted: InferenceConfig, backend: Backend) -> bool:
    """Whether inputs are fitted there: TensorRT takes minutes to build an engine for a shape."""
    return wanted.fitted and backend is not Backend.TENSORRT


def _fits(wanted: InferenceConfig, tuned: Layout, machine: Machine) -> bool:
    """Whether what was measured can still run, and is what the operator wants."""
    return (
        wanted.backend in {None, tuned.backend}
        and wanted.precision in {None, tuned.precision}
        and tuned.precision in machine.able.get(tuned.backend, frozenset())
    )


def _careful(precision: Precision, machine: Machine) -> Backend:
    """Return the first runtime that computes so; the next step refuses it if there is none."""
    able = (one for one in _BY_CARE if precision in machine.able.get(one, frozenset()))
    return next(able, Backend.ONNXRUNTIME)


def _why(backend: Backend, machine: Machine) -> str:
    return machine.lacking.get(backend, "it is not installed")
