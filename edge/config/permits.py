"""Work permits 作业票 of a site: a small file of its own, which may change every day.

A permit excuses just the hazards that it lists, at its cameras and within its times, and only those
that the catalogue says its kind excuses. The most serious ones (severity 4) are excused only in
drawn zones that the permit names: what burns elsewhere in the picture is raised.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from edge.config.camera import CameraConfig, ZoneName
from edge.config.hours import aware
from edge.config.load import Site
from edge.config.setting import Setting
from edge.core.permits import Permit
from edge.core.scene import Zone
from edge.errors import ConfigError
from hazard_library.catalogue import marked_yaml
from hazard_library.catalogue.hazard import GRAVEST, HazardCode, PermitKind
from hazard_library.catalogue.load import Catalogue
from hazard_library.catalogue.marked_yaml import MarkedYaml, Mistake, Where
from hazard_library.contract.ids import CameraId
from hazard_library.contract.message import CameraName

#: GB 30871-2022, 5.1.5 and 6.10: a permit for second-grade hot work holds for 72 h at most, one for
#: a confined space for 24 h. A permit that is longer was mistyped, or is none.
_LONGEST = {
    PermitKind.HOT_WORK: timedelta(hours=72),
    PermitKind.CONFINED_SPACE: timedelta(hours=24),
}
_CHINESE = {
    "动火": PermitKind.HOT_WORK,
    "有限空间": PermitKind.CONFINED_SPACE,
    "受限空间": PermitKind.CONFINED_SPACE,
    "高处": PermitKind.WORK_AT_HEIGHT,
    "吊装": PermitKind.LIFTING,
    "临时用电": PermitKind.TEMPORARY_POWER,
    "动土": PermitKind.EXCAVATION,
    "断路": PermitKind.ROAD_CLOSURE,
    "盲板抽堵": PermitKind.BLIND_PLATE,
    "检维修": PermitKind.MAINTENANCE,
}


def _kind(value: object) -> object:
    return _CHINESE.get(value, value) if isinstance(value, str) else value


class PermitConfig(Setting):
    """One permit as it stands in the file."""

    id: str = Field(min_length=1, max_length=64, description="Its number 作业票编号")
    kind: Annotated[PermitKind, BeforeValidator(_kind)] = Field(
        description="hot_work, confined_space … or in Chinese: 动火、有限空间 …"
    )
    cameras: tuple[CameraName, ...] = Field(min_length=1, description="Where the work is seen")
    zones: tuple[ZoneName, ...] = Field(
        default=(), description="Drawn zones in which it holds; none: all that these cameras see"
    )
    hazards: tuple[HazardCode, ...] = Field(min_length=1, description="What it excuses")
    begins: datetime = Field(alias="from", description="By the site's clock if no zone is written")
    ends: datetime = Field(alias="to")
    note: str = ""


class PermitFile(Setting):
    """`permits.yaml`."""

    permits: tuple[PermitConfig, ...] = Field(default=(), max_length=200)


@dataclass(frozen=True, slots=True)
class SitePermits:
    """All permits of a site, and what each camera knows of them."""

    listed: tuple[PermitConfig, ...] = ()
    by_camera: Mapping[CameraId, tuple[Permit, ...]] = field(default_factory=dict)


def permits_file(site: Site) -> Path:
    """Return where the permits of a site stand, if there are any."""
    return site.path(site.config.permits)


def load_permits(site: Site, catalogue: Catalogue) -> SitePermits:
    """Read the permits of a site whose configuration was checked; no file means no permits.

    Raises:
        ConfigError: one line for every mistake, each with file, line, field and remedy.
    """
    file = permits_file(site)
    try:
        if not file.exists():
            return SitePermits()
    except OSError as fault:
        raise ConfigError(f"{file}: cannot be read ({fault.strerror}); mend its rights") from fault
    document = marked_yaml.read(file)
    if isinstance(document, Mistake):
        raise ConfigError(str(document))
    if document.data is None:
        return SitePermits()
    found = marked_yaml.validate(PermitFile, document)
    if isinstance(found, list):
        raise ConfigError("\n".join(str(mistake) for mistake in found))
    mistakes = sorted(set(_mistakes(found, document, site, catalogue)))
    if mistakes:
        raise ConfigError("\n".join(str(mistake) for mistake in mistakes))
    zone = ZoneInfo(site.config.time_zone)
    by_camera = {
        camera.id: tuple(
            _known(one, camera, zone) for one in found.permits if camera.id in one.cameras
        )
        for camera in site.cameras
    }
    return SitePermits(found.permits, by_camera)


def _known(permit: PermitConfig, camera: CameraConfig, zone: tzinfo) -> Permit:
    drawn = tuple(Zone(one.id, one.points) for one in camera.zones if one.id in permit.zones)
    return Permit(
        permit.id,
        frozenset(permit.hazards),
        aware(permit.begins, zone),
        aware(permit.ends, zone),
        drawn,
    )


def _mistakes(
    file: PermitFile, document: MarkedYaml, site: Site, catalogue: Catalogue
) -> Iterator[Mistake]:
    ids: set[str] = set()
    zone = ZoneInfo(site.config.time_zone)
    for position, permit in enumerate(file.permits):
        where: Where = ("permits", position)
        if permit.id in ids:
            text = f"permit {permit.id!r} stands here twice; remove one"
            yield document.mistake((*where, "id"), text)
        ids.add(permit.id)
        told = (*_times(permit, zone), *_places(permit, site), *_excuses(permit, catalogue))
        yield from (document.mistake((*where, *at), text) for at, text in told)


def _times(permit: PermitConfig, zone: tzinfo) -> Iterator[tuple[Where, str]]:
    lasts = aware(permit.ends, zone) - aware(permit.begins, zone)
    longest = _LONGEST.get(permit.kind)
    if lasts <= timedelta(0):
        yield ("to",), "it ends before it begins; mend from or to"
    elif longest is not None and lasts > longest:
        hours = longest.total_seconds() / 3600
        text = f"a permit for {permit.kind} holds for {hours:g} h at most; shorten it"
        yield ("to",), text


def _places(permit: PermitConfig, site: Site) -> Iterator[tuple[Where, str]]:
    cameras = {camera.id: camera for camera in site.cameras}
    for position, name in enumerate(permit.cameras):
        if name not in cameras:
            text = f"the site has no camera {name}; it has {', '.join(sorted(cameras))}"
            yield ("cameras", position), text
    known = [cameras[name] for name in permit.cameras if name in cameras]
    for position, zone in enumerate(permit.zones):
        lacking = [camera.id for camera in known if camera.zone(zone) is None]
        if lacking:
            text = f"camera {', '.join(lacking)} has no zone {zone!r}; draw it there, or mend this"
            yield ("zones", position), text


def _excuses(permit: PermitConfig, catalogue: Catalogue) -> Iterator[tuple[Where, str]]:
    for position, code in enumerate(permit.hazards):
        where: Where = ("hazards", position)
        hazard = catalogue.hazards.get(code)
        if hazard is None:
            yield where, f"the catalogue has no hazard {code}; mend the id"
        elif permit.kind not in hazard.excused_by:
            kinds = ", ".join(hazard.excused_by) or "no permit"
            yield where, f"{permit.kind} does not excuse {code}, {kinds} does; remove it"
        elif hazard.severity == GRAVEST and not permit.zones:
            text = f"{code} is excused only in drawn zones; name them under zones, or remove it"
            yield where, text
