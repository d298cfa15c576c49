"""Each gate lets a good package pass and fails on a planted violation, naming figure and bound."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from finished_runs import LABELS, measured, write_run, write_statement

from hazard_library.cli import main
from hazard_library.evaluation import gates
from hazard_library.evaluation.evaluate import Evaluation
from hazard_library.evaluation.gates import Case, Verdict
from hazard_library.evaluation.intervals import Figure
from hazard_library.evaluation.metrics import LeakCheck, Metrics, read_metrics
from hazard_library.evaluation.release import Wanted, write_candidate
from hazard_library.registry import ModelPackage, find_package
from hazard_library.registry.card import DataSource, ModelCard, Variant


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Return a package beside the model in the field, whose network it shares."""
    folder = tmp_path_factory.mktemp("runs")
    run = write_run(folder)
    measured(run)
    previous = find_package("site-hazards")
    wanted = Wanted(run, None, write_statement(folder), None, previous, drawings=20)
    package = write_candidate(wanted, lambda one: folder / one.file)
    (folder / "models").mkdir()
    return Case(
        package,
        read_metrics(package.folder),
        previous,
        folder / "models",
        folder / "DECISIONS.md",
    )


def failed(verdicts: Iterator[Verdict]) -> list[str]:
    """Return what the failed verdicts say, having seen that there were verdicts."""
    said = list(verdicts)
    assert said
    return [verdict.line() for verdict in said if not verdict.passed]


def with_card(case: Case, **changes: object) -> Case:
    card: ModelCard = case.package.card.model_copy(update=changes)
    return replace(case, package=ModelPackage(case.package.folder, card))


def with_metrics(case: Case, **changes: object) -> Case:
    metrics: Metrics = case.metrics.model_copy(update=changes)
    return replace(case, metrics=metrics)


def test_a_good_package_passes_every_gate(case: Case) -> None:
    for gate in gates.GATES:
        assert failed(gate(case)) == []


def worse(evaluation: Evaluation, label: str) -> Evaluation:
    """Return an evaluation in which a class is certainly bad."""
    bad = Figure(value=0.1, low=0.05, high=0.2)
    result = evaluation.classes[label]
    scores = result.all.model_copy(update={"ap50": bad, "ap30": bad})
    classes = evaluation.classes | {label: result.model_copy(update={"all": scores})}
    return evaluation.model_copy(update={"classes": classes})


def test_a_class_worse_than_in_the_field_beyond_its_interval_fails(case: Case) -> None:
    bad = with_metrics(case, evaluation=worse(case.metrics.evaluation, "fire"))
    (line,) = failed(gates.quality(bad))
    assert "quality of fire: AP 0.100 (0.050–0.200) at IoU 0.3" in line
    assert "the field's 1.0 within the interval" in line


def test_a_comparison_with_another_model_than_the_one_in_the_field_fails(case: Case) -> None:
    assert "compared with nothing" in failed(gates.quality(with_metrics(case, field=None)))[0]


def test_the_first_of_its_kind_has_nothing_to_be_compared_with(case: Case) -> None:
    assert failed(gates.quality(replace(case, previous=None))) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"box_px": 0.6}, "0.6 px"),
        ({"score": 0.01}, "score 0.01"),
        ({"map50_change": -0.011}, "-0.0110 (bound 界限: -0.01)"),
    ],
)
def test_a_file_that_answers_otherwise_than_the_trained_network_fails(
    case: Case, changes: dict[str, float], says: str
) -> None:
    assert case.package.card.parity is not None
    other = case.package.card.parity.model_copy(update=changes)
    assert says in failed(gates.parity(with_card(case, parity=other)))[0]


def test_parity_that_was_not_measured_fails(case: Case) -> None:
    assert "not measured" in failed(gates.parity(with_card(case, parity=None)))[0]


def variant(case: Case, **changes: object) -> Variant:
    """Return the main file in the place of a variant."""
    card = case.package.card
    said: dict[str, object] = {
        "file": card.file,
        "sha256": card.sha256,
        "bytes": card.bytes,
        "precision": "int8",
        "parity": card.parity,
        "latency_ratio": 0.5,
        "self_test": card.self_test,
    }
    return Variant.model_validate(said | changes)


def test_a_variant_that_loses_more_than_a_hundredth_fails(case: Case) -> None:
    assert case.package.card.parity is not None
    lossy = case.package.card.parity.model_copy(update={"map50_change": -0.02})
    bad = with_card(case, variants=(variant(case, parity=lossy),))
    assert "-0.0200 (bound 界限: -0.01)" in failed(gates.parity(bad))[0]


