"""What must hold in a configuration beyond the schema of its fields."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from edge.config import source_check
from edge.config.camera import (
    CameraConfig,
    HazardSwitch,
    SourceMode,
    ZoneConfig,
)
from edge.config.ground import ground_of, needs_metres
from edge.config.narrowing import not_narrower
from edge.config.sight import Sight, unwatched_states
from edge.config.site import LinkConfig, SiteConfig
from edge.disk.stores import CERTIFICATE
from edge.errors import ConfigError
from hazard_library.catalogue.hazard import Hazard, Maturity
from hazard_library.catalogue.load import Catalogue
from hazard_library.catalogue.marked_yaml import MarkedYaml, Mistake, Where
from hazard_library.catalogue.rules import (
    Crossing,
    Direction,
    Rule,
    Simultaneous,
    ZoneNeed,
    classes_needed,
    needs_drawing,
)
from hazard_library.contract.ids import CameraId, ZoneId

_MQTT_TLS = 8883
_MOST_NAMED = 8
#: A line has so many points; an area has more.
LINE_POINTS = 2


@dataclass(frozen=True, slots=True)
class Placed:
    """A camera, and where it stands."""

    camera: CameraConfig
    document: MarkedYaml
    root: Where

    def mistake(self, where: Where, text: str) -> Mistake:
        """Name a mistake at a place of this camera."""
        return self.document.mistake((*self.root, *where), text)


def with_remedy(mistake: Mistake, data: Mapping[str, object]) -> Mistake:
    """Say more about mistakes that have a known remedy. data: the fields of their document."""
    if mistake.field == "model":
        text = f"is now models: [{data.get('model')}], a list; write that instead"
        return replace(mistake, text=text)
    if mistake.field == "workers":
        text = f"stands under inference now; write inference: {{workers: {data.get('workers')}}}"
        return replace(mistake, text=text)
    if mistake.field == "models" and isinstance(data.get("models"), str):
        return replace(mistake, text=f"is a list; write models: [{data['models']}]")
    if mistake.field.endswith(("source.url", "http.url")):
        text = "is no web address, or holds a user: write https://host/path, the user in user"
        return replace(mistake, text=f"{text} and the password in password_file")
    if mistake.field.endswith(("source.password", "rtsp.password", "http.password")):
        text = "a password never stands here; remove it and name password_file or password_env"
        return replace(mistake, text=text)
    return mistake


def site_mistakes(config: SiteConfig, document: MarkedYaml, folder: Path) -> Iterator[Mistake]:
    """Yield the mistakes of the site's own fields."""
    if config.link is None:
        return
    link = config.link
    files = {
        ("link", "credential_file"): link.credential_file,
        ("link", "ca_file"): link.ca_file,
        ("link", "broker", "ca_file"): link.broker.ca_file if link.broker else None,
    }
    if link.credential_file is not None:
        for name in ("broker", "server"):
            if getattr(link, name) is None:
                yield document.mistake(("link", name), "is missing; add it beside credential_file")
        yield from _broker_mistakes(link, document)
    elif not (folder / config.stores.expanduser() / CERTIFICATE).is_file():
        yield document.mistake(
            ("link",),
            "this box has no certificate yet; run patrol edge enrol CODE --server https://… with "
            "this file, or name a credential_file",
        )
    for where, file in files.items():
        if file is not None and not (folder / file.expanduser()).is_file():
            yield document.mistake(
                where, f"there is no file {folder / file}; create it or mend the path"
            )


def _broker_mistakes(link: LinkConfig, document: MarkedYaml) -> Iterator[Mistake]:
    broker = link.broker
    if broker and broker.port == _MQTT_TLS and not broker.tls and broker.ca_file is None:
        text = (
            f"{broker.port} is the port of MQTT over TLS, and without TLS the secret could be read "
            "on the way; add ca_file (its authority) or tls: true (this system's authorities)"
        )
        yield document.mistake(("link", "broker", "port"), text)


def camera_mistakes(
    placed: list[Placed], site_file: Path, catalogue: Catalogue, sight: Sight | None
) -> Iterator[Mistake]:
    """Yield the mistakes of all cameras, one by one and among each other."""
    if not placed:
        yield Mistake(site_file, 1, "cameras", "there is none; add one here or a file in cameras/")
    taken: dict[CameraId, Placed] = {}
    for one in placed:
        if one.camera.id in taken:
            other = taken[one.camera.id]
            text = f"{one.camera.id} is taken at {other.document.path}; give another id"
            yield one.mistake(("id",), text)
        taken[one.camera.id] = one
        yield from _source_mistakes(one)
        yield from _zone_mistakes(one)
        yield from _calibration_mistakes(one)
        yield from _hazard_mistakes(one, catalogue, sight)


