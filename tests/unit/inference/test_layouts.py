"""On what a box computes: the operator's word, then the measurement, then the careful choice."""

from pathlib import Path

import pytest

from edge.config.inference import Backend, InferenceConfig, Precision
from edge.errors import ConfigError
from edge.inference import tuned
from edge.inference.layout import Layout, Machine, decide

_CPU = frozenset({Precision.FLOAT32, Precision.INT8})
PLAIN = Machine(4, {Backend.ONNXRUNTIME: _CPU}, {Backend.OPENVINO: "install it: pip install it"})
FULL = Machine(
    4,
    {
        Backend.ONNXRUNTIME: _CPU,
        Backend.OPENVINO: _CPU | {Precision.BFLOAT16},
        Backend.CUDA: frozenset({Precision.FLOAT32}),
    },
    {},
)
MEASURED = Layout(Backend.OPENVINO, Precision.BFLOAT16, 3, 2)


def test_with_nothing_said_and_nothing_measured_the_careful_layout_runs() -> None:
    assert decide(InferenceConfig(), None, PLAIN) == Layout(workers=4)


def test_a_gpu_goes_before_the_processor() -> None:
    assert decide(InferenceConfig(), None, FULL).backend is Backend.CUDA


def test_what_was_measured_goes_before_the_careful_choice() -> None:
    assert decide(InferenceConfig(), MEASURED, FULL) == MEASURED


def test_what_was_measured_and_cannot_run_any_more_is_left_aside() -> None:
    assert decide(InferenceConfig(), MEASURED, PLAIN) == Layout(workers=4)


def test_the_operators_word_goes_before_what_was_measured() -> None:
    wanted = InferenceConfig(backend=Backend.ONNXRUNTIME, workers=1)
    assert decide(wanted, MEASURED, FULL) == Layout(workers=1)
    same = InferenceConfig(precision=Precision.BFLOAT16, workers=1)
    assert decide(same, MEASURED, FULL) == Layout(Backend.OPENVINO, Precision.BFLOAT16, 1, 2)


def test_a_precision_alone_finds_the_runtime_that_computes_so() -> None:
    wanted = InferenceConfig(precision=Precision.BFLOAT16)
    assert decide(wanted, None, FULL) == Layout(Backend.OPENVINO, Precision.BFLOAT16, 4)


def test_a_wish_that_the_machine_cannot_fulfil_is_a_mistake_with_a_remedy() -> None:
    with pytest.raises(ConfigError, match=r"inference\.backend: openvino.*pip install"):
        decide(InferenceConfig(backend=Backend.OPENVINO), None, PLAIN)
    with pytest.raises(ConfigError, match=r"inference\.precision: .*bfloat16.*float32, int8"):
        decide(InferenceConfig(precision=Precision.BFLOAT16), None, PLAIN)


def test_a_measured_layout_comes_back_as_it_was_written(tmp_path: Path) -> None:
    assert tuned.read(tmp_path) is None
    file = tuned.write(tmp_path / "stores", MEASURED, {"looks_per_second": 30})
    assert tuned.read(tmp_path / "stores") == MEASURED
    assert tuned.machine_name() in file.read_text(encoding="utf-8")


def test_a_layout_measured_on_another_machine_says_nothing(tmp_path: Path) -> None:
    file = tuned.write(tmp_path, MEASURED, {})
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(tuned.machine_name(), "Another 9000 x 64"), encoding="utf-8")
    assert tuned.read(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("{", ""),
        ('"openvino"', '"abacus"'),
        ('"workers": 3', '"workers": 0'),
        ('"precision"', '"roughness"'),
    ],
)
def test_a_damaged_layout_says_nothing(tmp_path: Path, text: str, instead: str) -> None:
    file = tuned.write(tmp_path, MEASURED, {})
    file.write_text(file.read_text(encoding="utf-8").replace(text, instead), encoding="utf-8")
    assert tuned.read(tmp_path) is None
