"""A configuration with everything it names, opened and checked together."""

from dataclasses import dataclass
from pathlib import Path

from edge.config import CameraConfig, Sight, Site, load_site
from edge.config.hours import schedules_of
from edge.errors import ConfigError
from edge.inference import tuned
from edge.inference.layout import Layout, decide
from edge.inference.machine import look_around
from edge.inference.site_models import SiteModels, open_models
from edge.inference.taught_states import NOTHING_TAUGHT, TaughtStates, open_taught
from edge.runtime.camera_plan import CameraPlan, plan
from hazard_library.catalogue.load import Catalogue
from hazard_library.errors import PackageNotFound
from hazard_library.registry.package import newest_cards


@dataclass(frozen=True, slots=True)
class Box:
    """A configuration with everything it names: checked together, nothing started.

    layout: what its models run on, where they have proved themselves. taught: the states of
    equipment that its cameras compare.
    """

    site: Site
    catalogue: Catalogue
    models: SiteModels
    layout: Layout
    taught: TaughtStates = NOTHING_TAUGHT

    def plan(self, camera: CameraConfig) -> CameraPlan:
        """Return what is looked for at a camera and by which models, and notes about it."""
        config = self.site.config
        schedules = schedules_of(config.schedules, config.calendar, config.time_zone)
        untaught = self.taught.off_at(camera)
        return plan(camera, self.catalogue, self.models, schedules, untaught)


def open_box(
    file: Path,
    catalogue: Catalogue,
    folder: Path | None = None,
    *,
    is_enrolled: bool = True,
    running: Box | None = None,
) -> Box:
    """Read and check a configuration together with the models it lists.

    Args:
        file: `site.yaml`.
        catalogue: the hazards that may be switched on.
        folder: what relative paths count from, if not from the file's own folder.
        is_enrolled: False where the box's secrets need not be there.
        running: the box that goes on; if it lists the same models, these are not proven once more.

    Raises:
        ConfigError: it has mistakes, every one listed; or it lists a model that is not there.
        ModelRejected: none of its models can be used.
    """
    site = load_site(file, catalogue, folder=folder, is_enrolled=is_enrolled)
    given = site.config.models_folder
    root = None if given is None else site.path(given)
    # What was proven when the box started is not proven again while it runs.
    kept = running if running is not None and _looks_alike(running.site, site) else None
    layout = _layout(file, site) if kept is None else kept.layout
    try:
        models = open_models(site.config.models, root, layout) if kept is None else kept.models
    except (PackageNotFound, ConfigError) as fault:
        raise ConfigError(f"{file}: models: {fault}") from fault
    site = load_site(file, catalogue, _sight(models, root), folder, is_enrolled=is_enrolled)
    return Box(site, catalogue, models, layout, open_taught(site, catalogue))


def _layout(file: Path, site: Site) -> Layout:
    try:
        return decide(site.config.inference, tuned.read(site.stores), look_around())
    except ConfigError as fault:
        raise ConfigError(f"{file}: {fault}") from fault


def _looks_alike(one: Site, other: Site) -> bool:
    """Whether two configurations ask for the same models on the same runtime."""
    asked = [
        (site.folder, site.config.models_folder, site.config.models, site.config.inference)
        for site in (one, other)
    ]
    return asked[0] == asked[1]


def _sight(models: SiteModels, root: Path | None) -> Sight | None:
    """Return what the configuration may ask for; None when a listed model's card says nothing.

    What only a refused model sees is no mistake of the configuration: it stays off, with a note.
    """
    labels = models.listed_labels
    if labels is None:
        return None
    elsewhere: dict[str, tuple[str, ...]] = {}
    for card in newest_cards(root):
        for label in card.labels:
            elsewhere[label] = (*elsewhere.get(label, ()), card.name)
    return Sight(labels, elsewhere)
