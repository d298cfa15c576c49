"""What is worth labelling next: a sum of points whose terms are shown.

| factor | most | what it says |
|---|---|---|
| hard-negative | 30 | an officer found a wrong detection: it costs officers' time every day |
| uncertainty | 25 | a box lies near the score from which the model reports |
| disagreement | 20 | two models see different things |
| few-samples | 15 | the class has few labelled samples |
| rejected-lead | 10 | an officer rejected the lead, whatever the reason |
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from hazard_library.samples.box import Frozen
from hazard_library.samples.sample import Sample
from hazard_library.samples.sighting import Sighting, agreement
from hazard_library.samples.verdict import Decision, Teaches


class Factor(StrEnum):
    """Why a sample is worth labelling."""

    HARD_NEGATIVE = "hard-negative"
    UNCERTAINTY = "uncertainty"
    DISAGREEMENT = "disagreement"
    FEW_SAMPLES = "few-samples"
    REJECTED_LEAD = "rejected-lead"


MOST_POINTS = {
    Factor.HARD_NEGATIVE: 30.0,
    Factor.UNCERTAINTY: 25.0,
    Factor.DISAGREEMENT: 20.0,
    Factor.FEW_SAMPLES: 15.0,
    Factor.REJECTED_LEAD: 10.0,
}
ZH = {
    Factor.HARD_NEGATIVE: "难负样本",
    Factor.UNCERTAINTY: "模型没把握",
    Factor.DISAGREEMENT: "两个模型不一致",
    Factor.FEW_SAMPLES: "样本少",
    Factor.REJECTED_LEAD: "线索被判误报",
}
#: A score this far from its threshold is certain.
CERTAIN_BEYOND = 0.25
#: So many labelled samples of a class are enough not to hurry.
ENOUGH = 40


class Term(Frozen):
    """One factor's part of a score."""

    factor: Factor
    points: float
    why: str


class Ranked(Frozen):
    """A sample with its score and what it is made of."""

    sha256: str
    score: float
    terms: tuple[Term, ...]


def count_labelled(samples: Sequence[Sample]) -> dict[str, int]:
    """Count in how many labelled samples each class is drawn or known to be absent."""
    counts: dict[str, int] = {}
    for sample in samples:
        for label in sample.known | {box.label for box in sample.labels}:
            counts[label] = counts.get(label, 0) + 1
    return counts


def rank(
    samples: Sequence[Sample],
    sightings: Mapping[str, Sequence[Sighting]],
    labelled: Mapping[str, int],
) -> list[Ranked]:
    """Return the samples by falling score, equal ones by hash.

    Args:
        samples: what might be labelled.
        sightings: SHA-256 → what each model sees; two models to hear where they disagree.
        labelled: class → number of labelled samples, from `count_labelled`.
    """
    ranked = [_ranked(sample, sightings.get(sample.sha256, ()), labelled) for sample in samples]
    return sorted(ranked, key=lambda one: (-one.score, one.sha256))


def _ranked(sample: Sample, seen: Sequence[Sighting], labelled: Mapping[str, int]) -> Ranked:
    shares = {
        Factor.HARD_NEGATIVE: _hard_negative(sample),
        Factor.UNCERTAINTY: _uncertainty(seen),
        Factor.DISAGREEMENT: _disagreement(seen),
        Factor.FEW_SAMPLES: _few_samples(sample, labelled),
        Factor.REJECTED_LEAD: _rejected(sample),
    }
    terms = tuple(
        Term(factor=factor, points=round(share * MOST_POINTS[factor], 1), why=why)
        for factor, (share, why) in shares.items()
        if share > 0
    )
    return Ranked(
        sha256=sample.sha256, score=round(sum(term.points for term in terms), 1), terms=terms
    )


_NOTHING = (0.0, "")


def _hard_negative(sample: Sample) -> tuple[float, str]:
    wrong = [one for one in sample.verdicts if one.teaches is Teaches.HARD_NEGATIVE]
    return (1.0, "; ".join(one.in_words for one in wrong)) if wrong else _NOTHING


def _rejected(sample: Sample) -> tuple[float, str]:
    rejected = [one for one in sample.verdicts if one.decision is Decision.FALSE_ALARM]
    return (1.0, "; ".join(one.in_words for one in rejected)) if rejected else _NOTHING


def _uncertainty(seen: Sequence[Sighting]) -> tuple[float, str]:
    """Look for the box that lies nearest to its threshold."""
    near = [
        (abs(box.score - sighting.thresholds[box.label]), box, sighting)
        for sighting in seen
        for box in sighting.boxes
    ]
    if not near:
        return _NOTHING
    distance, box, sighting = min(near, key=lambda found: found[0])
    share = max(0.0, 1 - distance / CERTAIN_BEYOND)
    limit = sighting.thresholds[box.label]
    return share, f"{sighting.model}: {box.label} {box.score:.2f}, reported from {limit:.2f}"


def _disagreement(seen: Sequence[Sighting]) -> tuple[float, str]:
    """Compare the first two models on the classes that both know."""
    if len(seen) < 2:  # noqa: PLR2004 - two views make a disagreement
        return _NOTHING
    one, other = seen[:2]
    shared = one.thresholds.keys() & other.thresholds.keys()
    views = [[b for b in view.reported() if b.label in shared] for view in (one, other)]
    share = 1 - agreement(*views)
    return share, f"{one.model} sees {_counted(views[0])}; {other.model} {_counted(views[1])}"


def _few_samples(sample: Sample, labelled: Mapping[str, int]) -> tuple[float, str]:
    """Ask for the rarest class that the sample is about."""
    absent = {name for verdict in sample.verdicts for name in verdict.absent}
    concerned = sorted(absent | {label.label for label in sample.labels})
    if not concerned:
        return _NOTHING
    rarest = min(concerned, key=lambda name: labelled.get(name, 0))
    count = labelled.get(rarest, 0)
    return max(0.0, 1 - count / ENOUGH), f"{count} labelled samples of {rarest}"


def _counted(boxes: Sequence[object]) -> str:
    return f"{len(boxes)} objects" if len(boxes) != 1 else "1 object"
