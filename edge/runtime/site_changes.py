"""What a new configuration changes about a running box: decided before anything is touched."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from edge.config import Site
from edge.video.source import Mode, SourceSpec
from hazard_library.contract.ids import CameraId

Specs = Mapping[CameraId, SourceSpec]


@dataclass(frozen=True, slots=True)
class CameraChanges:
    """Cameras by what becomes of them; whoever is in none of these goes on as it was.

    reconnected: its source is another, or is read otherwise. rejudged: same source, other zones,
    hazards or parameters.
    """

    added: tuple[CameraId, ...] = ()
    removed: tuple[CameraId, ...] = ()
    reconnected: tuple[CameraId, ...] = ()
    rejudged: tuple[CameraId, ...] = ()

    def rejudging(self, cameras: frozenset[CameraId]) -> "CameraChanges":
        """Return the changes with these rejudged too, unless more than that becomes of them."""
        busy = {*self.added, *self.removed, *self.reconnected, *self.rejudged}
        return replace(self, rejudged=(*self.rejudged, *sorted(cameras - busy)))


@dataclass(frozen=True, slots=True)
class SiteChanges:
    """whole: settings of the site that only a new start applies; then `cameras` says nothing."""

    whole: tuple[str, ...]
    cameras: CameraChanges


def compare(before: tuple[Site, Specs], after: tuple[Site, Specs]) -> SiteChanges:
    """Compare the configuration in force with a checked new one, each with its sources."""
    (old_site, old_specs), (new_site, new_specs) = before, after
    whole = [
        name
        for name in type(new_site.config).model_fields
        if name != "cameras" and getattr(old_site.config, name) != getattr(new_site.config, name)
    ]
    if any(spec.mode is Mode.REPLAY for spec in (*old_specs.values(), *new_specs.values())):
        # A replay that is changed on its way could not be repeated.
        whole.append("cameras")
    old = {camera.id: camera for camera in old_site.cameras}
    new = {camera.id: camera for camera in new_site.cameras}
    stayed = [camera for camera in new if camera in old]
    moved = [camera for camera in stayed if old_specs[camera] != new_specs[camera]]
    return SiteChanges(
        tuple(whole),
        CameraChanges(
            added=tuple(camera for camera in new if camera not in old),
            removed=tuple(camera for camera in old if camera not in new),
            reconnected=tuple(moved),
            rejudged=tuple(c for c in stayed if c not in moved and old[c] != new[c]),
        ),
    )
