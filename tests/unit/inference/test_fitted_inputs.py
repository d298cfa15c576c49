"""Inputs of the pictures' own shape: the same network, the same boxes, less to compute."""

import threading
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest

from edge.bench.agreement import agree
from edge.config.inference import Backend, InferenceConfig, Precision
from edge.errors import ModelRejected
from edge.inference.layout import Layout, Machine, decide
from edge.inference.loading import in_precision, runner_of
from edge.inference.machine import look_around
from edge.inference.runners.by_shape import MOST_SHAPES, ByShape
from edge.inference.site_models import find_packages, panel_of
from edge.ports import Pixels, RawBoxes
from edge.testing.conformance.backend import picture
from edge.testing.painted_model import write_painted_package
from hazard_library.registry.network_size import NotResizable, Shape, at_size, places_of
from hazard_library.registry.package import find_package

WITHIN_S = 10.0
RELEASED = ("ppe", "site", "fire-smoke")


def _rendered(name: str) -> Pixels:
    """Return the scene of a package's self-test, as a camera of 16:9 would show it."""
    file = find_package(name).self_test_folder / "rendered-scene.png"
    picture = np.asarray(cv2.imread(str(file)), np.uint8)
    height = picture.shape[1] * 9 // 16
    return np.ascontiguousarray(picture[:height] if picture.shape[0] > height else picture)


def _rows(found: RawBoxes) -> list[list[float]]:
    names = sorted(set(found.labels))
    return [
        [names.index(label), float(score), *map(float, box)]
        for label, score, box in zip(found.labels, found.scores, found.boxes, strict=True)
    ]


@pytest.mark.parametrize("name", [*RELEASED, "ppe:int8", "site:int8", "fire-smoke:int8"])
@pytest.mark.parametrize("shape", [(256, 416), (352, 416), (416, 256), (32, 64)])
def test_a_released_network_answers_for_every_place_of_another_shape(
    name: str, shape: Shape
) -> None:
    package = find_package(name)
    session = onnxruntime.InferenceSession(at_size(package.model_file.read_bytes(), shape))
    tensor = np.full((1, 3, *shape), 0.5, np.float32)
    (answer,) = session.run(None, {package.card.input.name: tensor})
    assert answer.shape == (1, 4 + len(package.card.labels), places_of(shape))
    # Centres lie in the input, the last of them near its far corner.
    assert np.abs(answer[0, :2, -1] - (shape[1], shape[0])).max() < 64


@pytest.mark.parametrize("name", RELEASED)
def test_a_network_that_is_made_larger_and_back_is_the_one_that_was_released(name: str) -> None:
    package = find_package(name)
    side = package.card.input.width
    released = package.model_file.read_bytes()
    back = at_size(at_size(released, (640, 640)), (side, side))
    tensor = np.random.default_rng(1).random((1, 3, side, side), np.float32)
    one, other = (
        onnxruntime.InferenceSession(data).run(None, {package.card.input.name: tensor})[0]
        for data in (released, back)
    )
    assert np.array_equal(one, other)


@pytest.mark.parametrize("backend", [Backend.ONNXRUNTIME, Backend.OPENVINO])
def test_fitted_and_square_find_the_same(backend: Backend) -> None:
    machine = look_around()
    if backend not in machine.able:
        pytest.skip(machine.lacking[backend])
    pixels = _rendered("site")
    packages = find_packages(("site",))
    fitted, square = (
        panel_of(packages, 0.3, Layout(backend, is_fitted=is_fitted)).detect(pixels)
        for is_fitted in (True, False)
    )
    agreement = agree([_rows(fitted)], [_rows(square)])
    assert agreement.boxes > 0
    assert agreement.unmatched == 0
    assert not np.array_equal(fitted.boxes, square.boxes), "both were the square"


def test_a_network_that_keeps_no_grid_stays_at_its_own_size_and_still_finds(
    tmp_path: Path,
) -> None:
    home = write_painted_package(tmp_path)
    with pytest.raises(NotResizable, match="grid of places"):
        at_size((home / "model.onnx").read_bytes(), (256, 416))
    wide = picture(832, 468, (100, 40, 280, 300))
    found = panel_of(find_packages((str(home),)), layout=Layout()).detect(wide)
    assert found.labels == ("person",)


@pytest.mark.parametrize("shape", [(100, 416), (0, 416), (416, -32)])
def test_sides_that_the_network_cannot_have_are_refused(shape: Shape) -> None:
    data = find_package("site").model_file.read_bytes()
    with pytest.raises(NotResizable, match="multiples of 32"):
        at_size(data, shape)


def test_a_file_that_changes_after_it_was_verified_is_not_run_for_a_new_shape(
    tmp_path: Path,
) -> None:
    home = write_painted_package(tmp_path)
    package = in_precision(find_package(str(home)), Precision.FLOAT32)
    runner = runner_of(package, Layout())
    (home / "model.onnx").write_bytes(b"another")
    with pytest.raises(ModelRejected, match=r"model\.onnx: changed since it was verified"):
        runner.run(np.zeros((1, 3, 416, 416), np.float32))


def test_only_so_many_shapes_are_held_and_the_one_not_asked_for_longest_goes() -> None:
    made: list[Shape] = []

    def make(shape: Shape) -> Shape:
        made.append(shape)
        return shape

    held = ByShape(make)
    shapes = [(32 * n, 416) for n in range(1, MOST_SHAPES + 1)]
    assert [held.get(shape) for shape in shapes] == shapes
    held.get(shapes[0])
    held.get((416, 416))
    held.get(shapes[0])
    held.get(shapes[1])
    assert made == [*shapes, (416, 416), shapes[1]]


def test_a_shape_that_is_there_is_had_while_another_is_made() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def make(shape: Shape) -> Shape:
        if shape == (64, 64):
            begun.set()
            assert go_on.wait(WITHIN_S)
        return shape

    held = ByShape(make)
    held.get((32, 32))
    slow = threading.Thread(target=held.get, args=((64, 64),))
    slow.start()
    assert begun.wait(WITHIN_S)
    quick = threading.Thread(target=held.get, args=((32, 32),))
    quick.start()
    quick.join(WITHIN_S)
    was_had = not quick.is_alive()
    go_on.set()
    slow.join(WITHIN_S)
    quick.join(WITHIN_S)
    assert was_had


def test_an_operator_may_keep_the_square_and_tensorrt_always_does() -> None:
    able = {
        Backend.ONNXRUNTIME: frozenset({Precision.FLOAT32}),
        Backend.TENSORRT: frozenset({Precision.FLOAT32}),
    }
    machine = Machine(2, able, {})
    assert decide(InferenceConfig(), None, machine).is_fitted
    assert not decide(InferenceConfig(fitted=False), None, machine).is_fitted
    assert not decide(InferenceConfig(backend=Backend.TENSORRT), None, machine).is_fitted