def missing_files(placed: list[Placed], folder: Path) -> Iterator[Mistake]:
    """Yield the files and variables that are named and not there.

    A film that is not there is no mistake of the configuration: that camera is offline and says so.
    """
    for one in placed:
        for name, source in one.camera.sources.items():
            for where, text in source_check.missing_files(source, folder):
                yield one.mistake((name, *where), text)
        view = one.camera.reference_view
        if view and not (folder / view.expanduser()).is_file():
            text = f"there is no file {folder / view}; create it or mend the path"
            yield one.mistake(("reference_view",), text)


def _source_mistakes(one: Placed) -> Iterator[Mistake]:
    for name, source in one.camera.sources.items():
        for where, text in source_check.mistakes(source, one.camera.mode):
            yield one.mistake((name, *where), text)
    if one.camera.evidence_source and one.camera.mode is SourceMode.REPLAY:
        text = "a replay has one stream; remove it or write mode: live"
        yield one.mistake(("evidence_source",), text)


def _zone_mistakes(one: Placed) -> Iterator[Mistake]:
    yield from _drawing_mistakes(one, "zones", one.camera.zones)
    yield from _drawing_mistakes(one, "privacy_masks", one.camera.privacy_masks)
    for position, mask in enumerate(one.camera.privacy_masks):
        if len(mask.points) == LINE_POINTS:
            text = f"privacy mask {mask.id!r} is a line; an area needs at least 3 points"
            yield one.mistake(("privacy_masks", position, "points"), text)


def _drawing_mistakes(one: Placed, field: str, drawn: Sequence[ZoneConfig]) -> Iterator[Mistake]:
    names: set[ZoneId] = set()
    for position, zone in enumerate(drawn):
        where: Where = (field, position)
        if zone.id in names:
            yield one.mistake((*where, "id"), f"zone {zone.id!r} is drawn twice; rename one")
        names.add(zone.id)
        for number, (x, y) in enumerate(zone.points):
            if not (0 <= x <= 1 and 0 <= y <= 1):
                text = (
                    f"zone {zone.id!r} lies outside the picture at ({x}, {y}); "
                    "x and y go from 0 to 1"
                )
                yield one.mistake((*where, "points", number), text)
        if len(zone.points) < LINE_POINTS:
            text = (
                f"zone {zone.id!r} has {len(zone.points)} point(s); "
                "a polygon needs at least 3, a line exactly 2"
            )
            yield one.mistake((*where, "points"), text)
        elif len(zone.points) > LINE_POINTS and _area(zone) == 0:
            yield one.mistake((*where, "points"), f"zone {zone.id!r} has no area; draw it anew")
        yield from (one.mistake((*where, "arrow"), text) for text in _arrow_mistakes(zone))


def _arrow_mistakes(zone: ZoneConfig) -> Iterator[str]:
    if zone.arrow is not None and len(zone.points) == LINE_POINTS:
        yield f"zone {zone.id!r} is a line; only a lane, an area, has an arrow: remove it"
    elif zone.arrow is not None and zone.arrow[0] == zone.arrow[1]:
        yield f"the arrow of zone {zone.id!r} leads nowhere; draw it from where to where"


def _calibration_mistakes(one: Placed) -> Iterator[Mistake]:
    try:
        ground_of(one.camera)
    except ConfigError as fault:
        yield one.mistake(("calibration",), str(fault))


def _area(zone: ZoneConfig) -> float:
    following = (*zone.points[1:], zone.points[0])
    pairs = zip(zone.points, following, strict=True)
    return abs(sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in pairs)) / 2


def _no_such_hazard(code: str, catalogue: Catalogue) -> str:
    """Name those that were probably meant: the whole catalogue would hide the mistake."""
    kind = code.partition("-")[0]
    names = {str(known): hazard.name.zh for known, hazard in sorted(catalogue.hazards.items())}
    family = [known for known in names if known.partition("-")[0] == kind]
    meant = family or get_close_matches(code, names, _MOST_NAMED, 0.0)
    named = ", ".join(f"{known} {names[known]}" for known in meant[:_MOST_NAMED])
    return f"the catalogue has no hazard {code}; write another, such as {named}"


