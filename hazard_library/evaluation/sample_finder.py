"""A released model looking at samples of the store; what it saw once is not computed again."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self, TextIO

from pydantic import ValidationError

from hazard_library.evaluation.detector import Found, read_pixels
from hazard_library.evaluation.subject import Subject
from hazard_library.samples.box import Frozen
from hazard_library.samples.sample import Kind, Sample
from hazard_library.samples.sighting import SeenBox, Sighting
from hazard_library.samples.store import SampleStore

FLOOR = 0.05
"""Weaker boxes say nothing, not even that the model is unsure."""
USUAL_THRESHOLD = 0.25
"""For a run whose thresholds nobody has chosen yet."""


class _Remembered(Frozen):
    """One line of the file of what a model saw."""

    sample: str
    boxes: tuple[SeenBox, ...]


class SampleFinder:
    """One model and its memory: `findings/<hash of the model>.jsonl` in the library."""

    def __init__(self, subject: Subject, store: SampleStore, memory: TextIO) -> None:
        self._subject = subject
        self._store = store
        self._detector = subject.detector()
        self._memory = memory
        self._seen = dict(_read(memory))

    @classmethod
    def open(cls, subject: Subject, store: SampleStore) -> Self:
        """Open a model for a library."""
        file = store.root / "findings" / f"{subject.sha256[:16]}.jsonl"
        file.parent.mkdir(exist_ok=True)
        return cls(subject, store, file.open("a+", encoding="utf-8"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._memory.close()

    def look(self, sample: Sample) -> Sighting:
        """Return what the model sees in a picture; in a clip, nothing.

        Raises:
            DatasetError: the picture cannot be decoded.
        """
        if sample.sha256 not in self._seen:
            boxes = () if sample.kind is Kind.CLIP else self._find(self._store.file(sample), sample)
            remembered = _Remembered(sample=sample.sha256, boxes=boxes)
            self._memory.write(remembered.model_dump_json() + "\n")
            self._seen[sample.sha256] = boxes
        chosen = self._subject.thresholds or {}
        return Sighting(
            model=f"{self._subject.name}/{self._subject.version}",
            thresholds={name: chosen.get(name, USUAL_THRESHOLD) for name in self._subject.labels},
            boxes=self._seen[sample.sha256],
        )

    def _find(self, file: Path, sample: Sample) -> tuple[SeenBox, ...]:
        found = self._detector.find(read_pixels(file), FLOOR, self._subject.suppression_iou)
        return tuple(_boxes(found, self._subject.labels, sample))


def _boxes(found: Found, labels: tuple[str, ...], sample: Sample) -> Iterable[SeenBox]:
    for number, score, corners in zip(found.classes, found.scores, found.corners, strict=True):
        x1, y1, x2, y2 = (float(value) for value in corners)
        if x2 - x1 > 0 and y2 - y1 > 0:
            yield SeenBox(
                label=labels[int(number)],
                cx=(x1 + x2) / 2 / sample.width,
                cy=(y1 + y2) / 2 / sample.height,
                w=(x2 - x1) / sample.width,
                h=(y2 - y1) / sample.height,
                score=min(1.0, float(score)),
            )


def _read(memory: TextIO) -> Iterator[tuple[str, tuple[SeenBox, ...]]]:
    """Read what was seen before; a line that was cut off is computed again."""
    memory.seek(0)
    for line in memory:
        try:
            remembered = _Remembered.model_validate_json(line)
        except ValidationError:
            continue
        yield remembered.sample, remembered.boxes