def test_a_variant_that_is_no_faster_fails(case: Case) -> None:
    bad = with_card(case, variants=(variant(case, latency_ratio=1.2),))
    assert "x 1.2 (bound 界限: x 1.0 of float32)" in failed(gates.latency(bad))[0]


def test_a_model_much_slower_than_the_field_s_fails(case: Case) -> None:
    assert case.metrics.field is not None
    slow = case.metrics.field.model_copy(update={"latency_ratio": 1.7})
    bad = with_metrics(case, field=slow, latency_bound=1.5)
    assert "x 1.7 (bound 界限: x 1.5 of site-hazards 0.1.0)" in failed(gates.latency(bad))[0]


def test_a_large_file_fails(case: Case) -> None:
    assert (
        "12.50 MB (bound 界限: 12 MB)" in failed(gates.size(with_card(case, bytes=12_500_000)))[0]
    )


def test_too_many_models_together_fail(case: Case, tmp_path: Path) -> None:
    with (tmp_path / "large.onnx").open("wb") as stream:
        stream.truncate(79_000_000)
    (line,) = failed(gates.size(replace(case, models=tmp_path)))
    assert "size of all models" in line
    assert "bound 界限: 80 MB" in line


SILENT = (DataSource(id="found-somewhere", licence="none stated", pictures=3),)


def test_a_source_without_a_licence_fails_unless_a_decision_allows_it(
    case: Case, tmp_path: Path
) -> None:
    data = case.package.card.data
    silent = with_card(case, data=data.model_copy(update={"sources": SILENT}))
    assert "unstated: found-somewhere; decision None" in failed(gates.licence(silent))[0]
    decided = with_card(case, data=data.model_copy(update={"sources": SILENT, "decision": 7}))
    assert "decision 7" in failed(gates.licence(decided))[0]
    (tmp_path / "DECISIONS.md").write_text("# Decisions\n\n## 7. They may\n", encoding="utf-8")
    decided = replace(decided, decisions=tmp_path / "DECISIONS.md")
    assert failed(gates.licence(decided)) == []


def test_a_leak_fails_and_is_named(case: Case) -> None:
    leak = LeakCheck(pictures=3, leaks=("a (train) and b (val): same camera gate",))
    (line,) = failed(gates.leaks(with_metrics(case, leak_check=leak)))
    assert "1 in 3 pictures: a (train) and b (val): same camera gate" in line


def test_a_self_test_that_finds_something_else_fails(case: Case) -> None:
    first, *others = case.package.card.self_test
    fewer = first.model_copy(update={"boxes": first.boxes[1:]})
    (line,) = failed(gates.self_tests(with_card(case, self_test=(fewer, *others), variants=())))
    assert f"{len(first.boxes)} boxes instead of {len(first.boxes) - 1}" in line


def test_a_package_without_a_self_test_fails(case: Case) -> None:
    assert failed(gates.self_tests(with_card(case, self_test=(), variants=())))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"title": None}, "title"),
        ({"finds": {}}, "finds.smoke"),
        ({"limits": ()}, "limits"),
        ({"labels": (*LABELS, "vest")}, "figures of vest"),
    ],
)
def test_a_card_that_leaves_something_out_fails(
    case: Case, changes: dict[str, object], says: str
) -> None:
    assert says in failed(gates.completeness(with_card(case, **changes)))[0]


def test_a_class_of_several_sources_needs_a_source_left_out(case: Case) -> None:
    evaluation = case.metrics.evaluation
    result = evaluation.classes["fire"]
    sources = {"one": result.all, "two": result.all}
    classes = evaluation.classes | {"fire": result.model_copy(update={"by_source": sources})}
    bad = with_metrics(case, evaluation=evaluation.model_copy(update={"classes": classes}))
    assert "missing: leave-one-source-out of fire" in failed(gates.completeness(bad))[0]


def test_the_verb_says_what_every_gate_found(
    case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = case.package.folder
    words = ["model", "gate", str(folder), "--decisions", str(case.decisions)]
    assert main([*words, "--previous", "site-hazards"]) == 0
    said = capsys.readouterr().out
    for gate in (
        "quality of fire",
        "parity",
        "latency",
        "size",
        "licence",
        "leak",
        "self-",
        "card",
    ):
        assert f"pass 通过    {gate}" in said
