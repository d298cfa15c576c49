"""From what a camera's configuration switches on to rules at their places."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from edge.config import CameraConfig, HazardSwitch, ZoneConfig
from edge.config.ground import ground_of, measures, needs_metres
from edge.config.hours import hours_of
from edge.config.narrowing import narrowed
from edge.config.sight import unwatched_states
from edge.core.rules.binding import RuleBinding
from edge.core.rules.ground import BODY_M
from edge.core.scene import Zone
from edge.core.schedule import Schedule
from edge.inference.site_models import RefusedModel
from hazard_library.catalogue.hazard import Hazard, HazardCode, Maturity
from hazard_library.catalogue.load import Catalogue
from hazard_library.catalogue.rules import (
    Crossing,
    RegionRule,
    Rule,
    Simultaneous,
    ZoneNeed,
    classes_needed,
    needs_drawing,
)
from hazard_library.contract.ids import ZoneId


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
    schedules: Mapping[str, Schedule] | None = None,
    untaught: Mapping[ZoneId, str] | None = None,
) -> SwitchedOn:
    """Bind the hazards of one camera. The configuration was checked before: everything fits.

    labels: what the site's models that may run see together; refused: those that may not.
    schedules: the site's, by name.
    untaught: the zones whose state cannot be compared, and why.
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
            hours = hours_of(switch.when, schedules or {})
            bound = [replace(one, hours=hours) for one in _bound(hazard, switch, camera)]
            if isinstance(hazard.rule, RegionRule):
                notes += _untaught(bound, untaught or {})
                bound = [one for one in bound if one.zone_id not in (untaught or {})]
            bindings += bound
            notes += _about(hazard, bound)
        elif hazard.id not in listed and hazard.maturity is Maturity.DRAFT:
            drafts += 1
        else:
            because = _because(hazard.rule, labels, refused)
            notes.append(f"{hazard.id} stays off: {off}{because}")
    if drafts:
        notes.append(f"{drafts} drafts of the catalogue stay off")
    return SwitchedOn(tuple(bindings), tuple(notes))


def _bound(hazard: Hazard, switch: HazardSwitch, camera: CameraConfig) -> list[RuleBinding]:
    rule, ground = narrowed(hazard.rule, switch), ground_of(camera)
    places = _places(hazard, switch, camera)
    if isinstance(rule, Simultaneous):
        together = tuple(place for place in places if place is not None)
        return [RuleBinding(hazard.id, rule, together[0], together, ground)]
    return [RuleBinding(hazard.id, rule, place, ground=ground) for place in places]


def _about(hazard: Hazard, bound: Sequence[RuleBinding]) -> Iterator[str]:
    """Yield what an operator should know of a hazard that is on."""
    if [one.zone for one in bound] == [None] and hazard.rule.zone is not ZoneNeed.NONE:
        yield f"{hazard.id} works on the whole picture: no zone is drawn for it"
    if measures(hazard) and all(one.ground is None for one in bound):
        yield (
            f"{hazard.id} takes bodies of {BODY_M:g} m for its measure: "
            "the camera has no calibration, and what cannot be told surely raises nothing"
        )


def _untaught(bound: Sequence[RuleBinding], untaught: Mapping[ZoneId, str]) -> Iterator[str]:
    """Yield why a hazard stays off in zones whose state cannot be compared."""
    for one in bound:
        if one.zone_id is not None and one.zone_id in untaught:
            yield f"{one.hazard} stays off in zone {one.zone_id}: {untaught[one.zone_id]}"


def drawn(camera: CameraConfig) -> tuple[Zone, ...]:
    """Return the zones of a camera as the core knows them."""
    return tuple(_zone(zone) for zone in camera.zones)


def _why_off(hazard: Hazard, camera: CameraConfig, labels: frozenset[str]) -> str | None:
    unseen = classes_needed(hazard.rule) - labels
    if hazard.maturity is Maturity.DRAFT:
        return "it is a draft of the catalogue"
    if unseen:
        return f"no model that runs sees {', '.join(sorted(unseen))}"
    if needs_metres(hazard) and not camera.calibration:
        return "it measures in metres, and the camera has no calibration"
    if out_of_sight := unwatched_states(hazard.rule, camera):
        return f"{', '.join(out_of_sight)} is unwatched at this camera"
    listed = any(switch.id == hazard.id for switch in camera.hazards)
    return None if listed else _why_not_by_itself(hazard, camera)


def _why_not_by_itself(hazard: Hazard, camera: CameraConfig) -> str | None:
    rule = hazard.rule
    if "schedule" in hazard.needs:
        return "it is on by the clock only, and no hours are set for it"
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
    return Zone(zone.id, zone.points, zone.arrow)


def severities(catalogue: Catalogue) -> dict[HazardCode, int]:
    """Return the severity of every hazard."""
    return {hazard.id: hazard.severity for hazard in catalogue.hazards.values()}
