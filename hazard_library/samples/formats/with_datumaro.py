"""COCO, VOC, CVAT and the writing of YOLO through datumaro.

It keeps coordinates to a hundredth of a pixel.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import datumaro as dm
from datumaro.components.annotation import AnnotationType, Bbox, LabelCategories
from datumaro.components.contexts.importer import ImportErrorPolicy
from datumaro.components.errors import DatumaroError
from datumaro.components.media import Image

from hazard_library.errors import SampleError
from hazard_library.samples.box import Box
from hazard_library.samples.formats.item import Content, Item, Outgoing

NAMES = {"yolo": "yolo", "coco": "coco_instances", "voc": "voc_detection", "cvat": "cvat"}
ONE_SUBSET = frozenset({"cvat"})
"""Formats of labelling tools, which take one task at a time."""
TRAINS_BY_DEFAULT = frozenset({"yolo"})
"""Formats that know no third subset: datumaro would write it over that of training."""


def write(out: Path, name: str, labels: Sequence[str], pictures: Sequence[Outgoing]) -> None:
    """Write pictures and boxes in a format.

    Raises:
        SampleError: datumaro cannot write it.
    """
    items = [
        dm.DatasetItem(
            id=one.stem,
            subset=_subset(one.subset, name),
            media=Image.from_file(path=str(one.file), size=(one.height, one.width)),
            annotations=[_annotation(one, box, labels) for box in one.boxes],
        )
        for one in pictures
    ]
    dataset = dm.Dataset.from_iterable(items, categories=list(labels), media_type=Image)
    try:
        with _quiet():
            dataset.export(str(out), NAMES[name], save_media=True)
    except DatumaroError as error:
        message = f"{out}: cannot be written as {name} ({error}); choose another format"
        raise SampleError(message) from error


def _subset(subset: str, name: str) -> str:
    """Return the subset a picture goes to in a format."""
    if name in ONE_SUBSET:
        return "default"
    return "train" if subset == "default" and name in TRAINS_BY_DEFAULT else subset


def _annotation(one: Outgoing, box: Box, labels: Sequence[str]) -> Bbox:
    """Return a box in pixels."""
    left, top, right, bottom = box.corners(one.width, one.height)
    return Bbox(left, top, right - left, bottom - top, label=labels.index(box.label))


class _Collecting(ImportErrorPolicy):  # type: ignore[misc,unused-ignore]
    """Put what cannot be read on a list and go on."""

    def __init__(self) -> None:
        self.problems: list[tuple[str, str]] = []

    def report_item_error(self, error: Exception, *, item_id: tuple[str, str]) -> None:
        self.problems.append((str(item_id[0]), str(error)))

    def report_annotation_error(self, error: Exception, *, item_id: tuple[str, str]) -> None:
        self.problems.append((str(item_id[0]), str(error)))


def read(folder: Path, name: str) -> Content:
    """Read a folder of a format; a picture with a bad label is a problem, not an end.

    Raises:
        SampleError: the folder is not of that format at all.
    """
    policy = _Collecting()
    try:
        with _quiet():
            dataset = dm.Dataset.import_from(str(folder), NAMES[name], error_policy=policy)
            categories = dataset.categories().get(AnnotationType.label, LabelCategories())
            classes = tuple(category.name for category in categories.items)
            items = tuple(_item(item, classes) for item in dataset)
    except (DatumaroError, OSError, ValueError, KeyError, SyntaxError) as error:
        message = f"{folder}: cannot be read as {name} ({error}); check --format and the folder"
        raise SampleError(message) from error
    bad = {name for name, _ in policy.problems}
    return Content(
        classes=classes,
        items=tuple(item for item in items if item.name not in bad),
        problems=tuple(policy.problems),
    )


def _item(item: dm.DatasetItem, classes: Sequence[str]) -> Item:
    """Return what datumaro read of one picture."""
    path = getattr(item.media, "path", None)
    file = Path(path) if path and Path(path).is_file() else None
    subset = item.subset or ""
    others = {one.type.name for one in item.annotations if one.type is not AnnotationType.bbox}
    if others:
        problem = f"has {', '.join(sorted(others))}; only boxes are taken, convert them first"
        return Item(item.id, file, None, subset, problem)
    try:
        size = item.media.size if item.media is not None else None
    except (OSError, ValueError) as error:
        return Item(item.id, file, None, subset, f"no whole picture ({error}); restore the file")
    if size is None:
        return Item(item.id, file, None, subset, "no whole picture; restore the file")
    height, width = size
    boxes = tuple(_box(one, classes[one.label], width, height) for one in item.annotations)
    return Item(item.id, file, boxes, subset)


def _box(annotation: Bbox, label: str, width: int, height: int) -> Box:
    """Return a box in shares."""
    left, top, right, bottom = annotation.points
    return Box(
        label=label,
        cx=(left + right) / 2 / width,
        cy=(top + bottom) / 2 / height,
        w=(right - left) / width,
        h=(bottom - top) / height,
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep datumaro's warnings, which repeat what is refused, off the screen."""
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(before)
