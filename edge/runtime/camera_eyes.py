"""One camera's plan with its models loaded: who looks, and who is named for what was found."""

from collections.abc import Mapping
from dataclasses import dataclass

from edge.config import CameraConfig
from edge.core.labels import PERSON
from edge.core.tracking import TrackingSettings
from edge.inference.panel import Panel, TensorBackend
from edge.inference.region_watch import NO_REGIONS, CameraRegions, RegionWatch
from edge.inference.site_models import SiteModels
from edge.ports import Counters
from edge.runtime.bystanders import Bystanders
from edge.runtime.camera_plan import CameraPlan
from hazard_library.catalogue.rules import RegionRule, Rule, classes_needed
from hazard_library.contract.events import ModelUsed
from hazard_library.contract.ids import HazardId


@dataclass(frozen=True, slots=True)
class CameraEyes:
    """What looks at one camera's pictures.

    people: asked for the people in what is shown, where the panel does not look for them.
    least_person_score: from which somebody whom `people` found counts.
    regions: the taught regions that its rules compare.
    """

    camera: CameraConfig
    plan: CameraPlan
    panel: Panel
    people: Panel | None
    tracking: TrackingSettings
    least_person_score: float
    regions: CameraRegions = NO_REGIONS

    @property
    def models_by_hazard(self) -> Mapping[HazardId, tuple[ModelUsed, ...]]:
        """Return for every hazard the models that answer for the classes of its rule."""
        return {binding.hazard: self._models_behind(binding.rule) for binding in self.plan.bindings}

    def _models_behind(self, rule: Rule) -> tuple[ModelUsed, ...]:
        behind = self.panel.models_behind(classes_needed(rule))
        network = self.regions.model
        return (network, *behind) if network and isinstance(rule, RegionRule) else behind

    @property
    def knows_people(self) -> bool:
        """Whether the looks of its panel say where people are."""
        return self.plan.sees_people or not self.plan.bindings

    def bystanders(self, counters: Counters) -> Bystanders | None:
        """Return what adds people to what is told, where the panel does not look for them."""
        if self.people is None:
            return None
        return Bystanders(self.people.detect, self.least_person_score, counters)

    def region_watch(self, counters: Counters) -> RegionWatch | None:
        """Return what compares the taught regions; None where there are none."""
        return RegionWatch(self.regions, counters) if self.regions.regions else None


def open_eyes(
    camera: CameraConfig,
    plan: CameraPlan,
    models: SiteModels,
    backends: Mapping[str, TensorBackend],
    regions: CameraRegions = NO_REGIONS,
) -> CameraEyes:
    """Seat the models of a plan; `backends` holds all that the plan names."""
    helper = plan.for_people
    thresholds = {} if helper is None else models.package(helper.model).card.thresholds
    return CameraEyes(
        camera=camera,
        plan=plan,
        panel=Panel.of(plan.parts, backends, plan.why_empty),
        people=None if helper is None else Panel.of((helper,), backends),
        tracking=TrackingSettings(high_by_label=plan.thresholds(models), exclusive=plan.exclusive),
        least_person_score=thresholds.get(PERSON, 1.0),
        regions=regions,
    )
