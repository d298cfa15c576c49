import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
import yaml
from onnx import numpy_helper

from edge.errors import ConfigError, ModelFailed, ModelRejected, NothingToLookFor
from edge.inference.letterbox import Fit, Letterbox, Tensor
from edge.inference.loading import open_backend
from edge.inference.panel import Panel, Seat
from edge.inference.site_models import find_packages, load_backends, open_models, open_panel
from edge.ports import Pixels, RawBoxes
from edge.testing.conformance.backend import picture
from edge.testing.painted_model import write_painted_package
from hazard_library.contract.events import ModelUsed
from hazard_library.errors import PackageNotFound

CYAN = (255, 255, 0)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_painted_package(tmp_path, name="first")
    write_painted_package(tmp_path, name="second", labels=("smoke", "person"))
    write_painted_package(tmp_path, name="large", labels=("smoke",), size=640)
    return tmp_path


def _somebody_in_smoke() -> Pixels:
    pixels = picture(416, 416, (60, 40, 156, 200))
    pixels[200:360, 250:346] = CYAN
    return pixels


def test_two_models_answer_as_one_and_nobody_is_seen_twice(home: Path) -> None:
    pixels = _somebody_in_smoke()
    found = open_panel(("first", "second"), home).detect(pixels)
    first, second = (open_backend(name, home).detect(pixels) for name in ("first", "second"))
    assert set(first.labels) == {"person"}
    assert set(second.labels) == {"person", "smoke"}
    assert found.labels.count("person") == len(first.labels)
    assert found.labels.count("smoke") == second.labels.count("smoke") > 0
    assert np.all(np.diff(found.scores) <= 0)
    assert found.boxes.dtype == np.float32
    assert found.boxes.shape == (len(found.labels), 4)
    at = found.labels.index("person")
    assert np.array_equal(found.boxes[at], first.boxes[0])
    assert found.scores[at] == first.scores[0]


def test_the_order_of_the_list_says_who_answers(home: Path) -> None:
    panel = open_panel(("second", "first"), home)
    assert [model.name for model in panel.models_behind(frozenset({"person"}))] == ["second"]
    both = panel.models_behind(frozenset({"smoke", "helmet"}))
    assert [model.name for model in both] == ["second", "first"]
    assert [model.name for model in panel.models] == ["second", "first"]


def test_models_of_one_input_size_share_its_letterbox_and_others_have_their_own(
    home: Path,
) -> None:
    backends = load_backends(find_packages(("first", "second", "large"), home))
    assert backends["first"].letterbox is backends["second"].letterbox
    assert backends["first"].letterbox is not backends["large"].letterbox
    found = open_panel(("first", "large"), home).detect(_somebody_in_smoke())
    assert "person" in found.labels


class Counting(Letterbox):
    """Counts how often it is asked."""

    asked = 0

    def fill(self, pixels: Pixels) -> tuple[Tensor, Fit]:
        self.asked += 1
        return super().fill(pixels)


class Failing:
    """A model whose kernel breaks on the first picture."""

    model = ModelUsed(name="broken", version="1.0.0", sha256="0" * 64, precision="float32")

    def __init__(self, letterbox: Letterbox) -> None:
        self.letterbox = letterbox

    most_pictures = 8

    def find(self, tensor: Tensor, place: Fit) -> RawBoxes:
        raise RuntimeError(f"kernel on {tensor.shape} at {place.scale}")

    def find_all(self, tensors: Sequence[Tensor], places: Sequence[Fit]) -> tuple[RawBoxes, ...]:
        raise RuntimeError(f"kernel on {len(tensors)} at {len(places)}")


def test_a_picture_is_fitted_once_for_all_models_of_a_size(home: Path) -> None:
    packages = find_packages(("first", "second"), home)
    letterbox = Counting(packages[0].card.input)
    backends = load_backends(packages)
    for backend in backends.values():
        backend._letterbox = letterbox
    panel = Panel([Seat(backends["first"], frozenset()), Seat(backends["second"], frozenset())])
    panel.detect(_somebody_in_smoke())
    assert letterbox.asked == 1


