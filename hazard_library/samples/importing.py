"""Into the store from a foreign format: new pictures, or newer labels of those we have."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from hazard_library.samples import blobs, merging
from hazard_library.samples.box import Split
from hazard_library.samples.formats.item import Content, Item
from hazard_library.samples.formats.sidecar import Sidecar, read_sidecar
from hazard_library.samples.intake import Draft, Intake
from hazard_library.samples.review import Event, State
from hazard_library.samples.sample import Label, Licence, Provenance, Sample, Throughout

SPLITS: dict[str, Split] = {"train": "train", "val": "val", "valid": "val", "validation": "val"}
"""Names of subsets in foreign formats; of a test part the library decides itself."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What the person who imports says of pictures that nothing else is known of.

    Attributes:
        throughout: classes of which every instance has a box in the pictures that are labelled.
    """

    collection: str
    source: str
    licence: Licence
    throughout: tuple[str, ...] = ()


def read_format(folder: Path, format_: str) -> Content:
    """Read a folder in one of `FORMATS`.

    Raises:
        SampleError: it is not of that format.
    """
    # datumaro takes seconds to load and belongs to the extra `library`.
    from hazard_library.samples.formats import label_studio, with_datumaro, yolo  # noqa: PLC0415

    if format_ == "label-studio":
        return label_studio.read(folder)
    if format_ == "yolo":
        return yolo.read(folder)
    return with_datumaro.read(folder, format_)


def import_format(folder: Path, format_: str, stated: Stated, intake: Intake) -> None:
    """Take a folder in: what the sidecar knows, corrected by what the format says now.

    Raises:
        SampleError: the folder is not of that format, or its sidecar cannot be read.
    """
    content, sidecar = read_format(folder, format_), read_sidecar(folder)
    for name, problem in content.problems:
        intake.refuse(name, "labels", problem)
    intake.take_all(_drafts(content, sidecar, stated, intake))


def _drafts(
    content: Content, sidecar: Sidecar | None, stated: Stated, intake: Intake
) -> Iterator[Draft]:
    """Turn items into drafts, putting those that cannot be taken on the list."""
    known = sidecar.samples if sidecar else {}
    named = frozenset((*content.classes, *(sidecar.classes if sidecar else ())))
    for item in content.items:
        digest = blobs.digest_of(item.file) if item.file else Path(item.name).stem
        there, said = intake.store.find(digest), known.get(digest)
        if item.problem:
            intake.refuse(item.name, "labels", item.problem)
        elif there is not None:
            yield from _newer(item, there, said or there, stated, intake, named)
        elif item.file is None:
            problem = "its picture is neither here nor in the library; export with pictures"
            intake.refuse(item.name, "file", problem)
        else:
            draft = _draft_of(said, item.file) if said else _fresh(item, item.file, stated, intake)
            yield _joined(draft, item, said, stated, intake, named)


def _newer(
    item: Item,
    there: Sample,
    exported: Sample,
    stated: Stated,
    intake: Intake,
    named: frozenset[str],
) -> Iterator[Draft]:
    """Say what is new about a sample that the library has.

    What the labeller left as it was exported confirms a proposal, and changes nothing in labels
    that somebody else has corrected meanwhile.
    """
    if item.boxes is None:
        intake.unchanged.append(there.sha256)
        return
    labels, said = _drawn(item, intake), _said(stated, intake)
    _, event = merging.merged(exported, labels, (), named)
    yield replace(
        _draft_of(there, item.file or intake.store.file(there)),
        labels=labels if event is Event.LABEL else there.labels,
        exhaustive=said,
        classes=named,
        state=State.LABELLED,
    )


def _joined(
    draft: Draft,
    item: Item,
    exported: Sample | None,
    stated: Stated,
    intake: Intake,
    named: frozenset[str],
) -> Draft:
    """Join the boxes of the format to the draft of a picture that is new to the library.

    A picture without boxes says that somebody looked and found nothing; one that nobody labelled
    (`boxes` is None) stays as it was exported.
    """
    draft = replace(draft, classes=named)
    if item.boxes is None:
        return draft
    labels, said = _drawn(item, intake), _said(stated, intake)
    if exported is None:
        return replace(draft, labels=labels, exhaustive=said, state=State.LABELLED)
    now, event = merging.merged(exported, labels, said, named)
    state = State.LABELLED if event is Event.LABEL else exported.state
    return replace(draft, labels=now.labels, exhaustive=now.exhaustive, state=state)


def _drawn(item: Item, intake: Intake) -> tuple[Label, ...]:
    """Return an item's boxes as drawn by whoever imports them."""
    act = intake.act
    return tuple(Label(**box.model_dump(), by=act.by, at=act.at) for box in item.boxes or ())


def _said(stated: Stated, intake: Intake) -> tuple[Throughout, ...]:
    """Return what is said to be labelled throughout."""
    act = intake.act
    return tuple(
        Throughout(label=name, by=act.by, at=act.at, why=act.why) for name in stated.throughout
    )


def _fresh(item: Item, file: Path, stated: Stated, intake: Intake) -> Draft:
    """Return the draft of a picture that only the format knows."""
    act = intake.act
    return Draft(
        file=file,
        provenance=Provenance(
            collection=stated.collection,
            source=stated.source,
            path=f"{item.subset}/{item.name}{file.suffix}".lstrip("/"),
            imported_by=act.by,
            imported_at=act.at,
        ),
        licence=stated.licence,
        classes=frozenset(),
        split=SPLITS.get(item.subset),
    )


def _draft_of(sample: Sample, file: Path) -> Draft:
    """Return a draft that says everything a sample says."""
    shared = {one.name for one in fields(Draft)} & Sample.model_fields.keys()
    said: dict[str, Any] = {name: getattr(sample, name) for name in shared}
    return Draft(
        file=file,
        classes=frozenset(),
        stated_sha256=sample.sha256,
        stated_size=(sample.width, sample.height),
        **said,
    )
