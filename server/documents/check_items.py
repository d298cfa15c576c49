"""Check items as the catalogue publishes them, each under a key such as `PPE-01.2`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from hazard_library.catalogue.hazard import Hazard, Maturity, Text
from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.ids import HazardId

_MARK = "."


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One thing to check on site.

    Attributes:
        penalty: ids of the articles that may be hit once it is established on site.
    """

    key: str
    hazard: HazardId
    text: Text
    penalty: tuple[str, ...]


def published(catalogue: Catalogue, hazards: Iterable[str]) -> list[CheckItem]:
    """Return the items of hazards; a draft hazard publishes none, nor does one that is gone."""
    found = [catalogue.hazards.get(HazardId(name)) for name in hazards]
    return [
        item
        for hazard in found
        if hazard is not None and hazard.maturity is not Maturity.DRAFT
        for item in _items(hazard)
    ]


def item(catalogue: Catalogue, key: str) -> CheckItem | None:
    """Return one published item by its key."""
    return next((one for one in published(catalogue, [hazard_of(key)]) if one.key == key), None)


def hazard_of(key: str) -> HazardId:
    """Return the hazard that an item belongs to."""
    return HazardId(key.rpartition(_MARK)[0])


def citable(catalogue: Catalogue, key: str, day: date) -> Sequence[str]:
    """Return the articles that may be cited for an item found violated on site on a day.

    What a picture can never support may be cited here: two officers have found it (TRAP-01).
    """
    hazard = catalogue.hazards.get(hazard_of(key))
    if hazard is None:
        return ()
    named = (
        *hazard.basis,
        *(candidate.basis for candidate in hazard.penalty_candidates),
        *hazard.never_cite_from_image,
    )
    return [one for one in dict.fromkeys(named) if catalogue.legal[one].is_in_force(day)]


def _items(hazard: Hazard) -> list[CheckItem]:
    penalty = tuple(candidate.basis for candidate in hazard.penalty_candidates)
    return [
        CheckItem(f"{hazard.id}{_MARK}{number}", hazard.id, text, penalty)
        for number, text in enumerate(hazard.check_items, 1)
    ]
