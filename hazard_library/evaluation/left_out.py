"""What a model makes of a source it has never seen, beside one of the same recipe that has."""

from collections.abc import Iterable, Sequence

from hazard_library.evaluation.evaluate import Evaluation, Scores
from hazard_library.evaluation.intervals import Figure
from hazard_library.evaluation.metrics import LeftOutSource


def rows(base: Evaluation, without: Evaluation, sources: Iterable[str]) -> list[LeftOutSource]:
    """Compare two evaluations on the sources that one of the models never saw, class by class.

    A class counts where the source has boxes of it and the model had another source to learn it
    from: of a class that only one source shows, nothing is left to measure.
    """
    left_out = set(sources)
    found = []
    for label, result in base.classes.items():
        shown = {name for name, scores in result.by_source.items() if scores.boxes}
        if not shown - left_out:
            continue
        for source in sorted(shown & left_out):
            pair = result.by_source[source], without.classes[label].by_source[source]
            found.append(_row(label, source, *pair))
    return found


def _row(label: str, source: str, seen: Scores, unseen: Scores) -> LeftOutSource:
    """Write one row; AP50 of both with its interval."""
    return LeftOutSource(
        label=label,
        left_out=source,
        ap_with=seen.ap50.value or 0.0,
        ap_with_interval=_interval(seen.ap50),
        ap_without=unseen.ap50.value or 0.0,
        ap_without_interval=_interval(unseen.ap50),
        n=seen.boxes,
    )


def _interval(figure: Figure) -> tuple[float, float] | None:
    """Return the bounds of a figure that has both."""
    if figure.low is None or figure.high is None:
        return None
    return figure.low, figure.high


def table(found: Sequence[LeftOutSource]) -> str:
    """Write the rows for a terminal or a page, as Markdown."""
    lines = [
        "| class | source left out | boxes | AP50, trained with it | AP50, without | change |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.label} | {row.left_out} | {row.n} | {row.text_with} | {row.text_without} "
        f"| {-row.drop:+.3f} |"
        for row in found
    ]
    return "\n".join(lines)
