"""The models a site lists: those that may run, and those that were refused, with the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.errors import ConfigError, ModelRejected
from edge.inference.detector import Detector
from edge.inference.layout import Layout
from edge.inference.letterbox import Letterbox
from edge.inference.loading import in_precision, may_be_fitted, runner_of
from edge.inference.panel import Panel
from edge.inference.routing import Offer, answering
from edge.inference.self_test import prove
from hazard_library.errors import PackageNotFound, RegistryError
from hazard_library.registry.card import ModelInput
from hazard_library.registry.package import (
    CARD,
    ModelPackage,
    find_folder,
    open_trusted,
    read_card,
)


@dataclass(frozen=True, slots=True)
class RefusedModel:
    """A listed model that must not run.

    labels: what its card says it sees; None when the card itself cannot be read.
    """

    name: str
    reason: str
    labels: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class SiteModels:
    """Both kinds in the site's order; at least one package."""

    packages: tuple[ModelPackage, ...]
    refused: tuple[RefusedModel, ...] = ()

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Who may run, and what each sees."""
        cards = [package.card for package in self.packages]
        return tuple(Offer(card.name, frozenset(card.labels)) for card in cards)

    @property
    def labels(self) -> frozenset[str]:
        """What those that may run see together."""
        return frozenset().union(*(offer.labels for offer in self.offers))

    @property
    def listed_labels(self) -> frozenset[str] | None:
        """What the listed models would see if none were refused; None: one of them is unknown."""
        labels = self.labels
        for one in self.refused:
            if one.labels is None:
                return None
            labels |= one.labels
        return labels

    @property
    def thresholds(self) -> Mapping[str, float]:
        """Return the score from which each label counts when all look: of the first that has it."""
        found: dict[str, float] = {}
        for package in self.packages:
            found = {**package.card.thresholds, **found}
        return found

    def package(self, name: str) -> ModelPackage:
        """Return the package of a model that may run."""
        return next(package for package in self.packages if package.card.name == name)


def open_models(
    names: Sequence[str], root: Path | None = None, layout: Layout | None = None
) -> SiteModels:
    """Find, verify and prove every listed model; one that fails leaves the others alone.

    layout: what they shall run on; each proves itself there.

    Raises:
        PackageNotFound, ConfigError: a name is none, or names a model that was listed before.
        ModelRejected: every one was refused.
    """
    folders = [find_folder(name, root) for name in names]
    packages: list[ModelPackage] = []
    refused: list[RefusedModel] = []
    for name, folder in zip(names, folders, strict=True):
        opened = _opened(name, folder, layout or Layout())
        if isinstance(opened, RefusedModel):
            refused.append(opened)
            continue
        if any(other.card.name == opened.card.name for other in packages):
            raise ConfigError(f"{opened.card.name} is listed twice; remove one of them")
        packages.append(opened)
    if not packages:
        raise ModelRejected("\n".join(one.reason for one in refused))
    return SiteModels(tuple(packages), tuple(refused))


def load_backends(
    packages: Sequence[ModelPackage], min_score: float | None = None, layout: Layout | None = None
) -> Mapping[str, Detector]:
    """Load packages, by model name. Those of one input size share its letterbox.

    Raises:
        ModelRejected: the runtime cannot load one, or it is not what its card says.
    """
    layout = layout or Layout()
    letterboxes: dict[tuple[ModelInput, bool], Letterbox] = {}
    backends: dict[str, Detector] = {}
    for package in packages:
        # The tensor's name says nothing about how a picture is fitted in.
        size = package.card.input.model_copy(update={"name": ""})
        runner = runner_of(package, layout)
        is_fitted = layout.is_fitted and may_be_fitted(package, runner)
        letterbox = letterboxes.setdefault((size, is_fitted), Letterbox(size, is_fitted=is_fitted))
        backends[package.card.name] = Detector(package, runner, min_score, letterbox)
    return backends


def open_panel(
    names: Sequence[str], root: Path | None = None, min_score: float | None = None
) -> Panel:
    """Open all of these models and let them look together, for what looks without hazards.

    Raises:
        ModelRejected: one is not there, is not the one on its card, or cannot be loaded.
    """
    return panel_of(find_packages(names, root), min_score)


def find_packages(names: Sequence[str], root: Path | None = None) -> tuple[ModelPackage, ...]:
    """Find and verify models all of which are wanted.

    Raises:
        ModelRejected: one is not there, is not the one on its card, or is named twice.
    """
    try:
        packages = tuple(open_trusted(name, find_folder(name, root)) for name in names)
    except RegistryError as fault:
        raise ModelRejected(str(fault)) from fault
    known = [package.card.name for package in packages]
    twice = next((name for name in known if known.count(name) > 1), None)
    if twice is not None:
        raise ModelRejected(f"{twice} is named twice; name it once")
    return packages


def panel_of(
    packages: Sequence[ModelPackage],
    min_score: float | None = None,
    layout: Layout | None = None,
) -> Panel:
    """Load models and let all of them look, each label answered by the first that has it.

    Raises:
        ModelRejected: the runtime cannot load one, or it is not what its card says.
    """
    parts = answering(SiteModels(tuple(packages)).offers)
    return Panel.of(parts, load_backends(packages, min_score, layout))


def _opened(name: str, folder: Path, layout: Layout) -> ModelPackage | RefusedModel:
    try:
        package = in_precision(open_trusted(name, folder), layout.precision)
        prove(package, runner_of(package, layout))
    except (RegistryError, ModelRejected) as fault:
        labels = _labels_of(folder)
        if isinstance(fault, PackageNotFound) and labels is not None:
            # The package is there and has no such variant: the list is wrong, not the model.
            raise
        return RefusedModel(name, str(fault), labels)
    return package


def _labels_of(folder: Path) -> frozenset[str] | None:
    try:
        return frozenset(read_card(folder / CARD).labels)
    except RegistryError:
        return None
