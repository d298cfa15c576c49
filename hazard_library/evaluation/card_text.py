"""The card for people: `card.md`, Chinese first, readable without knowing what a network is."""

from dataclasses import dataclass
from pathlib import Path

import jinja2

from hazard_library.evaluation.evaluate import ClassResult
from hazard_library.evaluation.metrics import Metrics
from hazard_library.registry.card import Limit, ModelCard

CARD_TEXT = "card.md"
TEMPLATE = Path(__file__).with_name("card.md.j2")


@dataclass(frozen=True, slots=True)
class PlainWords:
    """One class in plain words.

    Attributes:
        of_100_real: of a hundred real things, how many are found.
        of_100_told: of a hundred reports, how many are right.
    """

    label: str
    name: Limit
    of_100_real: str
    of_100_told: str
    result: ClassResult


def card_text(card: ModelCard, metrics: Metrics) -> str:
    """Write the card for people."""
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Markdown from our own fields, not a page
    )
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    words = [
        PlainWords(
            label=label,
            name=card.finds.get(label) or Limit(en=label, zh=label),
            of_100_real=_of_100(result.all.recall.value),
            of_100_told=_of_100(result.all.precision.value),
            result=result,
        )
        for label, result in metrics.evaluation.classes.items()
    ]
    return template.render(card=card, metrics=metrics, words=words)


def _of_100(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f}"
