"""Importing a set as it lies: `manifest.jsonl`, `data.yaml`, pictures and YOLO labels."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from hazard_library.errors import SampleError
from hazard_library.samples.box import Split
from hazard_library.samples.folders import inside
from hazard_library.samples.intake import Draft, Intake
from hazard_library.samples.knowledge import Knowledge
from hazard_library.samples.review import State
from hazard_library.samples.sample import Label, Provenance, Throughout
from hazard_library.samples.yolo_text import label_file, parse_yolo

MANIFEST = "manifest.jsonl"
CLASSES = "data.yaml"


class Row(BaseModel):
    """One line of a set's manifest; fields that we do not use are let be."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    file: str
    sha256: str
    width: int
    height: int
    source: str
    licence: str
    split: Split | None = None
    exhaustive: tuple[str, ...] = ()
    original_path: str = ""
    repo: str | None = None
    commit: str | None = None


@dataclass(frozen=True, slots=True)
class Set:
    """A set's folder and what is known of it."""

    folder: Path
    collection: str
    classes: tuple[str, ...]
    knowledge: Knowledge


def sets_in(folder: Path) -> list[Path]:
    """Return the folder itself if it is a set, or the sets that lie in it."""
    if (folder / MANIFEST).is_file():
        return [folder]
    return sorted(manifest.parent for manifest in folder.glob(f"*/{MANIFEST}"))


def import_set(folder: Path, collection: str, knowledge: Knowledge, intake: Intake) -> None:
    """Take a whole set in; what does not fit is on the intake's list.

    Raises:
        SampleError: the manifest or the list of classes cannot be read.
    """
    try:
        names = yaml.safe_load((folder / CLASSES).read_text(encoding="utf-8"))["names"]
        lines = (folder / MANIFEST).read_text(encoding="utf-8").splitlines()
    except (OSError, yaml.YAMLError, KeyError, TypeError, UnicodeDecodeError) as error:
        message = f"{folder}: no set with {MANIFEST} and names in {CLASSES} ({error}); mend it"
        raise SampleError(message) from error
    classes = tuple(names.values() if isinstance(names, dict) else names)
    part = Set(folder, collection, classes, knowledge)
    intake.take_all(_drafts(part, lines, intake))


def _drafts(part: Set, lines: list[str], intake: Intake) -> Iterator[Draft]:
    """Turn manifest lines into drafts, putting malformed ones on the list."""
    for number, line in enumerate(lines, 1):
        try:
            row = Row.model_validate(json.loads(line))
        except (ValueError, ValidationError) as error:
            where = f"{part.collection}/{MANIFEST}:{number}"
            intake.refuse(where, "line", f"malformed ({error}); mend or drop it")
            continue
        try:
            yield _draft(part, row, intake)
        except (SampleError, OSError, ValueError, IndexError) as error:
            intake.refuse(row.file, "labels", f"{error}; mend the label file")


def _draft(part: Set, row: Row, intake: Intake) -> Draft:
    """Join a row, its label file and what is known of its source."""
    act, knowledge = intake.act, part.knowledge
    by = f"source:{row.source}"
    text = inside(part.folder, label_file(row.file)).read_text(encoding="utf-8")
    boxes = parse_yolo(text, part.classes)
    stated = tuple(Throughout(label=name, by=by, at=act.at) for name in row.exhaustive)
    known = knowledge.throughout(part.collection, row.file, row.source)
    return Draft(
        file=inside(part.folder, row.file),
        provenance=Provenance(
            collection=part.collection,
            source=row.source,
            path=row.file,
            original_path=row.original_path or None,
            repo=row.repo,
            url=f"https://github.com/{row.repo}" if row.repo else None,
            commit=row.commit,
            imported_by=act.by,
            imported_at=act.at,
        ),
        licence=knowledge.licence(row.source, row.licence),
        classes=frozenset(part.classes),
        labels=tuple(Label(**box.model_dump(), by=by, at=act.at) for box in boxes),
        exhaustive=(*stated, *(item for item in known if item.label not in row.exhaustive)),
        state=State.LABELLED,
        split=row.split,
        group=knowledge.scene(row.source, row.original_path),
        camera=knowledge.source(row.source).camera,
        stated_sha256=row.sha256,
        stated_size=(row.width, row.height),
    )
