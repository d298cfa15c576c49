"""Reference pictures of a taught state into the library: samples that are reviewed like others.

A box keeps what it was taught in a folder with `taught.yaml`; brought to the library, every picture
becomes a sample that says which state it shows, of which hazard, seen by which camera, where.
"""

from collections.abc import Iterator
from pathlib import Path

from hazard_library.errors import SampleError
from hazard_library.registry.taught_state import CARD, TaughtPackage, load_taught
from hazard_library.samples.intake import Draft, Intake
from hazard_library.samples.sample import Licence, Provenance, Reference

COLLECTION = "taught"


def taught_in(folder: Path) -> list[Path]:
    """Return the folders of taught states in a folder, or in a box's `stores/taught`."""
    return sorted(card.parent for card in folder.rglob(CARD))


def import_taught(folder: Path, licence: Licence, intake: Intake) -> None:
    """Take in every taught state under a folder; the pictures come as proposals.

    Raises:
        SampleError: there is no taught state.
        RegistryError: a card cannot be read, or a picture is not the one that was taught.
    """
    states = taught_in(folder)
    if not states:
        message = f"{folder}: no {CARD} here or below; name a box's stores/taught, or a state in it"
        raise SampleError(message)
    for state in states:
        intake.take_all(_drafts(load_taught(state), licence, intake))


def _drafts(package: TaughtPackage, licence: Licence, intake: Intake) -> Iterator[Draft]:
    state, act = package.state, intake.act
    if not state.hazards:
        problem = "no hazard uses its zone; list one at the camera and teach it again"
        intake.refuse(str(package.folder / CARD), "hazards", problem)
        return
    for picture in state.pictures:
        yield Draft(
            file=package.folder / picture.file,
            provenance=Provenance(
                collection=COLLECTION,
                source=f"camera:{state.camera}",
                # Taught anew, the same zone has other pictures of the same names.
                path=f"{state.camera}/{state.name}/{state.taught_at:%Y%m%dT%H%M%SZ}/{picture.file}",
                imported_by=act.by,
                imported_at=act.at,
            ),
            licence=licence,
            classes=frozenset(),
            group=f"{state.camera}/{state.name}",
            camera=state.camera,
            taken_at=picture.taken_at,
            reference=Reference(
                state=picture.state,
                hazard=state.hazards[0],
                camera=state.camera,
                region=state.region,
            ),
            stated_sha256=picture.sha256,
        )
