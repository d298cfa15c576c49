"""What must hold over all hazards, beyond each file's own schema."""

from datetime import date

from hazard_library.catalogue import (
    check_law,
    check_maturity,
    check_permits,
    check_texts,
    check_traps,
)
from hazard_library.catalogue.load import Shelf
from hazard_library.catalogue.marked_yaml import Mistake


def mistakes_over_all(shelf: Shelf) -> list[Mistake]:
    """Return every mistake that shows only when hazards, law, classes and scenes are seen together.

    What depends on the day is `mistakes_on`'s: a box that starts does not stop for a lapsed law.
    """
    return [
        *check_texts.mistakes(shelf),
        *check_law.mistakes(shelf),
        *check_traps.mistakes(shelf),
        *check_maturity.mistakes(shelf),
        *check_permits.mistakes(shelf),
    ]


def mistakes_on(shelf: Shelf, day: date) -> list[Mistake]:
    """Return the citations that are not law on a day."""
    return list(check_law.not_in_force(shelf, day))
