"""Pre-labels: what the current model sees becomes labels that people correct."""

from hazard_library.samples.review import Act, State
from hazard_library.samples.sample import Label, Sample
from hazard_library.samples.sighting import Sighting, is_among

PRELABELLED = (State.PROPOSED,)
"""Only what nobody has labelled: a version never holds these, so a model never teaches itself."""


def with_prelabels(sample: Sample, seen: Sighting, act: Act) -> Sample:
    """Return a proposed sample with what a model reports as its unreviewed labels.

    Labels of models are replaced for the classes that this model knows; what people and sources
    drew stays, and so does the verdict that something is not what a model takes it for.
    """
    kept = [
        label
        for label in sample.labels
        if not label.by.startswith("model:") or label.label not in seen.thresholds
    ]
    rejected = [box for verdict in sample.verdicts for box in verdict.rejected]
    fresh = [
        Label(**box.model_dump(), by=seen.by, at=act.at)
        for box in seen.reported()
        if not is_among(box, kept) and not is_among(box, rejected)
    ]
    return sample.model_copy(update={"labels": (*kept, *fresh)})
