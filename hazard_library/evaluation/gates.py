"""The gates of a release: each asks one thing of a package and names the figure and the bound."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hazard_library.evaluation.card_text import CARD_TEXT
from hazard_library.evaluation.detector import onnx_detector
from hazard_library.evaluation.evaluate import ClassResult
from hazard_library.evaluation.export_report import MOST_LOST
from hazard_library.evaluation.intervals import Figure
from hazard_library.evaluation.metrics import METRICS, Metrics, read_metrics
from hazard_library.evaluation.self_test import fails
from hazard_library.registry import ModelPackage
from hazard_library.registry.card import Parity

LARGEST_FILE = 12_000_000
LARGEST_MODELS = 80_000_000
MAIN_BOX_PX, MAIN_SCORE = 0.5, 0.005
"""How far the float32 file may lie from the trained network: rounding, and nothing else."""
UNSTATED = re.compile(r"none stated|unstated|unknown", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate says: `figure` is what was measured, `bound` what it may be."""

    gate: str
    passed: bool
    figure: str
    bound: str

    def line(self) -> str:
        """Write it for a terminal."""
        word = "pass 通过" if self.passed else "FAIL 不通过"
        return f"{word:<10} {self.gate}: {self.figure} (bound 界限: {self.bound})"


@dataclass(frozen=True, slots=True)
class Case:
    """A package before the gates.

    Attributes:
        package: the candidate.
        metrics: what was measured about it.
        previous: the model in the field; None for the first of its kind.
        models: folder that holds all packages.
        decisions: DECISIONS.md.
    """

    package: ModelPackage
    metrics: Metrics
    previous: ModelPackage | None
    models: Path
    decisions: Path


def judge_package(
    package: ModelPackage, previous: ModelPackage | None, models: Path, decisions: Path
) -> list[Verdict]:
    """Put a package through all gates.

    Raises:
        CardInvalid: its metrics cannot be read.
    """
    case = Case(package, read_metrics(package.folder), previous, models, decisions)
    return [verdict for gate in GATES for verdict in gate(case)]


def quality(case: Case) -> Iterator[Verdict]:
    """Ask of each class: not worse than the model in the field beyond the interval."""
    if case.previous is None:
        yield Verdict("quality", passed=True, figure="first of its kind", bound="none")
        return
    field = case.metrics.field
    if field is None or field.evaluation.model_sha256 != case.previous.card.sha256:
        measured = "nothing" if field is None else f"{field.name} {field.version}"
        yield Verdict(
            "quality",
            passed=False,
            figure=f"compared with {measured}",
            bound=f"measured beside {case.previous.card.name} {case.previous.card.version}",
        )
        return
    for label, old in field.evaluation.classes.items():
        new = case.metrics.evaluation.classes.get(label)
        if new is None or _own(old).value is None:
            continue
        own, was = _own(new), _own(old)
        high = -1.0 if own.high is None else own.high
        yield Verdict(
            f"quality of {label}",
            passed=high >= (was.value or 0.0),
            figure=f"AP {own.text()} at IoU {new.overlap}",
            bound=f"the field's {was.value} within the interval",
        )


def _own(result: ClassResult) -> Figure:
    """Return the average precision at the class's own overlap."""
    return result.all.ap30 if result.overlap < 0.5 else result.all.ap50  # noqa: PLR2004 - of AP50


def parity(case: Case) -> Iterator[Verdict]:
    """Ask of every file: it answers as the trained network does."""
    card = case.package.card
    if card.parity is None:
        yield Verdict("parity", passed=False, figure="not measured", bound="measured")
        return
    main = card.parity
    close = main.box_px <= MAIN_BOX_PX and main.score <= MAIN_SCORE
    yield Verdict(
        f"parity of {card.file}",
        passed=close,
        figure=f"{main.box_px} px, score {main.score}, {main.matched} boxes",
        bound=f"{MAIN_BOX_PX} px, {MAIN_SCORE}",
    )
    files: list[tuple[str, Parity]] = [(card.file, main)]
    files += [(variant.file, variant.parity) for variant in card.variants]
    for file, one in files:
        yield Verdict(
            f"mAP50 of {file}",
            passed=one.map50_change >= -MOST_LOST,
            figure=f"{one.map50_change:+.4f}",
            bound=f"-{MOST_LOST}",
        )


