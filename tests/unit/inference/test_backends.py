from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.errors import ModelRejected
from edge.inference.onnx_backend import OnnxBackend, open_backend
from edge.ports import Pixels, RawBoxes
from edge.testing.conformance.backend import BackendConformance, picture
from edge.testing.painted_model import write_painted_package
from edge.testing.scripted_backend import NOTHING, ScriptedBackend, raw_boxes


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


class TestOnnxBackend(BackendConformance):
    @pytest.fixture
    def backend(self, tmp_path: Path) -> OnnxBackend:
        return open_backend(str(write_painted_package(tmp_path)))


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
