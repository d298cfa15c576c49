"""A package's network as bytes, for an input of the wanted shape."""

import hashlib

from edge.errors import ModelRejected
from hazard_library.registry.network_size import Shape, at_size
from hazard_library.registry.package import ModelPackage


def network(package: ModelPackage, shape: Shape) -> bytes:
    """Read the file and fit it to that shape, if that is not its own.

    Raises:
        ModelRejected: it is no longer the file on the card, which may be long ago verified.
        NotResizable: it runs at its own size only.
    """
    data = package.model_file.read_bytes()
    if hashlib.sha256(data).hexdigest() != package.card.sha256:
        raise ModelRejected(
            f"{package.model_file}: changed since it was verified; install the package again"
        )
    return data if shape == own_shape(package) else at_size(data, shape)


def own_shape(package: ModelPackage) -> Shape:
    """Return the height and width of the input on the card."""
    return package.card.input.height, package.card.input.width
