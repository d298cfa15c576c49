import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.config.inference import Backend, Precision
from edge.errors import ModelRejected
from edge.inference.detector import Detector
from edge.inference.layout import Layout
from edge.inference.loading import open_backend
from edge.inference.machine import look_around
from edge.inference.site_models import load_backends, open_models
from edge.ports import Pixels, RawBoxes
from edge.testing.conformance.backend import BackendConformance, picture
from edge.testing.painted_model import write_painted_package
from edge.testing.scripted_backend import NOTHING, ScriptedBackend, raw_boxes
from hazard_library.registry.package import find_package


def _red(pixels: Pixels) -> RawBoxes:
    mask = ((pixels[:, :, 2] > 200) & (pixels[:, :, 0] < 50)).astype(np.uint8)
    if not mask.any():
        return NOTHING
    x, y, width, height = cv2.boundingRect(mask)
    return raw_boxes(("person", 0.9, (x, y, x + width, y + height)))


class TestScriptedBackend(BackendConformance):
    @pytest.fixture
    def backend(self) -> ScriptedBackend:
        return ScriptedBackend(_red)


def _on(folder: Path, backend: Backend, precision: Precision = Precision.FLOAT32) -> Detector:
    """Load the painted model there, or skip and say why this machine cannot."""
    machine = look_around()
    if precision not in machine.able.get(backend, frozenset()):
        pytest.skip(f"{backend} {precision}: {machine.lacking.get(backend, 'not on this machine')}")
    home = write_painted_package(folder)
    return open_backend(str(home), layout=Layout(backend, precision, workers=2))


class TestOnnxRuntime(BackendConformance):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Detector:
        return _on(tmp_path, Backend.ONNXRUNTIME)


class TestOpenVino(BackendConformance):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Detector:
        return _on(tmp_path, Backend.OPENVINO)


class TestOpenVinoInBfloat16(BackendConformance):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Detector:
        return _on(tmp_path, Backend.OPENVINO, Precision.BFLOAT16)


class TestCuda(BackendConformance):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Detector:
        return _on(tmp_path, Backend.CUDA)


class TestTensorRt(BackendConformance):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Detector:
        return _on(tmp_path, Backend.TENSORRT)


class TestTensorRtInFloat16(BackendConformance):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> Detector:
        return _on(tmp_path, Backend.TENSORRT, Precision.FLOAT16)


@pytest.mark.parametrize("precision", [Precision.FLOAT32, Precision.BFLOAT16])
def test_what_computes_is_what_was_asked_for_and_is_named(
    tmp_path: Path, precision: Precision
) -> None:
    assert _on(tmp_path, Backend.OPENVINO, precision).model.precision == precision


def test_runtimes_agree_on_the_released_model() -> None:
    picture_file = find_package("site").self_test_folder / "rendered-scene.png"
    pixels = np.asarray(cv2.imread(str(picture_file)), np.uint8)
    machine = look_around()
    if Backend.OPENVINO not in machine.able:
        pytest.skip(machine.lacking[Backend.OPENVINO])
    one, other = (
        open_backend("site", min_score=0.3, layout=Layout(backend)).detect(pixels)
        for backend in (Backend.ONNXRUNTIME, Backend.OPENVINO)
    )
    assert one.labels == other.labels == ("person", "person")
    assert np.abs(one.boxes - other.boxes).max() < 0.5
    assert np.abs(one.scores - other.scores).max() < 0.01


def test_int8_takes_the_released_file_and_a_model_without_one_stays_float32() -> None:
    layout = Layout(precision=Precision.INT8)
    packages = open_models(("site", "fire-smoke@0.1.0"), layout=layout).packages
    loaded = load_backends(packages, layout=layout)
    named = {name: one.model for name, one in loaded.items()}
    variant = find_package("site:int8").card
    assert (named["site"].precision, named["site"].sha256) == ("int8", variant.sha256)
    assert named["fire-smoke"].precision == "float32"


def test_models_that_are_not_a_runtimes_own_are_rejected_there_too(tmp_path: Path) -> None:
    machine = look_around()
    if Backend.OPENVINO not in machine.able:
        pytest.skip(machine.lacking[Backend.OPENVINO])
    home = write_painted_package(tmp_path)
    card = home / "card.yaml"
    card.write_text(card.read_text().replace("width: 416", "width: 640"))
    with pytest.raises(ModelRejected, match="fields input and output"):
        open_backend(str(home), layout=Layout(Backend.OPENVINO))


def test_a_model_with_one_flipped_byte_is_rejected_by_name_with_a_remedy(tmp_path: Path) -> None:
    file = write_painted_package(tmp_path) / "model.onnx"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(ModelRejected) as fault:
        open_backend("painted", tmp_path)
    assert str(file) in str(fault.value)
    assert "install the package again" in str(fault.value)


def test_a_card_whose_labels_are_too_few_is_rejected(tmp_path: Path) -> None:
    card = write_painted_package(tmp_path) / "card.yaml"
    text = card.read_text().replace("- fire\n", "").replace("  fire: 0.5\n", "")
    card.write_text(text)
    with pytest.raises(ModelRejected, match=r"card\.yaml: labels names 2 classes"):
        open_backend("painted", tmp_path)


def test_a_card_with_another_input_size_is_rejected(tmp_path: Path) -> None:
    card = write_painted_package(tmp_path) / "card.yaml"
    card.write_text(card.read_text().replace("width: 416", "width: 640"))
    with pytest.raises(ModelRejected, match="fields input and outputs"):
        open_backend("painted", tmp_path)


def test_a_name_that_is_no_package_is_rejected_with_the_names_there_are(tmp_path: Path) -> None:
    write_painted_package(tmp_path)
    with pytest.raises(ModelRejected, match="painted"):
        open_backend("no-such-model", tmp_path)


def test_min_score_replaces_the_thresholds_of_the_card(tmp_path: Path) -> None:
    home = str(write_painted_package(tmp_path))
    faint = picture(416, 416, (60, 40, 156, 90))
    assert open_backend(home).detect(faint).labels == ()
    assert "person" in open_backend(home, min_score=0.1).detect(faint).labels


@pytest.mark.parametrize(
    ("backend", "precision"),
    [
        (Backend.OPENVINO, Precision.FLOAT32),
        (Backend.OPENVINO, Precision.BFLOAT16),
        (Backend.OPENVINO, Precision.INT8),
        (Backend.ONNXRUNTIME, Precision.INT8),
    ],
)
def test_every_released_model_proves_itself_in_every_precision(
    backend: Backend, precision: Precision
) -> None:
    machine = look_around()
    if precision not in machine.able.get(backend, frozenset()):
        pytest.skip(f"{backend} {precision}: {machine.lacking.get(backend, 'not on this machine')}")
    models = open_models(("ppe", "fire-smoke", "site"), layout=Layout(backend, precision))
    assert [one.name for one in models.refused] == []


def test_a_model_of_swapped_labels_fails_its_proof_in_a_rounded_precision_too(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "site" / "0.1.0"
    shutil.copytree(find_package("site").folder, folder)
    card = folder / "card.yaml"
    card.write_text(
        card.read_text().replace("- person\n- fallen\n", "- fallen\n- person\n"), encoding="utf-8"
    )
    for precision in (Precision.FLOAT32, Precision.INT8):
        with pytest.raises(ModelRejected, match="person is not found"):
            open_models(("site",), tmp_path, Layout(precision=precision))
