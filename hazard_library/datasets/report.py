"""The report of a version: one HTML page that holds everything it shows."""

import base64
import io
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
from PIL import Image, ImageDraw

from hazard_library.datasets.plots import box_sizes, class_counts
from hazard_library.datasets.version import DatasetVersion, Picture, picture_file
from hazard_library.samples import blobs

TEMPLATE = Path(__file__).with_name("report.html.j2")
SHOWN = 12
SIDE = 200
COLOURS = ("#e6194b", "#2457a7", "#3cb44b", "#f58231", "#911eb4", "#008080", "#9a6324")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source in the table."""

    source: str
    licence: str
    licence_class: str
    train: int
    val: int
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class in the table: boxes, pictures labelled throughout, and sources of boxes."""

    label: str
    boxes_train: int
    boxes_val: int
    known_train: int
    known_val: int
    sources: int


def write_report(
    version: DatasetVersion, withdrawn: Collection[str], file: Path, root: Path | None
) -> Path:
    """Write the page.

    Args:
        version: what is reported.
        withdrawn: pictures that were withdrawn since; they are named and not shown.
        file: where the page goes.
        root: the folder the pictures are relative to; None: none are shown.

    Raises:
        OSError: a picture cannot be read.
    """
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    shown = [p for p in version.pictures if p.sha256 not in set(withdrawn)]
    text = template.render(
        version=version,
        counts=version.counts(),
        classes=class_rows(version),
        sources=source_rows(version),
        class_plot=class_counts(version),
        size_plot=box_sizes(version),
        left_out=Counter((left.source, left.why.partition(": ")[2]) for left in version.left_out),
        withdrawn=withdrawn,
        unstated=sorted({p.source for p in version.pictures if p.licence_class == "unstated"}),
        pictures=[_shown(p, root, version.labels) for p in _chosen(shown)] if root else [],
    )
    blobs.write_text(text, file)
    return file


def class_rows(version: DatasetVersion) -> list[ClassRow]:
    """Count for each class what teaches it and what it is judged on."""
    rows = []
    for label in version.labels:
        boxes = Counter(p.split for p in version.pictures for b in p.boxes if b.label == label)
        known = Counter(p.split for p in version.pictures if label in p.known)
        sources = {p.source for p in version.pictures if any(b.label == label for b in p.boxes)}
        rows.append(
            ClassRow(
                label, boxes["train"], boxes["val"], known["train"], known["val"], len(sources)
            )
        )
    return rows


def source_rows(version: DatasetVersion) -> list[SourceRow]:
    """Count the pictures of each source, and say what is labelled throughout in all of them."""
    by_source: dict[tuple[str, str, str], list[Picture]] = defaultdict(list)
    for p in version.pictures:
        by_source[p.source, p.licence, p.licence_class or "–"].append(p)
    return [
        SourceRow(
            *key,
            train=sum(p.split == "train" for p in pictures),
            val=sum(p.split == "val" for p in pictures),
            known=tuple(
                label for label in version.labels if all(label in p.known for p in pictures)
            ),
        )
        for key, pictures in sorted(by_source.items())
    ]


def _chosen(pictures: Sequence[Picture]) -> list[Picture]:
    """Return some pictures with boxes, of as many sources as there are, the same each time."""
    by_source: dict[str, list[Picture]] = defaultdict(list)
    for p in pictures:
        if p.boxes:
            by_source[p.source].append(p)
    turns = max((len(of) for of in by_source.values()), default=0)
    ordered = [of[turn] for turn in range(turns) for of in by_source.values() if turn < len(of)]
    return ordered[:SHOWN]


def _shown(picture: Picture, root: Path, labels: Sequence[str]) -> dict[str, str]:
    """Return a picture made small, its boxes drawn, as a data address with a caption."""
    with Image.open(picture_file(root, picture)) as opened:
        small = opened.convert("RGB")
    small.thumbnail((SIDE, SIDE))
    pen = ImageDraw.Draw(small)
    for box in picture.boxes:
        colour = COLOURS[labels.index(box.label) % len(COLOURS)]
        pen.rectangle(box.corners(*small.size), outline=colour, width=2)
    data = io.BytesIO()
    small.save(data, "JPEG", quality=80)
    address = base64.b64encode(data.getvalue()).decode()
    names = ", ".join(sorted({box.label for box in picture.boxes}))
    return {
        "address": f"data:image/jpeg;base64,{address}",
        "caption": f"{picture.source} · {picture.split} · {names}",
    }
