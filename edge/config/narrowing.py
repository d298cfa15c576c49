"""What a site may change of a rule: it may ask for more, never for less than the catalogue."""

from collections.abc import Iterator

from edge.config.camera import HazardSwitch
from hazard_library.catalogue.hazard import Hazard
from hazard_library.catalogue.marked_yaml import Where
from hazard_library.catalogue.rules import Absence, Count, Direction, Proximity, Rule, Speed


def narrowed(rule: Rule, switch: HazardSwitch) -> Rule:
    """Return the rule as a site wants it; what it wants was checked before."""
    wanted = {
        "lasting": switch.lasting,
        "min_score": switch.min_score,
        "maximum": switch.maximum,
        "distance_m": switch.distance_m,
        "within_m": switch.within_m,
        "limit_m_s": switch.limit_m_s,
    }
    changes = {name: value for name, value in wanted.items() if value is not None}
    return rule.model_copy(update=changes) if changes else rule


def not_narrower(switch: HazardSwitch, hazard: Hazard) -> Iterator[tuple[Where, str]]:
    """Yield what would widen the rule, or means nothing to it."""
    rule = hazard.rule
    if switch.lasting is not None and switch.lasting < rule.lasting:
        shortest = rule.lasting.total_seconds()
        yield (
            ("for",),
            f"shorter than the catalogue's {shortest:g}s; a site may only ask for longer",
        )
    if switch.min_score is not None and switch.min_score < rule.min_score:
        yield ("min_score",), f"lower than the catalogue's {rule.min_score:g}; write that or more"
    if switch.maximum is not None and not (isinstance(rule, Count) and rule.maximum is not None):
        yield ("maximum",), f"{hazard.id} counts up to nothing; remove it"
    yield from _distance(switch, hazard)
    yield from _company_and_speed(switch, hazard)


def _distance(switch: HazardSwitch, hazard: Hazard) -> Iterator[tuple[Where, str]]:
    wanted, rule = switch.distance_m, hazard.rule
    if wanted is None:
        return
    match rule:
        case Proximity() if wanted > rule.distance_m:
            text = f"farther than the catalogue's {rule.distance_m:g} m; write that or less"
            yield ("distance_m",), text
        case Direction() if wanted < rule.distance_m:
            text = f"shorter than the catalogue's {rule.distance_m:g} m; write that or more"
            yield ("distance_m",), text
        case Proximity() | Direction():
            return
        case _:
            yield ("distance_m",), f"{hazard.id} measures no distance; remove it"


def _company_and_speed(switch: HazardSwitch, hazard: Hazard) -> Iterator[tuple[Where, str]]:
    rule = hazard.rule
    within = rule.within_m if isinstance(rule, Absence) else None
    if switch.within_m is not None and within is None:
        yield ("within_m",), f"{hazard.id} asks for nobody within a distance; remove it"
    elif switch.within_m is not None and within is not None and switch.within_m < within:
        yield ("within_m",), f"nearer than the catalogue's {within:g} m; write that or more"
    limit = rule.limit_m_s if isinstance(rule, Speed) else None
    if switch.limit_m_s is not None and limit is None:
        yield ("limit_m_s",), f"{hazard.id} measures no speed; remove it"
    elif switch.limit_m_s is not None and limit is not None and switch.limit_m_s < limit:
        yield ("limit_m_s",), f"lower than the catalogue's {limit:g} m/s; write that or more"
