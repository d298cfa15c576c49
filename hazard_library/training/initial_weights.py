"""Carrying a published YOLOv5 checkpoint's tensors over to the anchor-free network.

The file is a pickle of a whole model object whose classes live in modules that are not installed
(`models.yolo`, `utils.*`). Opening it runs code from the file, so its hash is checked first; its
classes become empty stand-ins, of which only parameters, buffers and sub-modules are read.
"""

import hashlib
import io
import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from hazard_library.errors import TrainingError
from hazard_library.training.recipe import InitialWeights


class _Owner(Protocol):
    """What a stand-in module carries; newer torch methods would ask for more."""

    _parameters: Mapping[str, Tensor | None]
    _buffers: Mapping[str, Tensor | None]
    _modules: Mapping[str, Any]


class _StandInModule(nn.Module):
    """Takes the place of every class of the source's `models` package."""


class _StandIn:
    """Takes the place of every class of the source's `utils` package."""


class _Unpickler(pickle.Unpickler):
    """Answers classes of the packages `models` and `utils` with stand-ins."""

    def find_class(self, module: str, name: str, /) -> Any:
        top = module.partition(".")[0]
        if top == "models":
            return _StandInModule
        if top == "utils":
            return _StandIn
        return super().find_class(module, name)


def checked_bytes(file: Path, sha256: str) -> bytes:
    """Read a file of weights if it is the one that the recipe names.

    Raises:
        TrainingError: the file is missing or is another one.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        message = f"{file}: cannot be read ({error}); the recipe starts from these weights"
        raise TrainingError(message) from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        message = f"{file}: SHA-256 is {digest}, the recipe says {sha256}; not opened"
        raise TrainingError(message)
    return content


def read_tensors(spec: InitialWeights, material: Path) -> dict[str, Tensor]:
    """Read all tensors of the checkpoint as float32, by dotted name.

    Raises:
        TrainingError: the file is missing or is not the one the recipe names.
    """
    content = checked_bytes(material / spec.file, spec.sha256)
    unpickler = SimpleNamespace(Unpickler=_Unpickler, load=pickle.load, __name__="pickle")
    checkpoint = torch.load(
        io.BytesIO(content), map_location="cpu", pickle_module=unpickler, weights_only=False
    )
    model = checkpoint["ema"] if checkpoint.get("ema") is not None else checkpoint["model"]
    return {name: tensor.float() for name, tensor in _walk(model, "")}


def _walk(module: _Owner, prefix: str) -> Iterator[tuple[str, Tensor]]:
    """Yield (dotted name, tensor) of a module and all below it."""
    for group in (module._parameters, module._buffers):  # noqa: SLF001 - see the module's docstring
        for name, tensor in group.items():
            if tensor is not None:
                yield prefix + name, tensor
    for name, child in module._modules.items():  # noqa: SLF001
        if child is not None:
            yield from _walk(child, f"{prefix}{name}.")


def carry_over(tensors: Mapping[str, Tensor], model: nn.Module, expected: int) -> int:
    """Copy the tensors whose name and shape fit into `model`; return how many.

    Raises:
        TrainingError: another number than `expected` fits.
    """
    own = model.state_dict()
    fitting = {
        name: tensor.detach()
        for name, tensor in tensors.items()
        if name in own and own[name].shape == tensor.shape
    }
    if len(fitting) != expected:
        message = f"{len(fitting)} tensors fit the network, not {expected}; other file or network"
        raise TrainingError(message)
    model.load_state_dict(fitting, strict=False)
    return len(fitting)
