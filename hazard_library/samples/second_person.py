"""Who labels a sample does not review it (separation of duties, by person)."""

from collections.abc import Sequence

from hazard_library.errors import SampleError
from hazard_library.samples.review import Event
from hazard_library.samples.sample import HistoryEntry


def check_second_person(history: Sequence[HistoryEntry], by: str) -> None:
    """Refuse a review by the one who labelled last.

    Raises:
        SampleError: `by` is the labeller.
    """
    labelled = [entry for entry in history if entry.event is Event.LABEL]
    if labelled and labelled[-1].act.by == by:
        message = f"{by} labelled it; another person reviews: give --by with their name"
        raise SampleError(message)
