"""Immutable dataset versions: a header, one line a picture, and the hash of what they teach.

Sources label different classes, so each picture says which classes it is *known* for: every
instance of a known class has a box, and everywhere else that class is background. Of the other
classes nothing is known beyond the boxes present, and neither training nor scoring may pretend
otherwise.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import AwareDatetime, Field, ValidationError

from hazard_library.errors import DatasetError
from hazard_library.samples.box import Box, Frozen, Split
from hazard_library.samples.folders import inside
from hazard_library.samples.yolo_text import label_file, parse_yolo

__all__ = [
    "AbsenceList",
    "Box",
    "DataSpec",
    "DatasetVersion",
    "Frozen",
    "Picture",
    "SetSpec",
    "Split",
    "build_version",
    "by_source",
    "picture_file",
]

SCHEMA = "dataset-version/1"
NOT_TAUGHT = frozenset({"file", "licence", "licence_class", "group", "camera"})
"""Fields of a picture that change nothing in what a model learns or is scored on. They are no
part of a version's identity: it is the same version wherever its pictures lie."""


class Picture(Frozen):
    """One picture of a dataset version.

    `file` is relative to the folder of the material or, in a version built from the sample store,
    to the folder of the library.
    """

    file: str
    sha256: str
    source: str
    licence: str
    split: Split
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    known: tuple[str, ...]
    boxes: tuple[Box, ...]
    repeat: int = Field(default=1, gt=0)
    unsure: tuple[Box, ...] = ()
    """Regions in which the named class is not known although the picture is."""
    licence_class: str | None = None
    group: str | None = None
    """The scene; pictures of one scene are on one side of the split."""
    camera: str | None = None


class LeftOut(Frozen):
    """A picture that was asked for and is not in the version, and why."""

    sha256: str
    source: str
    why: str


class Accepted(Frozen):
    """A scene or camera that may stand on both sides of the split, and why."""

    name: str
    why: str = Field(min_length=10)


class SetSpec(Frozen):
    """One folder of pictures with `manifest.jsonl`, `data.yaml` order of classes and labels."""

    folder: str
    classes: tuple[str, ...]
    repeat: int = Field(default=1, gt=0)
    """How often a pass of training goes over these pictures."""
    share: float = Field(default=1.0, gt=0, le=1)
    """Part of the training pictures to take, chosen by their hashes; validation stays whole."""
    unsure: dict[str, tuple[str, ...]] = Field(default={})
    """Boxes of a class we do not teach → classes that are not known inside them."""


class AbsenceList(Frozen):
    """A text file beside the recipe naming pictures that were looked at, one a line."""

    list: str
    absent: tuple[str, ...]
    """Classes of which none of these pictures shows any."""


class DataSpec(Frozen):
    """Which pictures make up a dataset version, and for which labels."""

    sets: tuple[SetSpec, ...] = Field(min_length=1)
    reviewed_absent: dict[str, tuple[str, ...]] = Field(default={})
    """Source → classes of which, looked through by eye, it shows none."""
    absence_lists: tuple[AbsenceList, ...] = ()


