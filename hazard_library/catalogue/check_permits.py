"""What a work permit may excuse, and what never."""

from collections.abc import Iterator

from hazard_library.catalogue.hazard import Hazard
from hazard_library.catalogue.load import Shelf
from hazard_library.catalogue.marked_yaml import Mistake
from hazard_library.catalogue.rules import Absence, CameraCondition, Count, Missing


def mistakes(shelf: Shelf) -> Iterator[Mistake]:
    """Yield hazards that say a permit excuses what it cannot."""
    for hazard, document in shelf.hazards.values():
        if hazard.excused_by and _is_a_duty(hazard):
            text = "a permit never excuses that somebody or something is missing; remove it"
            yield document.mistake(("excused_by",), text)


def _is_a_duty(hazard: Hazard) -> bool:
    """Whether it is that someone, some equipment or a working camera is not there."""
    rule = hazard.rule
    is_too_few = isinstance(rule, Count) and rule.minimum is not None
    return is_too_few or isinstance(rule, Absence | Missing | CameraCondition)
