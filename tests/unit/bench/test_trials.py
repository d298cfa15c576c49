"""Which layouts are tried, and which of those measured is kept."""

from edge.bench.trials import Trial, best_of, candidates
from edge.config.inference import Backend, InferenceConfig, Precision
from edge.inference.layout import Layout, Machine

FLOAT = frozenset({Precision.FLOAT32})
MACHINE = Machine(
    4,
    {
        Backend.ONNXRUNTIME: FLOAT | {Precision.INT8},
        Backend.OPENVINO: FLOAT | {Precision.BFLOAT16},
        Backend.CUDA: FLOAT,
    },
    {},
)


def _trial(speed: float, precision: Precision = Precision.FLOAT32, different: float = 0.0) -> Trial:
    return Trial(Layout(precision=precision, workers=round(speed)), speed, different, 300.0)


def test_the_careful_layout_is_tried_first_and_everything_the_machine_can_do_is_tried() -> None:
    tried = list(candidates(InferenceConfig(), MACHINE))
    assert tried[0] == Layout(Backend.ONNXRUNTIME, Precision.FLOAT32, 4, 1)
    assert len(tried) == len(set(tried))
    assert {(one.backend, one.precision) for one in tried} == {
        (backend, precision) for backend, able in MACHINE.able.items() for precision in able
    }
    assert {(one.workers, one.threads_per_run) for one in tried} == {(4, 1), (3, 1), (1, 4)}


def test_what_the_operator_has_decided_is_not_tried_otherwise() -> None:
    wanted = InferenceConfig(backend=Backend.OPENVINO, precision=Precision.BFLOAT16, workers=2)
    assert list(candidates(wanted, MACHINE)) == [Layout(Backend.OPENVINO, Precision.BFLOAT16, 2, 1)]


def test_the_fastest_that_finds_the_same_is_kept() -> None:
    slow, fast = _trial(10), _trial(20, Precision.BFLOAT16, 0.01)
    assert best_of([slow, fast], frozenset()) is fast


def test_a_precision_that_finds_other_boxes_is_kept_only_if_it_is_allowed() -> None:
    slow, rough = _trial(10), _trial(30, Precision.INT8, 0.2)
    assert best_of([slow, rough], frozenset()) is slow
    assert best_of([slow, rough], frozenset({Precision.INT8})) is rough


def test_what_is_no_faster_than_noise_does_not_replace_what_is_simpler() -> None:
    careful, other = _trial(20), _trial(20.6)
    assert best_of([careful, other], frozenset()) is careful
    assert best_of([], frozenset()) is None
