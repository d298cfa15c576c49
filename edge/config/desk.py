"""One camera of a site at a desk: its rules on a clip, away from streams, servers and stores."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from edge.config.camera import CameraConfig, FileSource, SourceMode
from edge.config.load import Site
from edge.errors import ConfigError


def chosen_camera(site: Site, clip: Path, name: str | None) -> CameraConfig:
    """Return the camera of that name; unnamed, the only one or the one that belongs to the clip.

    A camera belongs to a clip that has its id for a name, or that its own source plays.

    Raises:
        ConfigError: there is no such camera, or several could be meant.
    """
    known = ", ".join(camera.id for camera in site.cameras) or "none"
    if name is not None:
        found = [camera for camera in site.cameras if camera.id == name]
        if not found:
            raise ConfigError(f"{site.files[0]}: has no camera {name!r}; its cameras are: {known}")
        return found[0]
    if len(site.cameras) == 1:
        return site.cameras[0]
    fitting = [camera for camera in site.cameras if _belongs(camera, clip)]
    if len(fitting) != 1:
        raise ConfigError(
            f"{site.files[0]}: whose rules shall be run on {clip.name}? "
            f"Name a camera by --camera: {known}"
        )
    return fitting[0]


@dataclass(frozen=True, slots=True)
class Clip:
    """A film to try rules on, and what its first picture is called.

    start_at: if not said, the `start_at` of a camera that reads a film, else the clip's own time.
    """

    path: Path
    start_at: datetime | None = None


def at_desk(site: Site, camera: CameraConfig, clip: Clip, stores: Path) -> Site:
    """Return the site with this camera alone, reading the clip at full speed, telling nobody.

    Zones, hazards, hours, rate and models are the camera's own. No work permit is known: those of
    other cameras or days say nothing here.
    """
    start_at = clip.start_at
    if start_at is None and isinstance(camera.source, FileSource):
        start_at = camera.source.start_at
    source = FileSource(kind="file", path=clip.path.resolve(), start_at=start_at)
    alone = camera.model_copy(update={"source": source, "mode": SourceMode.REPLAY})
    kept = stores.resolve()
    config = site.config.model_copy(
        update={"link": None, "stores": kept, "permits": kept / "permits.yaml"}
    )
    return replace(site, config=config, cameras=(alone,))


def _belongs(camera: CameraConfig, clip: Path) -> bool:
    plays = isinstance(camera.source, FileSource) and camera.source.path.name == clip.name
    return plays or camera.id == clip.stem
