"""From `site.yaml` (and `cameras/*.yaml`) to a `Site`, or to all mistakes at once."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from edge.config import check, check_hours, check_permits
from edge.config.camera import CameraConfig
from edge.config.check import Placed
from edge.config.sight import Sight
from edge.config.site import SiteConfig
from edge.errors import ConfigError
from hazard_library.catalogue import marked_yaml
from hazard_library.catalogue.load import Catalogue
from hazard_library.catalogue.marked_yaml import MarkedYaml, Mistake

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Site:
    """A configuration without mistakes, and where it was read."""

    config: SiteConfig
    cameras: tuple[CameraConfig, ...]
    folder: Path
    files: tuple[Path, ...]
    sha256: str

    def path(self, given: Path) -> Path:
        """Return a path of the configuration: relative ones count from its folder."""
        return self.folder / given.expanduser()

    @property
    def stores(self) -> Path:
        """Return the folder of everything that is kept."""
        return self.path(self.config.stores)


def load_site(
    file: Path,
    catalogue: Catalogue,
    sight: Sight | None = None,
    folder: Path | None = None,
    *,
    is_enrolled: bool = True,
) -> Site:
    """Read and check a configuration whole.

    Args:
        file: `site.yaml`; `cameras/*.yaml` beside it are read too.
        catalogue: the hazards that may be switched on.
        sight: what the models can see, if it is known already; None leaves that check out.
        folder: what relative paths count from, if not from the file's own folder.
        is_enrolled: False for what must work without the box's secrets: before the server has
            written its credential, or away from the box.

    Raises:
        ConfigError: one line for every mistake, each with file, line, field and remedy.
    """
    base = (folder or file.parent).resolve()
    mistakes: list[Mistake] = []
    files = (file, *sorted((file.parent / "cameras").glob("*.yaml")))
    site_file = _read(SiteConfig, file, mistakes)
    placed = _placed_cameras(site_file, files[1:], mistakes)
    if site_file is not None and is_enrolled:
        mistakes += check.site_mistakes(site_file[0], site_file[1], base)
    if site_file is not None:
        mistakes += check_hours.site_mistakes(*site_file)
        mistakes += check_hours.camera_mistakes(placed, site_file[0])
        mistakes += check_permits.camera_mistakes(placed, site_file[0], base, catalogue)
    if site_file is not None or placed:
        mistakes += check.camera_mistakes(placed, file, catalogue, sight)
        mistakes += check.missing_files(placed, base) if is_enrolled else ()
    if mistakes or site_file is None:
        raise ConfigError("\n".join(str(mistake) for mistake in sorted(set(mistakes))))
    cameras = tuple(one.camera for one in placed)
    return Site(site_file[0], cameras, base, files, _digest(files))


def site_schema() -> dict[str, object]:
    """Return the JSON Schema of `site.yaml`, for editors."""
    return SiteConfig.model_json_schema()


def camera_schema() -> dict[str, object]:
    """Return the JSON Schema of a file in `cameras/`."""
    return CameraConfig.model_json_schema()


def _read(kind: type[T], file: Path, mistakes: list[Mistake]) -> tuple[T, MarkedYaml] | None:
    document = marked_yaml.read(file)
    if isinstance(document, Mistake):
        mistakes.append(document)
        return None
    if not isinstance(document.data, dict):
        what = "is empty" if document.data is None else "holds no fields"
        text = f"{what}; write `name: value` lines as in configs/example/site.yaml"
        mistakes.append(document.mistake((), text))
        return None
    found = marked_yaml.validate(kind, document)
    if isinstance(found, list):
        mistakes.extend(check.with_remedy(mistake, document.data) for mistake in found)
        return None
    return found, document


def _placed_cameras(
    site: tuple[SiteConfig, MarkedYaml] | None, files: tuple[Path, ...], mistakes: list[Mistake]
) -> list[Placed]:
    placed: list[Placed] = []
    if site is not None:
        config, document = site
        placed += [
            Placed(camera, document, ("cameras", position))
            for position, camera in enumerate(config.cameras)
        ]
    for file in files:
        found = _read(CameraConfig, file, mistakes)
        if found is not None:
            placed.append(Placed(found[0], found[1], ()))
    return placed


def _digest(files: tuple[Path, ...]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
