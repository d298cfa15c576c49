"""What an import changes in a sample that is in the library already."""

from collections.abc import Sequence

from hazard_library.samples.review import Event
from hazard_library.samples.sample import Label, Sample, Throughout

SAME_PX = 0.75
"""Boxes whose corners lie this near are one box: formats round, people do not draw so finely."""


def merged(
    there: Sample,
    labels: Sequence[Label],
    exhaustive: Sequence[Throughout],
    classes: frozenset[str],
) -> tuple[Sample, Event | None]:
    """Return the sample with what is new, and the event that this is; None: nothing is new.

    Boxes of `classes` are replaced by `labels`; a box that has hardly moved stays as it is, with
    who drew it. Boxes of other classes stay, and statements are only added.
    """
    kept = [label for label in there.labels if label.label not in classes]
    open_ = [label for label in there.labels if label.label in classes]
    replaced: list[Label] = []
    for label in labels:
        same = next((old for old in open_ if _same(old, label, there)), None)
        if same is not None:
            open_.remove(same)
        replaced.append(same or label)
    drawn = bool(open_) or any(label not in there.labels for label in replaced)
    stated = [item for item in exhaustive if item.label not in there.known]
    now = there.model_copy(
        update={
            "labels": (*kept, *replaced) if drawn else there.labels,
            "exhaustive": (*there.exhaustive, *stated),
        }
    )
    if drawn:
        return now, Event.LABEL
    return now, Event.NOTE if stated else None


def _same(old: Label, new: Label, sample: Sample) -> bool:
    """Whether two boxes name the same thing at the same place."""
    size = (sample.width, sample.height)
    pairs = zip(old.corners(*size), new.corners(*size), strict=True)
    return old.label == new.label and all(abs(a - b) <= SAME_PX for a, b in pairs)
