"""The taught states of a site: found, checked, and made into what its cameras compare with.

A state that is missing, damaged or taught with another network keeps its hazards off in that zone
and says so; everything else goes on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from edge.config import CameraConfig, Site, ZoneConfig
from edge.inference.region_watch import NO_REGIONS, CameraRegions, WatchedRegion
from hazard_library.catalogue.load import Catalogue
from hazard_library.catalogue.rules import RegionRule
from hazard_library.contract.events import ModelUsed
from hazard_library.contract.ids import CameraId, ZoneId
from hazard_library.errors import RegistryError
from hazard_library.registry.feature_network import FeatureNetwork, open_network
from hazard_library.registry.features import FeaturePackage
from hazard_library.registry.region_comparison import remembered
from hazard_library.registry.taught_state import CARD, TaughtPackage, TaughtState, load_taught

#: The released network by which states are taught and compared.
NETWORK = "state-features"
FOLDER = "taught"

Place = tuple[CameraId, ZoneId]


@dataclass(frozen=True, slots=True)
class TaughtStates:
    """states: what zones were taught; off: the zones whose hazards stay off, and why."""

    states: Mapping[Place, TaughtPackage] = field(default_factory=dict)
    off: Mapping[Place, str] = field(default_factory=dict)
    package: FeaturePackage | None = None
    network: FeatureNetwork | None = None

    def off_at(self, camera: CameraConfig) -> Mapping[ZoneId, str]:
        """Return the zones of a camera that cannot be compared, and why."""
        return {zone: why for (name, zone), why in self.off.items() if name == camera.id}

    def changed_since(self, before: "TaughtStates") -> frozenset[CameraId]:
        """Return the cameras of which a zone was taught anew, or is not compared any more."""
        places = self.states.keys() | before.states.keys()
        return frozenset(place[0] for place in places if _card(self, place) != _card(before, place))

    def regions_of(self, camera: CameraConfig) -> CameraRegions:
        """Make the memories of a camera's regions from their reference pictures."""
        if self.package is None or self.network is None:
            return NO_REGIONS
        card = self.package.card
        model = ModelUsed(
            name=card.name, version=card.version, sha256=card.sha256, precision=card.precision
        )
        regions = tuple(
            WatchedRegion(
                zone,
                one.state.region,
                remembered(
                    self.network,
                    one.pixels("normal"),
                    one.state.region,
                    one.state.threshold,
                    one.state.spreads,
                ),
            )
            for (name, zone), one in self.states.items()
            if name == camera.id
        )
        return CameraRegions(regions, model, self.network)


def _card(taught: TaughtStates, place: Place) -> TaughtState | None:
    found = taught.states.get(place)
    return None if found is None else found.state


NOTHING_TAUGHT = TaughtStates()


def state_network(site: Site) -> tuple[FeaturePackage, FeatureNetwork]:
    """Open the network that states are taught and compared by: the site's, else the program's.

    Raises:
        RegistryError: there is none, or it is not what its card says.
    """
    given = site.config.models_folder
    own = None if given is None else site.path(given)
    return open_network(NETWORK, own if own is not None and (own / NETWORK).is_dir() else None)


def open_taught(site: Site, catalogue: Catalogue) -> TaughtStates:
    """Open the states of all zones that a hazard of the configuration compares."""
    zones = list(_compared_zones(site, catalogue))
    if not zones:
        return NOTHING_TAUGHT
    try:
        package, network = state_network(site)
    except RegistryError as fault:
        return TaughtStates(off={(camera.id, zone.id): str(fault) for camera, zone in zones})
    states: dict[Place, TaughtPackage] = {}
    off: dict[Place, str] = {}
    for camera, zone in zones:
        opened = _opened(site, camera, zone, package)
        if isinstance(opened, str):
            off[camera.id, zone.id] = opened
        else:
            states[camera.id, zone.id] = opened
    return TaughtStates(states, off, package, network)


def state_folder(site: Site, camera: CameraConfig, zone: ZoneConfig) -> Path:
    """Return where the state of a zone is kept."""
    return site.stores / FOLDER / camera.id / (zone.taught or zone.id)


def state_cards(site: Site, catalogue: Catalogue) -> tuple[Path, ...]:
    """Return the files that change when a zone of the configuration is taught anew."""
    zones = _compared_zones(site, catalogue)
    return tuple(state_folder(site, camera, zone) / CARD for camera, zone in zones)


def _compared_zones(site: Site, catalogue: Catalogue) -> Iterator[tuple[CameraConfig, ZoneConfig]]:
    for camera in site.cameras:
        names = {
            name
            for switch in camera.hazards
            if switch.id in catalogue.hazards
            and isinstance(catalogue.hazards[switch.id].rule, RegionRule)
            for name in switch.zones
        }
        for zone in camera.zones:
            if zone.id in names:
                yield camera, zone


def _opened(
    site: Site, camera: CameraConfig, zone: ZoneConfig, package: FeaturePackage
) -> TaughtPackage | str:
    folder = state_folder(site, camera, zone)
    remedy = f"run patrol edge teach --camera {camera.id} --region '{zone.id}'"
    if not folder.is_dir():
        return f"its normal state is not taught; {remedy}"
    try:
        taught = load_taught(folder)
    except RegistryError as fault:
        return str(fault)
    if taught.state.network.sha256 != package.card.sha256:
        was, now = taught.state.network, package.card
        return (
            f"it was taught with {was.name} {was.version}, here runs {now.name} {now.version} "
            f"with other weights, and thresholds do not carry over; {remedy}"
        )
    if taught.state.region != zone.points:
        return f"it was taught for other corners than are drawn now; {remedy}"
    return taught
