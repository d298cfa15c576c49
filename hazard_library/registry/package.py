"""Finding and opening model packages: `models/<name>/<version>/{model.onnx, card.yaml, selftest/}`.

A package is opened whole or not at all: a card that does not fit its schema, or a file that is not
the one on the card, is refused, and the caller keeps the model it has.
"""

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from hazard_library.bundle import models_root
from hazard_library.errors import CardInvalid, HashMismatch, PackageNotFound
from hazard_library.registry.card import ModelCard
from hazard_library.registry.signing import TRUSTED, trust_in, verify
from hazard_library.registry.wrong_fields import wrong_fields

CARD = "card.yaml"
SELF_TEST_FOLDER = "selftest"
Card = TypeVar("Card", bound=BaseModel)
_VERSION = re.compile(r"^\d+\.\d+\.\d+$")


@dataclass(frozen=True, slots=True)
class ModelPackage:
    """A package whose card fits and whose files are the ones on the card."""

    folder: Path
    card: ModelCard

    @property
    def model_file(self) -> Path:
        """Return the file with the weights."""
        return self.folder / self.card.file

    def variant(self, precision: str) -> "ModelPackage":
        """Return the package with the file of another precision in the place of its main one.

        Raises:
            PackageNotFound: it has none of that precision.
        """
        if precision == self.card.precision:
            return self
        for one in self.card.variants:
            if one.precision == precision:
                changes = one.model_dump(include={"file", "sha256", "bytes", "precision"})
                changes |= {"self_test": one.self_test, "parity": one.parity, "variants": ()}
                return ModelPackage(self.folder, self.card.model_copy(update=changes))
        present = [self.card.precision, *(one.precision for one in self.card.variants)]
        message = f"{self.folder}: no variant {precision!r}; it has {', '.join(present)}"
        raise PackageNotFound(message)

    @property
    def self_test_folder(self) -> Path:
        """Return the folder with the pictures of the self-test."""
        return self.folder / SELF_TEST_FOLDER


def find_package(name: str, root: Path | None = None) -> ModelPackage:
    """Open a package by `name` (its newest version), `name@version`, or the path of its folder.

    Args:
        name: such as `ppe`, `ppe@0.1.0`, `ppe/0.1.0` or `/srv/models/ppe/0.1.0`, each with
            `:int8` behind it for the variant of another precision.
        root: where names are looked up; `models_root()` if none.

    Raises:
        PackageNotFound: nothing of that name lies there.
        CardInvalid, HashMismatch: see `load_package`.
    """
    return _as_named(name, load_package(find_folder(name, root)))


def open_trusted(name: str, folder: Path) -> ModelPackage:
    """Open the package in `folder`, found by `name`, if a trusted key signed it.

    The public keys lie in the folder `trusted` beside the models. Where there is none, as beside a
    model of one's own, the hashes on the card are all that is asked.

    Raises:
        SignatureRefused: keys lie there, and the package is not signed by one of them.
        CardInvalid, HashMismatch, PackageNotFound: see `load_package` and `find_package`.
    """
    verify(folder, trust_in(folder.parent.parent / TRUSTED))
    return _as_named(name, load_package(folder))


def find_folder(name: str, root: Path | None = None) -> Path:
    """Return the folder that `find_package` opens; only its card is known to be there.

    Raises:
        PackageNotFound: nothing of that name lies there.
    """
    if (Path(name) / CARD).is_file():
        return Path(name)
    name = _split(name)[0]
    if (Path(name) / CARD).is_file():
        return Path(name)
    where = root if root is not None else models_root()
    folder = where / name.replace("@", "/")
    if (folder / CARD).is_file():
        return folder
    versions = _versions(folder)
    if not versions:
        present = ", ".join(sorted(entry.name for entry in where.glob("*") if _versions(entry)))
        message = (
            f"{where}: no model package {name!r}; give one of [{present}], name@version, "
            f"or the path of a folder that holds {CARD}"
        )
        raise PackageNotFound(message)
    return versions[-1]


def newest_cards(root: Path | None = None) -> tuple[ModelCard, ...]:
    """Return the card of every model's newest version, by name; unreadable ones are left out."""
    where = root if root is not None else models_root()
    cards: list[ModelCard] = []
    for entry in sorted(where.glob("*")):
        for folder in _versions(entry)[-1:]:
            with suppress(CardInvalid, PackageNotFound):
                cards.append(read_card(folder / CARD))
    return tuple(cards)


def load_package(folder: Path) -> ModelPackage:
    """Open the package in `folder` after checking its card and the hash of every file named there.

    Raises:
        PackageNotFound: the folder holds no card.
        CardInvalid: the card is no YAML or a field does not fit.
        HashMismatch: a file is missing or is not the one on the card.
    """
    card = read_card(folder / CARD)
    verify_file(folder / card.file, card.sha256, "sha256")
    tests = [("", card.self_test)]
    for place, variant in enumerate(card.variants):
        verify_file(folder / variant.file, variant.sha256, f"variants.{place}.sha256")
        tests.append((f"variants.{place}.", variant.self_test))
    for field, cases in tests:
        for number, case in enumerate(cases):
            picture = folder / SELF_TEST_FOLDER / case.picture
            verify_file(picture, case.sha256, f"{field}self_test.{number}.sha256")
    return ModelPackage(folder=folder, card=card)


def read_card(file: Path) -> ModelCard:
    """Read a card without looking at the files it names.

    Raises:
        PackageNotFound: there is no such file.
        CardInvalid: it is no YAML or a field does not fit; every field is named.
    """
    return read_card_as(file, ModelCard)


def read_card_as(file: Path, kind: type[Card]) -> Card:
    """Read a card of another kind than a detector's, under the same rules.

    Raises:
        PackageNotFound, CardInvalid: see `read_card`.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        message = f"{file}: cannot be read ({error.strerror}); a package needs a card"
        raise PackageNotFound(message) from error
    try:
        return kind.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as error:
        message = f"{file}: not YAML ({error}); restore the card that came with the package"
        raise CardInvalid(message) from error
    except ValidationError as error:
        message = f"{file}: {wrong_fields(error)}; mend these fields or restore the card"
        raise CardInvalid(message) from error


def _split(name: str) -> tuple[str, str | None]:
    """Split `ppe@0.1.0:int8` into what names the package and the precision, if one is named."""
    stem, colon, precision = name.rpartition(":")
    return (stem, precision) if colon and precision.isalnum() else (name, None)


def _as_named(name: str, package: ModelPackage) -> ModelPackage:
    """Return the variant that a name asks for."""
    precision = None if (Path(name) / CARD).is_file() else _split(name)[1]
    return package if precision is None else package.variant(precision)


def _versions(folder: Path) -> list[Path]:
    """Return the version folders below a model's folder, oldest first, compared as numbers."""
    found = [entry for entry in folder.glob("*") if _VERSION.match(entry.name)]
    with_card = [entry for entry in found if (entry / CARD).is_file()]
    return sorted(with_card, key=lambda entry: [int(part) for part in entry.name.split(".")])


def verify_file(file: Path, expected: str, field: str) -> None:
    """Refuse a file that is not the one on the card.

    Raises:
        HashMismatch: it is missing or its hash differs.
    """
    try:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        message = f"{file}: cannot be read ({error.strerror}); restore it, {CARD} names it"
        raise HashMismatch(message) from error
    if digest != expected:
        message = (
            f"{file}: SHA-256 is {digest}, {CARD} says {expected} in field {field}; "
            "install the package again"
        )
        raise HashMismatch(message)
