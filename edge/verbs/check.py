"""`patrol edge check`: a configuration with its models, films, permits and, if asked, pictures."""

from pathlib import Path

from edge.app import Box, open_box
from edge.config import FileSource
from edge.config.permits import load_permits
from edge.errors import ConfigError
from edge.verbs.check_pictures import check_pictures
from hazard_library.catalogue.load import load_catalogue


def check(config: Path, pictures: Path | None = None) -> int:
    """Check a configuration with its models and films; 1 when one of these cannot be used.

    Args:
        config: `site.yaml`.
        pictures: folder for a fresh picture of each camera, its zones drawn over it.

    Raises:
        ConfigError: it has mistakes; every one is listed.
        ModelRejected: none of its models can be used.
    """
    box = open_box(config, load_catalogue())
    problems = [f"models: {one.name} is refused: {one.reason}" for one in box.models.refused]
    problems += _absent_films(box)
    problems += _wrong_permits(box)
    for camera in box.site.cameras:
        plan = box.plan(camera)
        print(f"{camera.id}: runs {', '.join(part.model for part in plan.parts) or 'no model'}")
        for note in plan.notes:
            print(f"{camera.id}: {note}")
    if pictures is not None:
        problems += check_pictures(box.site, pictures)
    for problem in problems:
        print(problem)
    if not problems:
        cameras = len(box.site.cameras)
        models = ", ".join(package.card.name for package in box.models.packages)
        print(f"{config}: well; {cameras} cameras, models {models}; {box.layout}")
    return 1 if problems else 0


def _wrong_permits(box: Box) -> list[str]:
    """Say what is wrong with the work permits, and what they excuse if nothing is."""
    try:
        permits = load_permits(box.site, box.catalogue)
    except ConfigError as fault:
        return str(fault).splitlines()
    for one in permits.listed:
        places = ", ".join((*one.cameras, *one.zones))
        print(f"permit {one.id} ({one.kind}) excuses {', '.join(one.hazards)} at {places}")
    return []


def _absent_films(box: Box) -> list[str]:
    return [
        f"{camera.id}: source.path: there is no film {box.site.path(camera.source.path)}; "
        "mend the path, or the camera will be offline"
        for camera in box.site.cameras
        if isinstance(camera.source, FileSource) and not box.site.path(camera.source.path).is_file()
    ]
