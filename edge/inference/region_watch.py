"""Comparing a camera's taught regions, each about once a second, in the order of its pictures.

Done by the camera's own pipeline, not by the workers: they may look at several of its pictures at
once and, with nothing moving, at few of them, while a region is looked at on its own schedule. A
comparison takes some milliseconds on the thread that waits for the workers anyway.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from edge.core.scene import RegionLook
from edge.ports import Counters, Frame
from hazard_library.contract.events import ModelUsed
from hazard_library.contract.ids import ZoneId
from hazard_library.registry.feature_network import FeatureNetwork
from hazard_library.registry.region_comparison import RegionMemory, see
from hazard_library.registry.region_pictures import Corner, cut_region

_log = structlog.get_logger(__name__)

#: A region is compared so often. States of equipment last minutes: more looks tell no more.
EVERY_S = 1.0
_ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class WatchedRegion:
    """One region and what it was taught. points: its corners, in shares of the picture."""

    zone: ZoneId
    points: tuple[Corner, ...]
    memory: RegionMemory


@dataclass(frozen=True, slots=True)
class CameraRegions:
    """The regions of one camera. model, network: what turns a region into features."""

    regions: tuple[WatchedRegion, ...] = ()
    model: ModelUsed | None = None
    network: FeatureNetwork | None = None


NO_REGIONS = CameraRegions()


class RegionWatch:
    """Owned by one camera's pipeline. Regions take turns, so that no picture waits for all."""

    def __init__(self, regions: CameraRegions, counters: Counters) -> None:
        self._regions = regions
        self._counters = counters
        self._due: Mapping[ZoneId, float] = {}

    def look(self, frame: Frame) -> tuple[RegionLook, ...]:
        """Compare the regions that are due in one picture that shows something."""
        at, network = frame.at.mono, self._regions.network
        if network is None:
            return ()
        due = self._when_due(at)
        looks = []
        for region in self._regions.regions:
            if at < due[region.zone] - _ROUNDING_S:
                continue
            due[region.zone] = max(due[region.zone] + EVERY_S, at)
            look = self._compared(region, network, frame)
            if look is not None:
                looks.append(look)
        self._due = due
        return tuple(looks)

    def _when_due(self, at: float) -> dict[ZoneId, float]:
        """Return when each region is due; from the first picture on they are spread evenly.

        So they are after the source's time has jumped back.
        """
        regions = self._regions.regions
        if self._due and all(one <= at + EVERY_S for one in self._due.values()):
            return dict(self._due)
        step = EVERY_S / len(regions)
        return {region.zone: at + number * step for number, region in enumerate(regions)}

    def _compared(
        self, region: WatchedRegion, network: FeatureNetwork, frame: Frame
    ) -> RegionLook | None:
        try:
            look = see(network, cut_region(frame.pixels, region.points))
            compared = region.memory.compare(look)
        except Exception:  # noqa: BLE001 - counted; the region is unseen, the camera goes on
            self._counters.count("region_looks_failed")
            _log.exception("region_look_failed", camera=frame.camera, zone=region.zone)
            return None
        self._counters.count("region_looks")
        return RegionLook(region.zone, compared.difference, compared.changed)