def test_an_answer_is_complete_or_there_is_none(home: Path) -> None:
    backend = open_backend("first", home)
    seats = [Seat(backend, frozenset({"person"})), Seat(Failing(backend.letterbox), frozenset())]
    with pytest.raises(ModelFailed, match="broken: kernel on"):
        Panel(seats).detect(_somebody_in_smoke())


def test_an_empty_panel_says_why() -> None:
    with pytest.raises(NothingToLookFor, match="ppe was refused"):
        Panel((), "ppe was refused").detect(picture(10, 10, None))


def test_a_model_that_is_not_its_cards_leaves_the_others_alone(home: Path) -> None:
    file = home / "second" / "0.0.1" / "model.onnx"
    file.write_bytes(file.read_bytes() + b"!")
    models = open_models(("first", "second"), home)
    assert [package.card.name for package in models.packages] == ["first"]
    (refused,) = models.refused
    assert (refused.name, refused.labels) == ("second", frozenset({"smoke", "person"}))
    assert str(file) in refused.reason
    assert models.labels == {"person", "helmet", "fire"}
    assert models.listed_labels == frozenset({"person", "helmet", "fire", "smoke"})


def test_of_a_card_that_cannot_be_read_nobody_knows_what_it_would_see(home: Path) -> None:
    (home / "second" / "0.0.1" / "card.yaml").write_text("schema: [")
    models = open_models(("first", "second"), home)
    assert models.listed_labels is None
    assert "restore the card" in models.refused[0].reason


def test_a_file_that_no_runtime_loads_is_refused_before_it_is_asked(home: Path) -> None:
    card = home / "second" / "0.0.1" / "card.yaml"
    card.write_text(card.read_text().replace("width: 416", "width: 640"))
    (refused,) = open_models(("first", "second"), home).refused
    assert "fields input and outputs" in refused.reason


def test_none_left_a_name_that_is_none_and_one_listed_twice_are_refused(home: Path) -> None:
    with pytest.raises(PackageNotFound, match="no model package 'third'"):
        open_models(("first", "third"), home)
    with pytest.raises(ConfigError, match="first is listed twice"):
        open_models(("first", "first/0.0.1"), home)
    (home / "first" / "0.0.1" / "model.onnx").unlink()
    with pytest.raises(ModelRejected, match=r"model\.onnx: cannot be read"):
        open_models(("first",), home)
    with pytest.raises(ModelRejected, match="second is named twice"):
        open_panel(("second", "second"), home)


def _taking_several(file: Path) -> None:
    """Let a painted model take any number of pictures in one run."""
    model = onnx.load(file)
    for entry in (*model.graph.input, *model.graph.output):
        entry.type.tensor_type.shape.dim[0].dim_param = "pictures"
    numbers = {one.name: one for one in model.graph.initializer}
    shape = numpy_helper.to_array(numbers["flat"]).copy()
    shape[0] = 0
    numbers["flat"].CopyFrom(numpy_helper.from_array(shape, "flat"))
    cells = np.tile(numpy_helper.to_array(numbers["boxes"]), (3, 1, 1))
    numbers["boxes"].CopyFrom(numpy_helper.from_array(cells, "boxes"))
    file.write_bytes(model.SerializeToString())
    card = file.parent / "card.yaml"
    text = yaml.safe_load(card.read_text(encoding="utf-8"))
    text |= {"sha256": hashlib.sha256(file.read_bytes()).hexdigest(), "bytes": file.stat().st_size}
    card.write_text(yaml.safe_dump(text), encoding="utf-8")


def test_pictures_looked_at_in_one_run_give_what_each_gives_alone(home: Path) -> None:
    alone = open_panel(("first", "second"), home)
    assert alone.most_pictures == 1
    pictures = [_somebody_in_smoke(), picture(832, 468, (600, 40, 780, 300)), picture(64, 64, None)]
    one_by_one = [alone.detect(one) for one in pictures]
    for name in ("first", "second"):
        _taking_several(home / name / "0.0.1" / "model.onnx")
    together = open_panel(("first", "second"), home)
    assert together.most_pictures == 8
    for one, other in zip(one_by_one, together.detect_all(pictures), strict=True):
        assert one.labels == other.labels
        assert np.array_equal(one.boxes, other.boxes)
        assert np.array_equal(one.scores, other.scores)
