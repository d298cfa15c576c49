"""Verbs that look and change nothing: `check`, `probe`, and where stores and keys lie."""

import json
from dataclasses import asdict
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edge.app import Box, open_box
from edge.config import FileSource, load_site
from edge.config.permits import load_permits
from edge.disk.stores import SIGNING_KEY
from edge.errors import ConfigError
from edge.evidence import identity_key
from edge.verbs.check_pictures import check_pictures
from edge.video import probe as video_probe
from hazard_library.catalogue.load import Catalogue, load_catalogue


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


def probe(source: Path, *, as_json: bool) -> int:
    """Count a film's packets by plain demultiplexing.

    Raises:
        SourceError: it is not there, or no video.
    """
    found = video_probe.probe(source)
    fields = {"source": str(source)} | asdict(found)
    if as_json:
        print(json.dumps(fields, ensure_ascii=False))
    else:
        print(", ".join(f"{name} {value}" for name, value in fields.items()))
    return 0


def stores_of(config: Path, catalogue: Catalogue) -> Path:
    """Return where a configuration keeps its stores."""
    return load_site(config, catalogue, is_enrolled=False).stores


def identity(config: Path) -> int:
    """Print the public key that verifies the box's signatures; make the key if there is none."""
    stores = stores_of(config, load_catalogue())
    key = identity_key.load_or_create(stores / SIGNING_KEY)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    print(pem.decode(), end="")
    return 0
