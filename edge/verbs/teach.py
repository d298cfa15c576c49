"""`patrol edge teach`: what a drawn region looks like when all is well."""

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

import cv2
import numpy as np

from edge.app import Box, open_box
from edge.config import CameraConfig, ZoneConfig
from edge.core.tracking import TrackingSettings
from edge.errors import ConfigError, EdgeError
from edge.fleet.system_clock import SystemClock
from edge.inference.panel import Panel
from edge.inference.routing import share_out
from edge.inference.site_models import load_backends
from edge.inference.taught_states import state_folder, state_network
from edge.inference.teaching import (
    LEAST_PICTURES,
    MOST_PICTURES,
    Lesson,
    PeopleFinder,
    Picture,
    spread_out,
    teach,
    why_unusable,
)
from edge.ports import Pixels
from edge.verbs.teach_pictures import pictures_from, pictures_live
from edge.verbs.teach_words import said_of
from edge.verbs.zone_picture import drawn_over
from hazard_library.catalogue.load import load_catalogue
from hazard_library.catalogue.region_rules import PASSES_BY
from hazard_library.catalogue.rules import RegionRule
from hazard_library.errors import RegistryError
from hazard_library.registry.features import FeatureCard
from hazard_library.registry.region_pictures import cut_region
from hazard_library.registry.taught_state import (
    SHEET,
    NetworkUsed,
    ReferencePicture,
    TaughtPackage,
    TaughtState,
    load_taught,
    png_of,
    sha256_of,
    write_taught,
)

_TILE_PX = 180
State = Literal["normal", "abnormal"]


