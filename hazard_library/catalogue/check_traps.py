"""The legal traps that a catalogue could fall into: the wrong pairings cannot be said."""

from collections.abc import Callable, Iterator

from hazard_library.catalogue.check_law import cited
from hazard_library.catalogue.hazard import Category, Handling, Hazard
from hazard_library.catalogue.load import Shelf
from hazard_library.catalogue.marked_yaml import MarkedYaml, Mistake
from hazard_library.catalogue.rules import CameraCondition, Missing, classes_needed

#: 安全生产法 第九十九条 第（五）项 punishes not providing equipment: no picture shows that.
EQUIPMENT_NOT_PROVIDED = "AQSCF-2021-99-I5"

#: 安全生产法 第九十九条 第（四）项 and 刑法 第一百三十四条之一 need an act and its author.
MONITORING_SHUT_OFF = ("AQSCF-2021-99-I4", "XF-134之一")

#: Words that would say who did it.
_ACTS = ("关闭", "破坏", "shut off", "destroy", "sabotage")

#: A finding that only an officer makes, on site and by a standard.
_MAJOR = ("重大事故隐患", "major accident hazard")

Check = Callable[[Hazard, MarkedYaml, Shelf], Iterator[Mistake]]


def mistakes(shelf: Shelf) -> Iterator[Mistake]:
    """Yield every pairing that is known to be wrong."""
    checks: tuple[Check, ...] = (
        _missing_equipment,
        _camera_state,
        _fire_is_transferred,
        _special_equipment,
        _major_hazard,
    )
    for hazard, document in shelf.hazards.values():
        for check in checks:
            yield from check(hazard, document, shelf)


def _missing_equipment(hazard: Hazard, document: MarkedYaml, _: Shelf) -> Iterator[Mistake]:
    """TRAP-01: not wearing is the worker's duty; not providing is another fact."""
    for where, key in cited(hazard):
        if key == EQUIPMENT_NOT_PROVIDED:
            text = f"{key} punishes not providing equipment: a picture shows no provision; remove"
            yield document.mistake(where, text)
    is_equipment = isinstance(hazard.rule, Missing) or hazard.id.startswith("PPE-")
    if is_equipment and EQUIPMENT_NOT_PROVIDED not in hazard.never_cite_from_image:
        text = f"missing equipment must list {EQUIPMENT_NOT_PROVIDED}: a picture shows no provision"
        yield document.mistake(("never_cite_from_image",), text)


def _camera_state(hazard: Hazard, document: MarkedYaml, _: Shelf) -> Iterator[Mistake]:
    """TRAP-02: a dark camera proves neither an act nor its author."""
    if not isinstance(hazard.rule, CameraCondition):
        return
    for where, key in cited(hazard):
        if key in MONITORING_SHUT_OFF:
            text = f"{key} needs an act and its author; a camera's state proves neither"
            yield document.mistake(where, text)
    for key in MONITORING_SHUT_OFF:
        if hazard.category is Category.CAMERA and key not in hazard.never_cite_from_image:
            text = f"a camera's state must list {key}: it proves neither an act nor its author"
            yield document.mistake(("never_cite_from_image",), text)
    for name, word in _told(hazard, _ACTS):
        text = f"{word!r} tells of an act; a camera's state is technical: describe it"
        yield document.mistake((name,), text)


def _fire_is_transferred(hazard: Hazard, document: MarkedYaml, _: Shelf) -> Iterator[Mistake]:
    """TRAP-07: fire is first an emergency, then the fire department's."""
    if not {"fire", "smoke"} & classes_needed(hazard.rule):
        return
    if hazard.handling is not Handling.TRANSFER or "消防救援机构" not in hazard.transfer_to:
        text = "fire and smoke need handling TRANSFER and transfer_to 消防救援机构"
        yield document.mistake(("handling",), text)
    if hazard.penalty_candidates:
        text = "fire and smoke are no work-safety case; remove the candidates"
        yield document.mistake(("penalty_candidates",), text)


def _special_equipment(hazard: Hazard, document: MarkedYaml, shelf: Shelf) -> Iterator[Mistake]:
    """TRAP-08: 特种设备 and those who work it go to 市场监管."""
    special = sorted(
        name
        for name in classes_needed(hazard.rule)
        if name in shelf.labels and shelf.labels[name].special_equipment
    )
    if special and "市场监管" not in hazard.transfer_to:
        text = f"{', '.join(special)} is special equipment; add 市场监管 to transfer_to"
        yield document.mistake(("transfer_to",), text)


def _major_hazard(hazard: Hazard, document: MarkedYaml, _: Shelf) -> Iterator[Mistake]:
    """TRAP-15: a picture points at a criterion; that it is met is found on site."""
    for name, words in _told(hazard, _MAJOR):
        text = f"{words!r} is found by an officer on site; name what is seen"
        yield document.mistake((name,), text)


def _told(hazard: Hazard, words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Return the field and the word where a hazard says by name or sight what it must not."""
    for name, text in (("name", hazard.name), ("sees", hazard.sees)):
        told = f"{text.zh} {text.en.lower()}"
        yield from ((name, word) for word in words if word in told)
