"""From files to a catalogue, or to all mistakes at once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from pydantic import Field

from hazard_library.catalogue import marked_yaml
from hazard_library.catalogue.hazard import Entry, Hazard, LegalBasis
from hazard_library.catalogue.marked_yaml import MarkedYaml, Mistake
from hazard_library.contract.ids import HazardId
from hazard_library.errors import CatalogueError

HOME = Path(__file__).parent


class LegalFile(Entry):
    """One statute's file: the articles of it that may be cited."""

    articles: tuple[LegalBasis, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Catalogue:
    """All hazards and legal bases; `sha256` covers the bytes of every file, in order of path."""

    hazards: Mapping[HazardId, Hazard]
    legal: Mapping[str, LegalBasis]
    sha256: str

    @cached_property
    def unreviewed(self) -> frozenset[str]:
        """Ids of legal bases that no lawyer has reviewed."""
        return frozenset(i for i, basis in self.legal.items() if basis.review_status != "REVIEWED")


@dataclass(frozen=True, slots=True)
class Shelf:
    """What was read, with the document each thing came from, before anything is checked."""

    hazards: dict[HazardId, tuple[Hazard, MarkedYaml]]
    legal: dict[str, tuple[LegalBasis, MarkedYaml]]
    mistakes: list[Mistake]
    sha256: str


def load_catalogue(root: Path | None = None) -> Catalogue:
    """Load the catalogue that ships with the package, or the one under `root`.

    Raises:
        CatalogueError: one line for every mistake, each with file, line, field and remedy.
    """
    from hazard_library.catalogue.check import mistakes_over_all  # noqa: PLC0415 - check reads Shelf

    shelf = read_shelf(root or HOME)
    mistakes = sorted([*shelf.mistakes, *mistakes_over_all(shelf)])
    if mistakes:
        raise CatalogueError("\n".join(str(mistake) for mistake in mistakes))
    return Catalogue(
        MappingProxyType({key: hazard for key, (hazard, _) in shelf.hazards.items()}),
        MappingProxyType({key: basis for key, (basis, _) in shelf.legal.items()}),
        shelf.sha256,
    )


def read_shelf(root: Path) -> Shelf:
    """Read every file under `hazards/` and `legal/`, keeping mistakes instead of stopping."""
    shelf = Shelf({}, {}, [], _digest(root))
    for path in sorted(root.glob("legal/*.yaml")):
        _read_legal(path, shelf)
    for path in sorted(root.glob("hazards/*/*.yaml")):
        _read_hazard(path, shelf)
    return shelf


def _read_hazard(path: Path, shelf: Shelf) -> None:
    document = marked_yaml.read(path)
    if isinstance(document, Mistake):
        shelf.mistakes.append(document)
        return
    hazard = marked_yaml.validate(Hazard, document)
    if isinstance(hazard, list):
        shelf.mistakes.extend(hazard)
    elif hazard.id in shelf.hazards:
        other = shelf.hazards[hazard.id][1].path
        shelf.mistakes.append(document.mistake(("id",), f"{hazard.id} is taken by {other}"))
    else:
        shelf.hazards[hazard.id] = (hazard, document)


def _read_legal(path: Path, shelf: Shelf) -> None:
    document = marked_yaml.read(path)
    if isinstance(document, Mistake):
        shelf.mistakes.append(document)
        return
    file = marked_yaml.validate(LegalFile, document)
    if isinstance(file, list):
        shelf.mistakes.extend(file)
        return
    for position, basis in enumerate(file.articles):
        if basis.id in shelf.legal:
            where = ("articles", position, "id")
            shelf.mistakes.append(document.mistake(where, f"{basis.id} stands here twice"))
        else:
            shelf.legal[basis.id] = (basis, document)


def _digest(root: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(root.glob("*/**/*.yaml")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