class DatasetVersion(Frozen):
    """All pictures of a version in a fixed order; equal content has an equal `sha256`."""

    labels: tuple[str, ...]
    pictures: tuple[Picture, ...]
    name: str = ""
    parent: str | None = None
    created: AwareDatetime | None = None
    left_out: tuple[LeftOut, ...] = ()
    accepted: tuple[Accepted, ...] = ()

    def lines(self) -> list[str]:
        """Return the manifest: a header line, then one JSON line a picture."""
        head = self.model_dump(mode="json", exclude={"pictures"}, exclude_defaults=True)
        header = {"schema": SCHEMA, "sha256": self.sha256, **head, "counts": self.counts()}
        return [
            json.dumps(header, ensure_ascii=False),
            *(picture.model_dump_json() for picture in self.pictures),
        ]

    @property
    def sha256(self) -> str:
        """Return the version's identity: the hash of its labels and of what its pictures teach."""
        taught = sorted(
            picture.model_dump_json(exclude=set(NOT_TAUGHT)) for picture in self.pictures
        )
        text = "\n".join([json.dumps(list(self.labels)), *taught])
        return hashlib.sha256(text.encode()).hexdigest()

    def counts(self) -> dict[str, int]:
        """Return the number of pictures by split, and of boxes by class."""
        boxes = Counter(box.label for picture in self.pictures for box in picture.boxes)
        splits = {split: len(self.of(split)) for split in ("train", "val")}
        return splits | {label: boxes[label] for label in self.labels}

    def of(self, split: Split) -> tuple[Picture, ...]:
        """Return the pictures of one split, in the version's order."""
        return tuple(picture for picture in self.pictures if picture.split == split)

    def write(self, file: Path) -> None:
        """Write the manifest as JSON lines."""
        file.write_text("\n".join(self.lines()), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read a manifest that `write` wrote.

        Raises:
            DatasetError: the file is missing, a line does not fit, or the content has changed.
        """
        try:
            header, *rows = file.read_text(encoding="utf-8").split("\n")
            head = json.loads(header)
            pictures = tuple(Picture.model_validate_json(row) for row in rows)
            stated = head.pop("sha256", None)
            facts = {key: head[key] for key in head if key not in {"schema", "counts"}}
            version = cls.model_validate(facts | {"pictures": pictures})
        except (OSError, ValueError, TypeError, AttributeError) as error:
            message = f"{file}: no readable dataset version ({error}); build it again"
            raise DatasetError(message) from error
        if stated not in {None, version.sha256}:
            message = f"{file}: says it is {stated}, but its content is {version.sha256}; restore"
            raise DatasetError(message)
        return version


def picture_file(root: Path, picture: Picture) -> Path:
    """Return where a picture lies, `root` being the material or the library.

    Raises:
        SampleError: the manifest leads out of that folder.
    """
    return inside(root, picture.file)


def by_source(pictures: Iterable[Picture]) -> dict[tuple[str, str], int]:
    """Count pictures by (source, licence)."""
    return dict(sorted(Counter((p.source, p.licence) for p in pictures).items()))


@dataclass(frozen=True, slots=True)
class _Places:
    """What a version is built from.

    Attributes:
        material: the folder to which pictures are relative.
        absent: source or picture → classes known to be absent there.
    """

    material: Path
    labels: tuple[str, ...]
    absent: dict[str, set[str]]


def build_version(
    spec: DataSpec, labels: Sequence[str], material: Path, lists: Path
) -> DatasetVersion:
    """Read the sets of `spec` under `material` and check every picture against its hash.

    Args:
        spec: what belongs to the version.
        labels: the classes taught, in the order of the model.
        material: the folder of the outside material.
        lists: the folder of the absence lists, that of the recipe.

    Raises:
        DatasetError: a manifest, picture or label file is missing, changed or malformed.
    """
    absent = {source: set(classes) for source, classes in spec.reviewed_absent.items()}
    for item in spec.absence_lists:
        for line in _read(lists / item.list).decode().splitlines():
            if not line.startswith("#"):
                absent.setdefault(line, set()).update(item.absent)
    places = _Places(material, tuple(labels), absent)
    pictures: list[Picture] = []
    for part in spec.sets:
        manifest = material / part.folder / "manifest.jsonl"
        for number, row in enumerate(_read(manifest).decode().splitlines(), 1):
            try:
                picture = _picture(json.loads(row), part, places)
            except (KeyError, ValueError, IndexError, ValidationError) as error:
                message = f"{manifest}:{number}: malformed entry ({error}); mend or drop it"
                raise DatasetError(message) from error
            if is_taken(picture, part.share):
                pictures.append(picture)
    pictures.sort(key=lambda picture: picture.sha256)
    return DatasetVersion(labels=tuple(labels), pictures=tuple(pictures))


def is_taken(picture: Picture, share: float) -> bool:
    """Whether a picture belongs to the version: it teaches something, and is in the share taken."""
    teaches = bool(picture.known or picture.boxes)
    lot = int(picture.sha256[:8], 16) / 2**32
    return teaches and (picture.split == "val" or lot < share)


def _picture(row: dict[str, object], part: SetSpec, places: _Places) -> Picture:
    """Turn one manifest row and its label file into a `Picture`, verifying the picture's hash."""
    file = f"{part.folder}/{row['file']}"
    digest = hashlib.sha256(_read(places.material / file)).hexdigest()
    if digest != row["sha256"]:
        message = f"{file}: SHA-256 is {digest}, manifest says {row['sha256']}; restore the file"
        raise DatasetError(message)
    source = str(row["source"])
    exhaustive = row["exhaustive"]
    stated = set(exhaustive if isinstance(exhaustive, list) else ())
    known = stated | places.absent.get(source, set()) | places.absent.get(file, set())
    rows = parse_yolo(_read(places.material / label_file(file)).decode(), part.classes)
    return Picture.model_validate(
        {
            "file": file,
            "sha256": digest,
            "source": source,
            "licence": row["licence"],
            "split": row["split"],
            "width": row["width"],
            "height": row["height"],
            "known": tuple(label for label in places.labels if label in known),
            "boxes": tuple(box for box in rows if box.label in places.labels),
            "repeat": part.repeat,
            "unsure": tuple(
                box.model_copy(update={"label": label})
                for box in rows
                for label in part.unsure.get(box.label, ())
                if label in places.labels
            ),
        }
    )


def _read(file: Path) -> bytes:
    """Read a file of the material.

    Raises:
        DatasetError: it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        message = f"{file}: cannot be read ({error}); restore the material"
        raise DatasetError(message) from error