def _hazard_mistakes(one: Placed, catalogue: Catalogue, sight: Sight | None) -> Iterator[Mistake]:
    if not one.camera.hazards and not one.camera.all_with_model:
        text = "nothing is looked for; list hazards or write all_with_model: true"
        yield one.mistake(("hazards",), text)
    seen: set[str] = set()
    for position, switch in enumerate(one.camera.hazards):
        where: Where = ("hazards", position)
        if switch.id in seen:
            yield one.mistake(
                (*where, "id"), f"{switch.id} stands here twice; put its zones together"
            )
        seen.add(switch.id)
        hazard = catalogue.hazards.get(switch.id)
        if hazard is None:
            yield one.mistake((*where, "id"), _no_such_hazard(switch.id, catalogue))
            continue
        yield from (one.mistake((*where, *at), text) for at, text in _cannot_be_on(hazard, sight))
        yield from (one.mistake((*where, *at), text) for at, text in not_narrower(switch, hazard))
        yield from (
            one.mistake((*where, *at), text)
            for at, text in _zones_do_not_fit(one.camera, switch, hazard)
        )
        yield from (
            one.mistake((*where, *at), text) for at, text in _not_told(one.camera, switch, hazard)
        )


Text = tuple[Where, str]


def _cannot_be_on(hazard: Hazard, sight: Sight | None) -> Iterator[Text]:
    if hazard.maturity is Maturity.DRAFT:
        yield ("id",), f"{hazard.id} is a draft of the catalogue; remove it until it is released"
    elif sight is not None and (unseen := classes_needed(hazard.rule) - sight.labels):
        names = ", ".join(sorted(unseen))
        yield ("id",), f"{hazard.id} needs a model that sees {names}; {sight.remedy(unseen)}"


def _not_told(camera: CameraConfig, switch: HazardSwitch, hazard: Hazard) -> Iterator[Text]:
    """Yield what a hazard needs beside the picture and the configuration does not say."""
    if not camera.calibration and needs_metres(hazard):
        text = f"{hazard.id} measures in metres; give the camera a calibration, or remove it here"
        yield ("id",), text
    if switch.when is None and "schedule" in hazard.needs:
        text = f"{hazard.id} is on by the clock only; write when: with during or outside"
        yield ("id",), text
    if states := unwatched_states(hazard.rule, camera):
        text = f"{hazard.id} waits for {', '.join(states)}, which is unwatched here; remove one"
        yield ("id",), text


def _zones_do_not_fit(camera: CameraConfig, switch: HazardSwitch, hazard: Hazard) -> Iterator[Text]:
    rule = hazard.rule
    wants_line = isinstance(rule, Crossing)
    for position, name in enumerate(switch.zones):
        where: Where = ("zones", position)
        zone = camera.zone(name)
        if zone is None:
            yield where, f"no zone {name!r} is drawn on this camera; draw it under zones"
        elif rule.zone is ZoneNeed.NONE:
            yield where, f"{hazard.id} works on the whole picture; remove its zones"
        elif wants_line != (len(zone.points) == LINE_POINTS):
            kind = "a line of exactly 2 points" if wants_line else "an area of at least 3 points"
            yield where, f"{hazard.id} needs {kind}, zone {name!r} has {len(zone.points)}"
        elif isinstance(rule, Direction) and zone.arrow is None:
            text = f"{hazard.id} needs a lane; give zone {name!r} an arrow: [[x, y], [x, y]]"
            yield where, text
    yield from _too_few_zones(switch, rule)
    if not switch.zones and needs_drawing(rule):
        drawing = "line (2 points)" if wants_line else "zone"
        yield ("zones",), f"{hazard.id} means nothing without a drawn {drawing}; draw and name it"
    elif not switch.zones and rule.zone is ZoneNeed.REQUIRED and not camera.whole_picture:
        text = (
            f"{hazard.id} needs a drawn zone; name one here, "
            "or write whole_picture: true for the camera"
        )
        yield ("zones",), text


def _too_few_zones(switch: HazardSwitch, rule: Rule) -> Iterator[Text]:
    if isinstance(rule, Simultaneous) and 0 < len(set(switch.zones)) < rule.zones:
        text = f"{switch.id} looks at {rule.zones} zones at once; name at least so many"
        yield ("zones",), text
