"""What a hazard lacks before it may be switched on, and whether it says so."""

from collections.abc import Iterator, Mapping

from hazard_library.catalogue.hazard import TOLD_TO_EDGE, Hazard, Maturity
from hazard_library.catalogue.labels import Label, LabelFile
from hazard_library.catalogue.load import Shelf
from hazard_library.catalogue.marked_yaml import MarkedYaml, Mistake, Where
from hazard_library.catalogue.rules import (
    CameraCondition,
    Crossing,
    Direction,
    Missing,
    Simultaneous,
    classes_needed,
    needs_drawing,
)
from hazard_library.catalogue.scene import HazardScene
from hazard_library.contract.device import CameraCondition as DeviceCondition

#: The states of a camera that an edge tells.
_TOLD_STATES = frozenset(state.value for state in DeviceCondition)

# A line has so many points; an area has more.
_LINE_POINTS = 2


def lacks(hazard: Hazard, labels: Mapping[str, Label]) -> tuple[str, ...]:
    """Say what is missing before anybody can detect a hazard; nothing where all is there."""
    missing: list[str] = []
    if isinstance(hazard.rule, CameraCondition):
        untellable = [one for one in hazard.rule.conditions if one not in _TOLD_STATES]
        missing += [f"no edge tells that a camera is {n.replace('_', ' ')}" for n in untellable]
    needed = classes_needed(hazard.rule)
    planned = sorted(name for name in needed if name not in labels or labels[name].is_planned)
    if planned:
        missing.append(f"no released model sees {', '.join(planned)}")
    elif needed and not models_for(hazard, labels):
        missing.append(f"no single released model sees {', '.join(sorted(needed))} together")
    untold = [name for name in hazard.needs if name not in TOLD_TO_EDGE]
    missing += [f"no edge knows the {name.replace('_', ' ')}" for name in untold]
    return tuple(missing)


def models_for(hazard: Hazard, labels: Mapping[str, Label]) -> frozenset[str]:
    """Return the released models that see every class a hazard needs."""
    needed = [frozenset(labels[name].models) for name in classes_needed(hazard.rule)]
    return frozenset.intersection(*needed) if needed else frozenset()


def mistakes(shelf: Shelf) -> Iterator[Mistake]:
    """Yield hazards that are further than they can be, unknown classes and scenes that do not fit.

    Of hazards whose classes are unknown nothing more is said.
    """
    for hazard, document in shelf.hazards.values():
        unknown = sorted(classes_needed(hazard.rule) - shelf.labels.keys())
        if unknown and LabelFile in shelf.unread:
            continue
        if unknown:
            text = f"no class {', '.join(unknown)} in labels.yaml; add it or mend the name"
            yield document.mistake(("rule",), text)
            continue
        if isinstance(hazard.rule, Missing):
            yield from _needed_and_bare(hazard.rule, document, shelf)
        if hazard.maturity is Maturity.DRAFT:
            yield from _draft(hazard, document, shelf)
        else:
            yield from _released(hazard, document, shelf)
    for scene, document in shelf.scenes.values():
        yield from _scene(scene, document, shelf)


def _needed_and_bare(rule: Missing, document: MarkedYaml, shelf: Shelf) -> Iterator[Mistake]:
    if rule.absent_as not in shelf.labels[rule.needs].excludes:
        text = f"{rule.absent_as} and {rule.needs} do not exclude each other in labels.yaml"
        yield document.mistake(("rule", "absent_as"), f"{text}; name the class of the bare part")


def _draft(hazard: Hazard, document: MarkedYaml, shelf: Shelf) -> Iterator[Mistake]:
    if not lacks(hazard, shelf.labels) and hazard.waits_for is None:
        text = "it could be detected; say in waits_for what keeps it a draft, or write trial"
        yield document.mistake(("maturity",), text)


def _released(hazard: Hazard, document: MarkedYaml, shelf: Shelf) -> Iterator[Mistake]:
    for text in lacks(hazard, shelf.labels):
        yield document.mistake(("maturity",), f"{hazard.maturity}, but {text}; write draft")
    if hazard.id not in shelf.scenes and HazardScene not in shelf.unread:
        text = f"{hazard.maturity} needs a test scene; add scenes/{hazard.id.lower()}.yaml"
        yield document.mistake(("maturity",), text)
    if hazard.waits_for is not None:
        text = f"{hazard.maturity} waits for nothing; remove it or write draft"
        yield document.mistake(("waits_for",), text)


def _scene(scene: HazardScene, document: MarkedYaml, shelf: Shelf) -> Iterator[Mistake]:
    if scene.hazard not in shelf.hazards:
        if Hazard in shelf.unread:
            return
        text = f"there is no hazard {scene.hazard}; mend the id or remove the scene"
        yield document.mistake(("hazard",), text)
        return
    hazard = shelf.hazards[scene.hazard][0]
    rule = hazard.rule
    unknown = sorted(scene.labels - shelf.labels.keys())
    if unknown and LabelFile not in shelf.unread:
        text = f"no class {', '.join(unknown)} in labels.yaml; add it or mend the name"
        yield document.mistake(("raises",), text)
    yield from _drawing(scene, hazard, document)
    yield from _beside_the_picture(scene, hazard, document)
    if scene.raises.lasting < rule.lasting:
        text = "the film is over before the rule can be fulfilled; make it longer"
        yield document.mistake(("raises", "lasting"), text)


def _drawing(scene: HazardScene, hazard: Hazard, document: MarkedYaml) -> Iterator[Mistake]:
    rule = hazard.rule
    where: Where = ("zone",)
    if needs_drawing(rule) and not scene.zone:
        yield document.mistake(where, "the rule means nothing without a drawing; draw one")
    if isinstance(rule, Direction) and scene.arrow is None:
        yield document.mistake(("arrow",), "the rule needs a lane's arrow; draw one")
    if isinstance(rule, Simultaneous) and 1 + len(scene.further_zones) < rule.zones:
        text = f"the rule looks at {rule.zones} zones; draw the others here"
        yield document.mistake(("further_zones",), text)
    is_line = len(scene.zone) == _LINE_POINTS
    if scene.zone and is_line is not isinstance(rule, Crossing):
        kind = "a line of 2 points" if isinstance(rule, Crossing) else "an area of 3 points or more"
        yield document.mistake(where, f"the rule needs {kind}; draw it anew")


def _beside_the_picture(
    scene: HazardScene, hazard: Hazard, document: MarkedYaml
) -> Iterator[Mistake]:
    if "ground_calibration" in hazard.needs and not scene.ground:
        yield document.mistake(("ground",), "the rule needs a ground plane; give 4 points of it")
    if "schedule" in hazard.needs and scene.hours is None:
        yield document.mistake(("hours",), "it is on by the clock only; say from when to when")
