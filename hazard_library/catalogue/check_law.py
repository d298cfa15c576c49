"""What a hazard may cite, and as what."""

from collections.abc import Iterator
from datetime import date

from hazard_library.catalogue.hazard import Handling, Hazard
from hazard_library.catalogue.legal import LegalBasis, LegalFile
from hazard_library.catalogue.load import Shelf
from hazard_library.catalogue.marked_yaml import MarkedYaml, Mistake, Where

#: What may stand under each field of a hazard.
_KINDS = {
    "basis": ("obligation",),
    "penalty_candidates": ("penalty",),
    "major_hazard_criterion": ("criterion",),
    "further_criteria": ("criterion",),
}


def cited(hazard: Hazard) -> Iterator[tuple[Where, str]]:
    """Return the place and id of everything a hazard cites."""
    for position, basis in enumerate(hazard.basis):
        yield ("basis", position), basis
    for position, candidate in enumerate(hazard.penalty_candidates):
        yield ("penalty_candidates", position, "basis"), candidate.basis
    if hazard.major_hazard_criterion is not None:
        yield ("major_hazard_criterion",), hazard.major_hazard_criterion
    for position, basis in enumerate(hazard.further_criteria):
        yield ("further_criteria", position), basis


def mistakes(shelf: Shelf) -> Iterator[Mistake]:
    """Yield wrong citations and transfers."""
    for hazard, document in shelf.hazards.values():
        yield from _unknown(hazard, document, shelf)
        for where, key in cited(hazard):
            if key in shelf.legal:
                basis = shelf.legal[key].basis
                yield from _misused(hazard, document, where, basis)
        yield from _transfer(hazard, document)
    for placed in shelf.legal.values():
        yield from _dates(placed.basis, placed.document)


def not_in_force(shelf: Shelf, day: date) -> Iterator[Mistake]:
    """Yield what hazards cite although it is not law on a day (TRAP-16)."""
    for hazard, document in shelf.hazards.values():
        for where, key in cited(hazard):
            placed = shelf.legal.get(key)
            if placed is None or placed.basis.is_in_force(day):
                continue
            basis = placed.basis
            span = f"{basis.in_force_from or '?'} to {basis.in_force_to or 'now'}"
            after = f"; {basis.replaced_by} replaced it" if basis.replaced_by else ""
            text = f"{key} is not in force on {day}, only from {span}{after}; cite what is law"
            yield document.mistake(where, text)


def _unknown(hazard: Hazard, document: MarkedYaml, shelf: Shelf) -> Iterator[Mistake]:
    never = [
        (("never_cite_from_image", position), basis)
        for position, basis in enumerate(hazard.never_cite_from_image)
    ]
    for where, key in [*cited(hazard), *never]:
        if key not in shelf.legal and LegalFile not in shelf.unread:
            text = f"{key} stands in no file under legal/; add the article or mend the id"
            yield document.mistake(where, text)
    for where, key in cited(hazard):
        if key in hazard.never_cite_from_image:
            text = f"{key} is listed under never_cite_from_image; remove it"
            yield document.mistake(where, text)


def _misused(
    hazard: Hazard, document: MarkedYaml, where: Where, basis: LegalBasis
) -> Iterator[Mistake]:
    allowed = _KINDS[str(where[0])]
    if basis.kind not in allowed:
        text = f"{basis.id} is of kind {basis.kind}; {where[0]} takes {' or '.join(allowed)}"
        yield document.mistake(where, text)
    if basis.sectors and not set(basis.sectors) & set(hazard.sectors):
        binds = "、".join(basis.sectors)
        text = f"{basis.id} binds {binds} only, and this hazard is for others; remove it"
        yield document.mistake(where, text)
    decides = basis.enforced_by
    if decides is not None and decides not in (hazard.competent, *hazard.transfer_to):
        text = f"{basis.id} is decided by {decides}; add {decides} to transfer_to or remove it"
        yield document.mistake(where, text)


def _transfer(hazard: Hazard, document: MarkedYaml) -> Iterator[Mistake]:
    if hazard.handling is not Handling.HANDLE and not hazard.transfer_to:
        yield document.mistake(("handling",), f"{hazard.handling} needs transfer_to: name who acts")
    if hazard.handling is Handling.HANDLE and hazard.transfer_to:
        yield document.mistake(("transfer_to",), "HANDLE transfers to nobody; remove it")
    is_ours = hazard.competent == "应急管理"
    if (hazard.handling is Handling.TRANSFER) is is_ours:
        text = (
            "TRANSFER leaves the matter to another department; name it in competent"
            if is_ours
            else f"{hazard.competent} is competent, so handling must be TRANSFER"
        )
        yield document.mistake(("competent",), text)


def _dates(basis: LegalBasis, document: MarkedYaml) -> Iterator[Mistake]:
    begins, ends = basis.in_force_from, basis.in_force_to
    if begins is not None and ends is not None and ends < begins:
        text = f"ends on {ends} before it begins on {begins}; mend one of them"
        yield document.mistake(("in_force_to",), text)
