"""What a catalogue holds, in figures."""

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum

from hazard_library.catalogue.hazard import TOLD_TO_EDGE, Category, Hazard, Maturity
from hazard_library.catalogue.load import Catalogue
from hazard_library.catalogue.rules import (
    CameraCondition,
    Missing,
    RegionRule,
    classes_needed,
)

_CATEGORIES = {
    Category.EQUIPMENT: "设备",
    Category.PROCESS: "工艺",
    Category.DEVICE: "装置",
    Category.BEHAVIOUR: "行为",
    Category.ENVIRONMENT: "环境",
    Category.MANAGEMENT: "管理",
    Category.CAMERA: "摄像机状态",
}
_MATURITIES = {Maturity.DRAFT: "草稿", Maturity.TRIAL: "试用", Maturity.FIELD: "现场"}


def trial_pairs(catalogue: Catalogue) -> frozenset[tuple[str, str]]:
    """Return the distinct pairs of rule kind and class among what may be switched on.

    Hazards of several sectors with one rule and class count once, and so do all camera states.
    """
    ready = (h for h in catalogue.hazards.values() if h.maturity is not Maturity.DRAFT)
    return frozenset(_pair(hazard) for hazard in ready)


def summary(catalogue: Catalogue) -> Iterator[str]:
    """Yield what a reader wants to know about a consistent catalogue, line by line."""
    hazards = catalogue.hazards.values()
    legal = catalogue.legal.values()
    yield f"{len(hazards)} hazards 隐患 and {len(legal)} legal bases 法律依据 are consistent"
    yield f"  maturity 成熟度: {_counted((h.maturity for h in hazards), _MATURITIES)}"
    yield f"  category 类别: {_counted((h.category for h in hazards), _CATEGORIES)}"
    pairs = sorted("/".join(pair) for pair in trial_pairs(catalogue))
    yield f"  {len(pairs)} pairs of rule and class may be switched on: {', '.join(pairs)}"
    yield from _waiting([h for h in hazards if h.maturity is Maturity.DRAFT], catalogue)
    unreviewed = sum(hazard.review_status != "REVIEWED" for hazard in hazards)
    doubted = sum(basis.doubt is not None for basis in legal)
    unread = len(catalogue.unreviewed)
    yield f"  UNREVIEWED 未经法制审核: {unreviewed} hazards, {unread} legal bases"
    yield f"  {doubted} legal bases carry a doubt for the lawyer"


def _waiting(drafts: list[Hazard], catalogue: Catalogue) -> Iterator[str]:
    """Yield what drafts wait for, with how many wait for it."""
    inputs = Counter(
        name.replace("_", " ") for h in drafts for name in h.needs if name not in TOLD_TO_EDGE
    )
    classes = Counter(
        name
        for hazard in drafts
        for name in classes_needed(hazard.rule)
        if catalogue.labels[name].is_planned
    )
    for what, waited in (("inputs", inputs), ("classes", classes)):
        if waited:
            listed = sorted(waited.items(), key=lambda item: (-item[1], item[0]))
            names = ", ".join(f"{name} {count}" for name, count in listed)
            yield f"  drafts wait for {what}: {names}"
    for hazard in drafts:
        if hazard.waits_for is not None:
            yield f"  {hazard.id} waits: {hazard.waits_for.en}"


def _pair(hazard: Hazard) -> tuple[str, str]:
    rule = hazard.rule
    if isinstance(rule, CameraCondition):
        return rule.kind, "camera"
    if isinstance(rule, Missing):
        return rule.kind, rule.absent_as
    if isinstance(rule, RegionRule):
        return rule.kind, "taught zone"
    return rule.kind, str(getattr(rule, "subject", ""))


def _counted(found: Iterable[StrEnum], names: dict[Category, str] | dict[Maturity, str]) -> str:
    counts = Counter(found)
    return ", ".join(f"{counts[one]} {one} {name}" for one, name in names.items() if counts[one])
