"""Which models a camera runs, and which of them answers for which label: a pure decision.

1. A model that alone sees a needed label runs.
2. For what is still needed, the model that sees most of it runs; of equals, the first listed.
3. Of the models that run, the first listed that has a label answers for it, so that no object is
   found twice. Labels that nobody needs come along free: they describe the scene.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that may run, and the labels it knows."""

    model: str
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Part:
    """A model that runs for a camera, and the labels it answers for there."""

    model: str
    labels: frozenset[str]


def share_out(needed: frozenset[str], offers: Sequence[Offer]) -> tuple[Part, ...]:
    """Return who runs for a camera that needs these labels, in the order of the offers.

    What no offer has is left out: the caller says which hazards stay off for it. Nothing needed,
    nobody runs.
    """
    running = {offer.model for offer in offers if needed & offer.labels - _of_others(offer, offers)}
    open_labels = needed - _seen_by(running, offers)
    while best := _sees_most(open_labels, offers):
        running.add(best.model)
        open_labels -= best.labels
    return answering([offer for offer in offers if offer.model in running])


def answering(offers: Sequence[Offer]) -> tuple[Part, ...]:
    """Let all of these models run, each label answered by the first that has it."""
    parts: list[Part] = []
    taken: frozenset[str] = frozenset()
    for offer in offers:
        parts.append(Part(offer.model, offer.labels - taken))
        taken |= offer.labels
    return tuple(parts)


def _of_others(one: Offer, offers: Sequence[Offer]) -> frozenset[str]:
    return frozenset().union(*(offer.labels for offer in offers if offer is not one))


def _seen_by(models: set[str], offers: Sequence[Offer]) -> frozenset[str]:
    return frozenset().union(*(offer.labels for offer in offers if offer.model in models))


def _sees_most(labels: frozenset[str], offers: Sequence[Offer]) -> Offer | None:
    """`max` returns the first of equals, which is the first listed."""
    best = max(offers, key=lambda offer: len(labels & offer.labels), default=None)
    return best if best is not None and labels & best.labels else None
