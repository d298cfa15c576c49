"""What is looked for at one camera, and which of the site's models look for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from edge.config import CameraConfig
from edge.core.labels import PERSON
from edge.core.rules.binding import RuleBinding
from edge.core.schedule import Schedule
from edge.inference.routing import Part, share_out
from edge.inference.site_models import SiteModels
from edge.runtime.bindings import switch_on
from hazard_library.catalogue.load import Catalogue
from hazard_library.catalogue.rules import Missing, classes_needed
from hazard_library.contract.ids import ZoneId

_NOBODY_SEES_PEOPLE = (
    "no model of the site sees people: heads cannot be found, so shown pictures are coarse all "
    "over; list a model that sees person"
)


@dataclass(frozen=True, slots=True)
class CameraPlan:
    """The rules of one camera, who looks, and sentences about what stays off.

    parts: the models that run, with the labels each answers for. for_people: who is asked for the
    people in a picture that is shown or told of, at a camera whose own models see none; None there
    if no model of the site sees people, and None where the camera's own models do. exclusive:
    label → the labels that one and the same thing cannot have as well. is_of_states: nothing but
    the camera's own state is asked for, so that nobody has to look.
    """

    bindings: tuple[RuleBinding, ...]
    parts: tuple[Part, ...]
    for_people: Part | None
    notes: tuple[str, ...]
    exclusive: Mapping[str, frozenset[str]] = field(default_factory=dict)
    is_of_states: bool = False

    @property
    def sees_people(self) -> bool:
        """Whether the models that run see people anyway."""
        return any(PERSON in part.labels for part in self.parts)

    @property
    def everyone_asked(self) -> tuple[Part, ...]:
        """Who must be loaded for this camera."""
        return self.parts if self.for_people is None else (*self.parts, self.for_people)

    @property
    def why_empty(self) -> str | None:
        """Say why nobody runs; None where that is as it shall be: only its state is watched."""
        if self.is_of_states:
            return None
        first = self.notes[0] if self.notes else "no hazard is switched on"
        more = f" (and {len(self.notes) - 1} more)" if len(self.notes) > 1 else ""
        return f"nothing is looked for: {first}{more}; patrol edge check tells all"

    def thresholds(self, models: SiteModels) -> Mapping[str, float]:
        """Return the score from which a box counts, each label's as its own model's card says."""
        return {
            label: models.package(part.model).card.thresholds[label]
            for part in self.parts
            for label in part.labels
        }


def plan(
    camera: CameraConfig,
    catalogue: Catalogue,
    models: SiteModels,
    schedules: Mapping[str, Schedule] | None = None,
    untaught: Mapping[ZoneId, str] | None = None,
) -> CameraPlan:
    """Plan a camera whose configuration was checked.

    schedules: the site's, by name. untaught: the zones whose state cannot be compared, and why.
    """
    on = switch_on(camera, catalogue, models.labels, models.refused, schedules, untaught)
    needed = frozenset[str]().union(*(classes_needed(binding.rule) for binding in on.bindings))
    parts = share_out(needed, models.offers)
    sees_people = any(PERSON in part.labels for part in parts)
    others = () if sees_people or not on.bindings else share_out(frozenset({PERSON}), models.offers)
    notes = on.notes
    if on.bindings and not sees_people and not others:
        notes += (_NOBODY_SEES_PEOPLE,)
    helper = others[0] if others else None
    return CameraPlan(
        bindings=on.bindings,
        parts=parts,
        for_people=helper,
        notes=notes,
        exclusive=_exclusive(catalogue),
        is_of_states=not camera.all_with_model and not _asks_for_classes(camera, catalogue),
    )


def _asks_for_classes(camera: CameraConfig, catalogue: Catalogue) -> bool:
    rules = (catalogue.hazards[switch.id].rule for switch in camera.hazards)
    return any(classes_needed(rule) for rule in rules)


def _exclusive(catalogue: Catalogue) -> Mapping[str, frozenset[str]]:
    """Say what one thing cannot be as well. What is worn or lacking the rule `missing` weighs."""
    rules = [hazard.rule for hazard in catalogue.hazards.values()]
    worn = [(rule.needs, rule.absent_as) for rule in rules if isinstance(rule, Missing)]
    parts = {label for pair in worn for label in pair}
    return {
        label.id: frozenset(label.excludes)
        for label in catalogue.labels.values()
        if label.excludes and label.id not in parts
    }