@dataclass(frozen=True, slots=True)
class TeachOptions:
    """Whom to teach what from which pictures.

    source: a folder of pictures, a picture or a film; None: the camera itself, over `over_s`.
    adds: keep the normal pictures that were taught before, such as those of another light.
    by: who teaches; the account if None.
    """

    config: Path
    camera: str
    region: str
    source: Path | None
    abnormal: Path | None
    count: int
    over_s: float
    adds: bool
    by: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of the region, and when it was taken."""

    region: Pixels
    picture: Picture


@dataclass(frozen=True, slots=True)
class Material:
    """What was taught and what came of it."""

    normal: Sequence[Shown]
    abnormal: Sequence[Shown]
    lesson: Lesson


class Place(NamedTuple):
    """Where it was taught."""

    box: Box
    camera: CameraConfig
    zone: ZoneConfig


def teach_region(options: TeachOptions) -> int:
    """Teach a region, write its state and say what came of it; 1: it is not fit to be watched.

    Raises:
        EdgeError: the configuration, camera, region or pictures cannot be used.
        RegistryError: the feature network cannot be used.
    """
    cv2.setNumThreads(1)
    box = open_box(options.config, load_catalogue(), is_enrolled=False)
    camera, zone = _place(box, options)
    people, clock = _people_finder(box), SystemClock()
    given = (
        pictures_live(box, camera, options.count, options.over_s, clock)
        if options.source is None
        else pictures_from(options.source, clock)
    )
    normal = _usable(given, zone, people, options.count, LEAST_PICTURES)
    abnormal: tuple[Picture, ...] = ()
    if options.abnormal is not None:
        abnormal = _usable(pictures_from(options.abnormal, clock), zone, people, MOST_PICTURES, 1)
    package, network = state_network(box.site)
    folder = state_folder(box.site, camera, zone)
    shown = [Shown(cut_region(one.pixels, zone.points), one) for one in normal]
    before = _kept(folder, zone, shown[0].region) if options.adds else ()
    wrong = [Shown(cut_region(one.pixels, zone.points), one) for one in abnormal]
    everything = [*before, *shown][-MOST_PICTURES:]
    lesson = teach(
        network, [one.region for one in everything], [one.region for one in wrong], zone.points
    )
    material = Material(everything, wrong, lesson)
    site = Place(box, camera, zone)
    written = _write(folder, site, material, package.card, options.by, clock.now().utc)
    print(said_of(written, lesson))
    return 1 if lesson.verdict == "unfit" else 0


def _place(box: Box, options: TeachOptions) -> tuple[CameraConfig, ZoneConfig]:
    file = box.site.files[0]
    camera = next((one for one in box.site.cameras if one.id == options.camera), None)
    if camera is None:
        known = ", ".join(one.id for one in box.site.cameras)
        raise ConfigError(f"{file}: has no camera {options.camera!r}; its cameras are: {known}")
    areas = [zone for zone in camera.zones if len(zone.points) > 2]  # noqa: PLR2004 - 2 are a line
    zone = next((one for one in areas if one.id == options.region), None)
    if zone is None:
        known = ", ".join(one.id for one in areas) or "none"
        raise ConfigError(
            f"{file}: camera {camera.id} has no area {options.region!r} under zones ({known}); "
            "draw it there first, patrol edge check --pictures shows where"
        )
    return camera, zone


def _people_finder(box: Box) -> PeopleFinder:
    parts = share_out(PASSES_BY, box.models.offers)
    if not parts:
        raise ConfigError(
            f"{box.site.files[0]}: models: none sees people, so nobody could tell a covered region "
            "from an abnormal one; list a model that sees person"
        )
    packages = [box.models.package(part.model) for part in parts]
    backends = load_backends(packages, TrackingSettings().low, box.layout)
    least = min(packages[0].card.thresholds[label] for label in PASSES_BY)
    return PeopleFinder(Panel.of(parts, backends).detect, least)


def _usable(
    given: Sequence[Picture], zone: ZoneConfig, people: PeopleFinder, count: int, least: int
) -> tuple[Picture, ...]:
    """Choose pictures that may teach; say of each other why it may not.

    Raises:
        ConfigError: too few are left.
    """
    # Not more than needed are looked at: each costs a run of the detector.
    candidates = spread_out(given, max(3 * count, least))
    good: list[Picture] = []
    for one in candidates:
        why = why_unusable(one, zone.points, people)
        if why is None:
            good.append(one)
        else:
            print(f"{one.name}: 不采用 not used: {why}")
    if len(good) < least:
        raise ConfigError(
            f"{zone.id}: {len(good)} usable pictures of {len(candidates)}, at least {least} are "
            "needed; take them when nobody stands before the region, some minutes apart"
        )
    return spread_out(good, count)


def _kept(folder: Path, zone: ZoneConfig, like: Pixels) -> tuple[Shown, ...]:
    """Return the normal pictures taught before; they must show the same region.

    Raises:
        RegistryError: there are none, or they are of another region or size.
    """
    before = load_taught(folder)
    pictures = [
        Shown(region, Picture(one.file, region, one.taken_at))
        for one, region in zip(before.state.of("normal"), before.pixels("normal"), strict=True)
    ]
    if before.state.region != zone.points or pictures[0].region.shape != like.shape:
        raise RegistryError(
            f"{folder}: was taught for another region or size of picture; leave out --add"
        )
    return tuple(pictures)


def _write(
    folder: Path,
    site: Place,
    material: Material,
    card: FeatureCard,
    by: str | None,
    at: datetime,
) -> TaughtPackage:
    box, camera, zone = site
    rows, files = _references(material)
    newest = material.normal[-1].picture.pixels
    shown = (*material.normal, *material.abnormal)
    files[SHEET] = _sheet(newest, camera, zone, shown)
    taught = TaughtState(
        name=zone.taught or zone.id,
        camera=camera.id,
        region=zone.points,
        width=newest.shape[1],
        height=newest.shape[0],
        hazards=_hazards(box, camera, zone),
        network=NetworkUsed(name=card.name, version=card.version, sha256=card.sha256),
        threshold=round(material.lesson.threshold, 4),
        spreads=tuple(round(one, 6) for one in material.lesson.spreads),
        taught_by=by or getpass.getuser(),
        taught_at=at,
        pictures=rows,
    )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        return write_taught(folder, taught, files)
    except OSError as fault:
        raise EdgeError(f"{folder}: cannot be written ({fault.strerror}); mend stores") from fault


def _references(material: Material) -> tuple[tuple[ReferencePicture, ...], dict[str, bytes]]:
    """Return the rows of the card and the files they name."""
    files: dict[str, bytes] = {}
    rows: list[ReferencePicture] = []
    parts: tuple[tuple[State, Sequence[Shown], Sequence[float]], ...] = (
        ("normal", material.normal, material.lesson.own),
        ("abnormal", material.abnormal, material.lesson.abnormal),
    )
    for state, pictures, scores in parts:
        for number, (one, score) in enumerate(zip(pictures, scores, strict=True), 1):
            name, data = f"{state}-{number:02d}.png", png_of(one.region)
            files[name] = data
            rows.append(
                ReferencePicture(
                    file=name,
                    sha256=sha256_of(data),
                    state=state,
                    taken_at=one.picture.at,
                    score=round(score, 3),
                )
            )
    return tuple(rows), files


def _hazards(box: Box, camera: CameraConfig, zone: ZoneConfig) -> tuple[str, ...]:
    return tuple(
        switch.id
        for switch in camera.hazards
        if zone.id in switch.zones and isinstance(box.catalogue.hazards[switch.id].rule, RegionRule)
    )


def _sheet(newest: Pixels, camera: CameraConfig, zone: ZoneConfig, shown: Sequence[Shown]) -> bytes:
    """Draw what was taught: the whole picture with the region, and every picture of the region."""
    alone = camera.model_copy(update={"zones": (zone,)})
    whole = drawn_over(newest, alone, f"{camera.id}  {zone.id}")
    tiles = [_tile(one.region) for one in shown]
    across = max(1, whole.shape[1] // _TILE_PX)
    rows = []
    for begin in range(0, len(tiles), across):
        row = np.hstack(tiles[begin : begin + across])
        rest = max(0, whole.shape[1] - row.shape[1])
        rows.append(np.pad(row, ((0, 0), (0, rest), (0, 0)))[:, : whole.shape[1]])
    _, packed = cv2.imencode(".jpg", np.vstack([whole, *rows]), [cv2.IMWRITE_JPEG_QUALITY, 90])
    return packed.tobytes()


def _tile(region: Pixels) -> Pixels:
    height, width = region.shape[:2]
    scale = (_TILE_PX - 8) / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    tile = np.zeros((_TILE_PX, _TILE_PX, 3), np.uint8)
    tile[4 : 4 + size[1], 4 : 4 + size[0]] = cv2.resize(region[..., ::-1], size)
    return tile
