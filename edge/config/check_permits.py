"""Hazards that only a work permit excuses: somebody must be able to register one."""

from collections.abc import Iterator
from pathlib import Path

from edge.config.check import Placed
from edge.config.site import SiteConfig
from hazard_library.catalogue.load import Catalogue
from hazard_library.catalogue.marked_yaml import Mistake


def camera_mistakes(
    placed: list[Placed], config: SiteConfig, folder: Path, catalogue: Catalogue
) -> Iterator[Mistake]:
    """Yield hazards that need the permits of a site that keeps no file of them."""
    file = folder / config.permits.expanduser()
    if file.is_file():
        return
    for one in placed:
        for position, switch in enumerate(one.camera.hazards):
            hazard = catalogue.hazards.get(switch.id)
            if hazard is not None and "permits" in hazard.needs:
                text = f"{hazard.id} goes by work permits; write {file}, with permits: [] to begin"
                yield one.mistake(("hazards", position, "id"), text)
