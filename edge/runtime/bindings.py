"""From what a camera's configuration switches on to rules at their places."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge.config import CameraConfig, HazardSwitch, ZoneConfig
from edge.core.rules.binding import RuleBinding
from edge.core.scene import Zone
from edge.inference.site_models import RefusedModel
from hazard_library.catalogue.hazard import Hazard, HazardCode, Maturity
from hazard_library.catalogue.load import Catalogue
from hazard_library.catalogue.rules import (
    CameraCondition,
    Crossing,
    PlannedRule,
    Rule,
    ZoneNeed,
    classes_needed,
    needs_drawing,
)


@dataclass(frozen=True, slots=True)
class SwitchedOn:
    """The rules of one camera, and sentences about what works on the whole picture or stays off."""

    bindings: tuple[RuleBinding, ...]
    notes: tuple[str, ...]


def switch_on(
    camera: CameraConfig,
    catalogue: Catalogue,
    labels: frozenset[str],
    refused: Sequence[RefusedModel] = (),
) -> SwitchedOn:
    """Bind the hazards of one camera. The configuration was checked before: everything fits.

    labels: what the site's models that may run see together; refused: those that may not.
    """
    listed = {switch.id: switch for switch in camera.hazards}
    ids = list(listed)
    if camera.all_with_model:
        ids += [h.id for h in catalogue.hazards.values() if h.id not in listed]
    bindings: list[RuleBinding] = []
    notes: list[str] = []
    drafts = 0
    for hazard in (catalogue.hazards[hazard_id] for hazard_id in ids):
        off = _why_off(hazard, camera, labels)
        if off is None:
            switch = listed.get(hazard.id, HazardSwitch(id=hazard.id))
            places = _places(hazard, switch, camera)
            bindings += [
                RuleBinding(hazard.id, _narrowed(hazard.rule, switch), place) for place in places
            ]
            if places == [None] and hazard.rule.zone is not ZoneNeed.NONE:
                notes.append(f"{hazard.id} works on the whole picture: no zone is drawn for it")
        elif hazard.id not in listed and hazard.maturity is Maturity.DRAFT:
            drafts += 1
        else:
            because = _because(hazard.rule, labels, refused)
            notes.append(f"{hazard.id} stays off: {off}{because}")
    if drafts:
        notes.append(f"{drafts} drafts of the catalogue stay off")
    return SwitchedOn(tuple(bindings), tuple(notes))


def drawn(camera: CameraConfig) -> tuple[Zone, ...]:
    """Return the zones of a camera as the core knows them."""
    return tuple(_zone(zone) for zone in camera.zones)


def _never_at_the_edge(hazard: Hazard) -> bool:
    return isinstance(hazard.rule, CameraCondition)


def _why_off(hazard: Hazard, camera: CameraConfig, labels: frozenset[str]) -> str | None:
    unseen = classes_needed(hazard.rule) - labels
    if _never_at_the_edge(hazard):
        return "the server raises it from the camera's state"
    if isinstance(hazard.rule, PlannedRule):
        return f"no edge can judge the rule kind {hazard.rule.kind} yet"
    if hazard.maturity is Maturity.DRAFT:
        return "it is a draft of the catalogue"
    if unseen:
        return f"no model that runs sees {', '.join(sorted(unseen))}"
    listed = any(switch.id == hazard.id for switch in camera.hazards)
    return None if listed else _why_not_by_itself(hazard.rule, camera)


def _why_not_by_itself(rule: Rule, camera: CameraConfig) -> str | None:
    if rule.zone is ZoneNeed.NAMED:
        return "it works only in a zone that is named for it"
    if needs_drawing(rule) and not _fitting(rule, camera):
        return "it means nothing until a line or zone is drawn for it"
    return None


def _because(rule: Rule, labels: frozenset[str], refused: Sequence[RefusedModel]) -> str:
    """Name the refused models without which the rule cannot be judged, if there are any."""
    unseen = classes_needed(rule) - labels
    names = [one.name for one in refused if one.labels is None or one.labels & unseen]
    return f" ({', '.join(names)} was refused)" if unseen and names else ""


def _places(hazard: Hazard, switch: HazardSwitch, camera: CameraConfig) -> list[Zone | None]:
    """Named zones; else, for a hazard that works on zones, all that fit; else the whole picture."""
    if switch.zones:
        return [_zone(zone) for zone in camera.zones if zone.id in switch.zones]
    if hazard.rule.zone is ZoneNeed.REQUIRED and (fitting := _fitting(hazard.rule, camera)):
        return [_zone(zone) for zone in fitting]
    return [None]


def _fitting(rule: Rule, camera: CameraConfig) -> list[ZoneConfig]:
    wants_line = isinstance(rule, Crossing)
    return [zone for zone in camera.zones if wants_line == (len(zone.points) == 2)]  # noqa: PLR2004


def _zone(zone: ZoneConfig) -> Zone:
    return Zone(zone.id, zone.points)


def _narrowed(rule: Rule, switch: HazardSwitch) -> Rule:
    changes: dict[str, object] = {}
    if switch.lasting is not None:
        changes["lasting"] = switch.lasting
    if switch.min_score is not None:
        changes["min_score"] = switch.min_score
    if switch.maximum is not None:
        changes["maximum"] = switch.maximum
    return rule.model_copy(update=changes) if changes else rule


def severities(catalogue: Catalogue) -> dict[HazardCode, int]:
    """Return the severity of every hazard."""
    return {hazard.id: hazard.severity for hazard in catalogue.hazards.values()}
