"""Running an exported feature network on the picture of a region."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from hazard_library.errors import RegistryError
from hazard_library.registry.features import FeatureInput, FeaturePackage, load_features
from hazard_library.registry.package import SELF_TEST_FOLDER, find_folder
from hazard_library.registry.signing import TRUSTED, trust_in, verify

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FeatureNetwork:
    """A network that turns a region into maps.

    Attributes:
        input: how a picture becomes its tensor.
        names: of the outputs, in the order of the file.
        raw: float32 (1, 3, side, side) → one float32 (1, channels, rows, columns) an output.
    """

    input: FeatureInput
    names: tuple[str, ...]
    raw: Callable[[Floats], Sequence[Floats]]

    def maps(self, region: Pixels) -> dict[str, Floats]:
        """Return the maps of a region uint8 (height, width, 3), RGB, by name, batch taken off."""
        answers = self.raw(prepared(region, self.input))
        return {name: one[0] for name, one in zip(self.names, answers, strict=True)}


def prepared(region: Pixels, wanted: FeatureInput) -> Floats:
    """Stretch a region to the input's square and scale it, (1, 3, side, side)."""
    shrinks = min(region.shape[:2]) > wanted.side
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    square = cv2.resize(region, (wanted.side, wanted.side), interpolation=how)
    planes = square if wanted.colour == "RGB" else square[..., ::-1]
    scaled = planes.astype(np.float32) / np.float32(wanted.scale)
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])


def feature_network(file: Path, wanted: FeatureInput, *, threads: int = 1) -> FeatureNetwork:
    """Open an exported network.

    Raises:
        RegistryError: ONNX Runtime cannot open it, or its input is not the one described.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        message = f"{file}: ONNX Runtime cannot open it ({error}); export or install it again"
        raise RegistryError(message) from error
    (own,) = session.get_inputs()
    if (own.name, list(own.shape)) != (wanted.name, [1, 3, wanted.side, wanted.side]):
        message = f"{file}: input {own.name} {own.shape} is not the one described, {wanted}"
        raise RegistryError(message)
    names = tuple(one.name for one in session.get_outputs())

    def raw(pixels: Floats) -> Sequence[Floats]:
        answers: Sequence[Floats] = session.run(names, {wanted.name: pixels})
        return answers

    return FeatureNetwork(wanted, names, raw)


def open_network(name: str, root: Path | None = None) -> tuple[FeaturePackage, FeatureNetwork]:
    """Open a released feature network: signature, hashes and self-test hold, or it is refused.

    Raises:
        RegistryError: there is none, it is not the signed one, or it gives other features.
    """
    folder = find_folder(name, root)
    verify(folder, trust_in(folder.parent.parent / TRUSTED))
    package = load_features(folder)
    network = feature_network(package.model_file, package.card.input)
    difference = self_test_difference(package, network)
    if difference > max(case.tolerance for case in package.card.self_test):
        message = (
            f"{folder}: the self-test failed (features {difference:.3g} off its card's); "
            "install the package again"
        )
        raise RegistryError(message)
    return package, network


def means(network: FeatureNetwork, picture: Pixels) -> dict[str, tuple[float, ...]]:
    """Return the mean of every channel by map, rounded to what the card keeps."""
    return {
        name: tuple(round(float(one), 4) for one in grid.mean((1, 2)))
        for name, grid in network.maps(picture).items()
    }


def self_test_difference(package: FeaturePackage, network: FeatureNetwork) -> float:
    """Return by how much the largest mean lies off what the card expects.

    A map that is missing, or has other channels, counts as an infinite difference.

    Raises:
        RegistryError: a picture of the self-test cannot be decoded.
    """
    largest = 0.0
    for case in package.card.self_test:
        file = package.folder / SELF_TEST_FOLDER / case.picture
        picture = cv2.imread(str(file), cv2.IMREAD_COLOR)
        if picture is None:
            raise RegistryError(f"{file}: no readable picture; install the package again")
        found = means(network, np.asarray(picture[..., ::-1], np.uint8))
        expected = {one.name: one.means for one in case.maps}
        if {k: len(v) for k, v in found.items()} != {k: len(v) for k, v in expected.items()}:
            return float("inf")
        for name, wanted in expected.items():
            largest = max(largest, float(np.abs(np.subtract(wanted, found[name])).max()))
    return largest