def latency(case: Case) -> Iterator[Verdict]:
    """Ask: a variant is faster than the main file, and the model not much slower than the last."""
    for variant in case.package.card.variants:
        ratio = variant.latency_ratio
        name = f"latency of {variant.file}"
        yield Verdict(name, passed=ratio <= 1.0, figure=f"x {ratio}", bound="x 1.0 of float32")
    field = case.metrics.field
    if field is not None:
        yield Verdict(
            "latency",
            passed=field.latency_ratio <= case.metrics.latency_bound,
            figure=f"x {field.latency_ratio}",
            bound=f"x {case.metrics.latency_bound} of {field.name} {field.version}",
        )


def size(case: Case) -> Iterator[Verdict]:
    """Ask: the model is small, and so are all models together."""
    card = case.package.card
    yield Verdict(
        "size",
        passed=card.bytes <= LARGEST_FILE,
        figure=f"{card.bytes / 1e6:.2f} MB",
        bound=f"{LARGEST_FILE / 1e6:.0f} MB",
    )
    released = set(case.models.resolve().rglob("*"))
    files = released | set(case.package.folder.resolve().rglob("*"))
    total = sum(file.stat().st_size for file in files if file.is_file())
    yield Verdict(
        "size of all models",
        passed=total < LARGEST_MODELS,
        figure=f"{total / 1e6:.1f} MB",
        bound=f"{LARGEST_MODELS / 1e6:.0f} MB",
    )


def licence(case: Case) -> Iterator[Verdict]:
    """Ask: every source names its licence, or a decision allows what is unstated."""
    data = case.package.card.data
    silent = [source.id for source in data.sources if UNSTATED.search(source.licence)]
    if not silent:
        yield Verdict("licence", passed=True, figure="every source states one", bound="all")
        return
    text = case.decisions.read_text(encoding="utf-8") if case.decisions.is_file() else ""
    is_there = bool(re.search(rf"^## {data.decision}\. ", text, re.MULTILINE))
    yield Verdict(
        "licence",
        passed=data.decision is not None and is_there,
        figure=f"unstated: {', '.join(silent)}; decision {data.decision}",
        bound=f"an entry of {case.decisions.name}, named in the statement's field `decision`",
    )


def leaks(case: Case) -> Iterator[Verdict]:
    """Ask: no training picture gives away a validation picture."""
    found = case.metrics.leak_check.leaks
    shown = f": {found[0]}" if found else ""
    yield Verdict(
        "leak check",
        passed=not found and case.package.card.data.leaks == 0,
        figure=f"{len(found)} in {case.metrics.leak_check.pictures} pictures{shown}",
        bound="0",
    )


def self_tests(case: Case) -> Iterator[Verdict]:
    """Ask: every file finds in the rendered pictures what its card says."""
    card = case.package.card
    for precision in (card.precision, *(variant.precision for variant in card.variants)):
        package = case.package.variant(precision)
        detector = onnx_detector(package.model_file, card.labels)
        tests = package.card.self_test
        wrong = [
            why
            for test in tests
            if (why := fails(test, package.folder, detector, card.suppression_iou))
        ]
        boxes = sum(len(test.boxes) for test in tests)
        yield Verdict(
            f"self-test of {package.card.file}",
            passed=bool(tests) and not wrong,
            figure="; ".join(wrong) or f"{boxes} boxes in {len(tests)} pictures",
            bound="as on the card",
        )


def completeness(case: Case) -> Iterator[Verdict]:
    """Ask: the card says all that a reader needs."""
    missing = list(_missing(case))
    yield Verdict(
        "card",
        passed=not missing,
        figure=f"missing: {'; '.join(missing)}" if missing else "complete",
        bound="complete",
    )


def _missing(case: Case) -> Iterator[str]:
    card, metrics = case.package.card, case.metrics
    if card.title is None:
        yield "title"
    yield from (f"finds.{label}" for label in card.labels if label not in card.finds)
    if not card.limits:
        yield "limits"
    for label in card.labels:
        result = metrics.evaluation.classes.get(label)
        if result is None or not result.all.boxes:
            yield f"figures of {label}"
            continue
        sources = [name for name, scores in result.by_source.items() if scores.boxes]
        told = {row.label for row in metrics.left_out_sources}
        if len(sources) > 1 and label not in told:
            yield f"leave-one-source-out of {label}"
    yield from (name for name in (CARD_TEXT, METRICS) if not (case.package.folder / name).is_file())
    yield from (f"licence of {one.id}" for one in card.data.sources if not one.licence)


GATES: tuple[Callable[[Case], Iterator[Verdict]], ...] = (
    quality,
    parity,
    latency,
    size,
    licence,
    leaks,
    self_tests,
    completeness,
)
