"""From files to a catalogue, or to all mistakes at once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from hazard_library.catalogue import marked_yaml
from hazard_library.catalogue.hazard import Hazard, Text
from hazard_library.catalogue.labels import Label, LabelFile
from hazard_library.catalogue.legal import LegalBasis, LegalFile
from hazard_library.catalogue.marked_yaml import MarkedYaml, Mistake, Where
from hazard_library.catalogue.scene import HazardScene
from hazard_library.catalogue.text import Entry
from hazard_library.contract.ids import HazardId
from hazard_library.errors import CatalogueError

HOME = Path(__file__).parent

E = TypeVar("E", bound=Entry)


@dataclass(frozen=True)
class Catalogue:
    """All hazards, legal bases and detector classes.

    `sha256` covers the bytes of every file, in order of path.
    """

    hazards: Mapping[HazardId, Hazard]
    legal: Mapping[str, LegalBasis]
    sha256: str
    labels: Mapping[str, Label] = field(default_factory=dict)

    def name_of(self, hazard_id: HazardId) -> Text:
        """Name a hazard; one that has left the catalogue keeps its code."""
        hazard = self.hazards.get(hazard_id)
        return hazard.name if hazard is not None else Text(zh=hazard_id, en=hazard_id)

    @cached_property
    def unreviewed(self) -> frozenset[str]:
        """Ids of legal bases that no lawyer has reviewed."""
        return frozenset(i for i, basis in self.legal.items() if basis.review_status != "REVIEWED")


@dataclass(frozen=True, slots=True)
class Placed:
    """A legal basis, and where it stands."""

    basis: LegalBasis
    document: MarkedYaml
    where: Where


@dataclass(frozen=True, slots=True)
class Shelf:
    """What was read, with the document each thing came from, before anything is checked.

    unread: of these kinds some file could not be read, so that what seems absent may stand there.
    """

    sha256: str
    hazards: dict[HazardId, tuple[Hazard, MarkedYaml]] = field(default_factory=dict)
    legal: dict[str, Placed] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    scenes: dict[HazardId, tuple[HazardScene, MarkedYaml]] = field(default_factory=dict)
    texts: list[tuple[Entry, MarkedYaml]] = field(default_factory=list)
    unread: set[type[Entry]] = field(default_factory=set)
    mistakes: list[Mistake] = field(default_factory=list)


def load_catalogue(root: Path | None = None) -> Catalogue:
    """Load the catalogue that ships with the package, or the one under `root`.

    Raises:
        CatalogueError: one line for every mistake, each with file, line, field and remedy.
    """
    from hazard_library.catalogue.check import mistakes_over_all  # noqa: PLC0415 - check reads Shelf

    shelf = read_shelf(root or HOME)
    mistakes = [*shelf.mistakes, *mistakes_over_all(shelf)]
    if mistakes:
        raise CatalogueError("\n".join(str(mistake) for mistake in sorted(set(mistakes))))
    return catalogue_of(shelf)


def catalogue_of(shelf: Shelf) -> Catalogue:
    """Return what a shelf without mistakes holds."""
    return Catalogue(
        MappingProxyType({key: hazard for key, (hazard, _) in shelf.hazards.items()}),
        MappingProxyType({key: placed.basis for key, placed in shelf.legal.items()}),
        shelf.sha256,
        MappingProxyType(shelf.labels),
    )


def read_shelf(root: Path) -> Shelf:
    """Read `labels.yaml` and every file under `hazards/`, `legal/` and `scenes/`.

    Mistakes are kept instead of stopping at the first.
    """
    shelf = Shelf(_digest(root))
    _read_labels(root / "labels.yaml", shelf)
    for path in sorted(root.glob("legal/*.yaml")):
        _read_legal(path, shelf)
    for path in sorted(root.glob("hazards/*/*.yaml")):
        _read_hazard(path, shelf)
    for path in sorted(root.glob("scenes/*.yaml")):
        _read_scene(path, shelf)
    return shelf


def _read(kind: type[E], path: Path, shelf: Shelf) -> tuple[E, MarkedYaml] | None:
    document = marked_yaml.read(path)
    if isinstance(document, Mistake):
        shelf.mistakes.append(document)
        shelf.unread.add(kind)
        return None
    found = marked_yaml.validate(kind, document)
    if isinstance(found, list):
        shelf.mistakes.extend(found)
        shelf.unread.add(kind)
        return None
    shelf.texts.append((found, document))
    return found, document


def _read_labels(path: Path, shelf: Shelf) -> None:
    read = _read(LabelFile, path, shelf)
    if read is not None:
        shelf.labels.update({label.id: label for label in read[0].labels})


def _read_hazard(path: Path, shelf: Shelf) -> None:
    read = _read(Hazard, path, shelf)
    if read is None:
        return
    hazard, document = read
    if hazard.id in shelf.hazards:
        other = shelf.hazards[hazard.id][1].path
        text = f"{hazard.id} is taken by {other}; give another id"
        shelf.mistakes.append(document.mistake(("id",), text))
    else:
        shelf.hazards[hazard.id] = read


def _read_legal(path: Path, shelf: Shelf) -> None:
    read = _read(LegalFile, path, shelf)
    if read is None:
        return
    file, document = read
    for position, basis in enumerate(file.bases()):
        where: Where = ("articles", position)
        if basis.id in shelf.legal:
            other = shelf.legal[basis.id].document.path
            text = f"{basis.id} stands in {other} already; keep one"
            shelf.mistakes.append(document.mistake((*where, "id"), text))
        else:
            shelf.legal[basis.id] = Placed(basis, document, where)


def _read_scene(path: Path, shelf: Shelf) -> None:
    read = _read(HazardScene, path, shelf)
    if read is None:
        return
    scene, document = read
    if scene.hazard in shelf.scenes:
        other = shelf.scenes[scene.hazard][1].path
        text = f"{scene.hazard} has its scene in {other} already; keep one"
        shelf.mistakes.append(document.mistake(("hazard",), text))
    else:
        shelf.scenes[scene.hazard] = read


def _digest(root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.yaml")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
