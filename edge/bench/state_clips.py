"""Taught regions on real clips: every look, and everybody before it, as the box finds them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.detections import Detections
from edge.core.incidents import Incident
from edge.core.moment import Moment
from edge.core.rules.binding import RuleBinding
from edge.core.scene import RegionLook, Zone
from edge.core.tracking import TrackingSettings
from edge.inference.panel import Panel
from edge.inference.teaching import Picture, spread_out, teach
from edge.ports import Pixels
from hazard_library.catalogue.rules import SceneState, ZoneNeed
from hazard_library.contract.events import Change as Told
from hazard_library.contract.ids import CameraId, DeviceId, HazardId, ZoneId
from hazard_library.evaluation.state_material import FilmRegion, frames_of
from hazard_library.registry.feature_network import FeatureNetwork
from hazard_library.registry.region_comparison import RegionMemory, remembered, see
from hazard_library.registry.region_pictures import cut_region

LOOK_EVERY_S = 0.4
#: The clips last half a minute: a state has to hold so long here, and minutes in the catalogue.
LASTING_S = 1.6
_BRIDGED_S = 4.0
_TAUGHT = 6
_BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ClipRegion:
    """What came of one region of a clip. spans: seconds of each incident.

    found, missed: spans seen by eye with and without an incident; false: incidents in no such span.
    """

    film: str
    region: str
    seconds: float
    spans: tuple[tuple[float, float], ...]
    found: int
    missed: int
    false: int


def run_clip(
    file: Path,
    regions: Sequence[FilmRegion],
    network: FeatureNetwork,
    panel: Panel,
    high: Mapping[str, float],
) -> tuple[ClipRegion, ...]:
    """Teach the regions of a clip from its beginning, then watch the whole clip.

    high: label → score from which a box begins a track, as the detector's card says.
    """
    pictures = list(_pictures(file))
    height, width = pictures[0][1].shape[:2]
    zones = {one.id: _zone(one, width, height) for one in regions}
    memories = {one.id: _taught(one, zones[one.id], pictures, network) for one in regions}
    core = _core(tuple(zones.values()), high)
    spans: dict[str, list[tuple[float, float]]] = {one.id: [] for one in regions}
    for at_s, pixels in pictures:
        looks = tuple(
            _look(zones[name], memory, network, pixels) for name, memory in memories.items()
        )
        for change in core.step(_detections(at_s, pixels, panel), None, looks):
            if change.change is Told.CLOSED and change.incident.zone is not None:
                spans[change.incident.zone].append(_span(change.incident))
    for change in core.finish():
        if change.incident.zone is not None:
            spans[change.incident.zone].append(_span(change.incident))
    return tuple(scored(file.name, one, spans[one.id], pictures[-1][0]) for one in regions)


def scored(
    film: str, region: FilmRegion, spans: Sequence[tuple[float, float]], seconds: float
) -> ClipRegion:
    """Compare the incidents at a region with what was seen by eye."""
    # What lies in no span was not judged by eye (a hand reaches in); an incident that touches an
    # abnormal span is that span's.
    hits = [any(_touch(one, seen) for one in spans) for seen in region.abnormal]
    false = [one for one in spans if not any(_touch(one, seen) for seen in region.abnormal)]
    return ClipRegion(
        film=film,
        region=region.id,
        seconds=round(seconds, 1),
        spans=tuple(spans),
        found=sum(hits),
        missed=len(hits) - sum(hits),
        false=len(false),
    )


def _touch(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _span(incident: Incident) -> tuple[float, float]:
    return round(incident.started.mono, 1), round(incident.last_held.mono, 1)


def _pictures(file: Path) -> Iterator[tuple[float, Pixels]]:
    """Yield (seconds, picture in BGR), one every `LOOK_EVERY_S`."""
    for at_s, pixels in frames_of(file, LOOK_EVERY_S):
        yield at_s, np.ascontiguousarray(pixels[..., ::-1])


def _taught(
    region: FilmRegion,
    zone: Zone,
    pictures: Sequence[tuple[float, Pixels]],
    network: FeatureNetwork,
) -> RegionMemory:
    begin, end = region.taught
    shown = [
        Picture(f"{at_s:.1f} s", pixels, _BEGIN) for at_s, pixels in pictures if begin <= at_s < end
    ]
    normal = [cut_region(one.pixels, zone.points) for one in spread_out(shown, _TAUGHT)]
    lesson = teach(network, normal, (), zone.points)
    return remembered(network, normal, zone.points, lesson.threshold, lesson.spreads)


def _zone(region: FilmRegion, width: int, height: int) -> Zone:
    x1, y1, x2, y2 = region.region
    left, right, top, bottom = x1 / width, x2 / width, y1 / height, y2 / height
    return Zone(ZoneId(region.id), ((left, top), (right, top), (right, bottom), (left, bottom)))


def _look(zone: Zone, memory: RegionMemory, network: FeatureNetwork, pixels: Pixels) -> RegionLook:
    compared = memory.compare(see(network, cut_region(pixels, zone.points)))
    return RegionLook(zone.id, compared.difference, compared.changed)


def _core(zones: Sequence[Zone], high: Mapping[str, float]) -> CameraCore:
    rule = SceneState(
        zone=ZoneNeed.NAMED,
        lasting=timedelta(seconds=LASTING_S),
        max_gap=timedelta(seconds=_BRIDGED_S),
        cooldown=timedelta(seconds=1),
    )
    bindings = tuple(RuleBinding(HazardId("STATE-00"), rule, zone) for zone in zones)
    settings = TrackingSettings(high_by_label=high)
    return CameraCore(CoreSpec(DeviceId("bench"), CameraId("bench"), bindings, settings))


def _detections(at_s: float, pixels: Pixels, panel: Panel) -> Detections:
    found = panel.detect(pixels)
    return Detections(
        at=Moment(at_s, _BEGIN + timedelta(seconds=at_s)),
        boxes=found.boxes,
        scores=found.scores,
        labels=found.labels,
        width=pixels.shape[1],
        height=pixels.shape[0],
    )
