"""What must hold over all hazards, beyond each file's own schema."""

from collections.abc import Callable, Iterator

from hazard_library.catalogue.hazard import Handling, Hazard
from hazard_library.catalogue.load import Shelf
from hazard_library.catalogue.marked_yaml import MarkedYaml, Mistake
from hazard_library.catalogue.rules import CameraCondition, Missing

#: 安全生产法 第九十九条 第（五）项 punishes not providing equipment: no picture shows that.
EQUIPMENT_NOT_PROVIDED = "AQSCF-2021-99-I5"

#: 安全生产法 第九十九条 第（四）项 and 刑法 第一百三十四条之一 need an act and its author.
MONITORING_SHUT_OFF = ("AQSCF-2021-99-I4", "XF-134之一")

FIRE_DEPARTMENT = "消防救援机构"

Check = Callable[[Hazard, MarkedYaml], Iterator[Mistake]]


def mistakes_over_all(shelf: Shelf) -> list[Mistake]:
    """Return every mistake that shows only when hazards and law are seen together."""
    checks: tuple[Check, ...] = (
        lambda hazard, document: _unknown_bases(hazard, document, shelf),
        _file_name,
        _transfer,
        _missing_equipment,
        _fire_is_transferred,
        _camera_state,
    )
    return [
        mistake
        for hazard, document in shelf.hazards.values()
        for check in checks
        for mistake in check(hazard, document)
    ]


def _cited(hazard: Hazard) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for position, basis in enumerate(hazard.basis):
        yield ("basis", position), basis
    for position, candidate in enumerate(hazard.penalty_candidates):
        yield ("penalty_candidates", position, "basis"), candidate.basis


def _unknown_bases(hazard: Hazard, document: MarkedYaml, shelf: Shelf) -> Iterator[Mistake]:
    for where, basis in _cited(hazard):
        if basis not in shelf.legal:
            text = f"{basis} stands in no file under legal/; add the article or mend the id"
            yield document.mistake(where, text)
        if basis in hazard.never_cite_from_image:
            yield document.mistake(
                where, f"{basis} is listed under never_cite_from_image; remove it"
            )


def _file_name(hazard: Hazard, document: MarkedYaml) -> Iterator[Mistake]:
    if not document.path.stem.startswith(f"{hazard.id.lower()}-"):
        text = f"the file's name must begin with {hazard.id.lower()}-"
        yield document.mistake(("id",), text)


def _transfer(hazard: Hazard, document: MarkedYaml) -> Iterator[Mistake]:
    if hazard.handling is not Handling.HANDLE and not hazard.transfer_to:
        yield document.mistake(("handling",), f"{hazard.handling} needs transfer_to: name who acts")
    if hazard.handling is Handling.HANDLE and hazard.transfer_to:
        yield document.mistake(("transfer_to",), "HANDLE transfers to nobody; remove it")


def _missing_equipment(hazard: Hazard, document: MarkedYaml) -> Iterator[Mistake]:
    if (
        isinstance(hazard.rule, Missing)
        and EQUIPMENT_NOT_PROVIDED not in hazard.never_cite_from_image
    ):
        text = f"missing equipment must list {EQUIPMENT_NOT_PROVIDED}: a picture shows no provision"
        yield document.mistake(("never_cite_from_image",), text)


def _fire_is_transferred(hazard: Hazard, document: MarkedYaml) -> Iterator[Mistake]:
    burns = {"fire", "smoke"} & {getattr(hazard.rule, "subject", "")}
    if burns and (
        hazard.handling is not Handling.TRANSFER or FIRE_DEPARTMENT not in hazard.transfer_to
    ):
        text = f"fire and smoke need handling TRANSFER and transfer_to {FIRE_DEPARTMENT}"
        yield document.mistake(("handling",), text)


def _camera_state(hazard: Hazard, document: MarkedYaml) -> Iterator[Mistake]:
    if not isinstance(hazard.rule, CameraCondition):
        return
    for where, basis in _cited(hazard):
        if basis in MONITORING_SHUT_OFF:
            text = f"{basis} needs an act and its author; a camera's state proves neither"
            yield document.mistake(where, text)
