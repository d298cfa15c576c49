"""`patrol detect`: what models find in pictures and films, as JSON lines or drawn."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edge.errors import EdgeError, SourceError
from edge.inference.site_models import open_panel
from edge.ports import Look
from edge.verbs.drawing import Drawing
from edge.verbs.looking import Seen, seen_in, sources_in


@dataclass(frozen=True, slots=True)
class DetectOptions:
    """What to look at, with which models (in their order), and how to tell it."""

    sources: tuple[Path, ...]
    models: tuple[str, ...]
    as_json: bool
    min_score: float | None
    out: Path


def detect(options: DetectOptions) -> int:
    """Look at every source; 2 when one could not be read (the others are still looked at).

    Raises:
        ModelRejected: a model cannot be used.
        EdgeError: an option means nothing.
    """
    if options.min_score is not None and not 0 <= options.min_score <= 1:
        raise EdgeError(f"--min-score: {options.min_score} is no score; give one from 0 to 1")
    look = open_panel(options.models, min_score=options.min_score).detect
    good = [_tell(given, look, options) for given in options.sources]
    return 0 if all(good) else 2


def _tell(given: Path, look: Look, options: DetectOptions) -> bool:
    """Tell one source of the command line; False when it, or a file in it, cannot be read."""
    try:
        sources = sources_in(given)
    except SourceError as fault:
        print(fault, file=sys.stderr)
        return False
    told = [_tell_one(source, look, options) for source in sources]
    return all(told)


def _tell_one(source: Path, look: Look, options: DetectOptions) -> bool:
    try:
        if options.as_json:
            _print(seen_in(source, look))
        else:
            _draw(source, seen_in(source, look), options.out)
    except SourceError as fault:
        print(fault, file=sys.stderr)
        return False
    return True


def _print(seen: Iterator[Seen]) -> None:
    for one in seen:
        print(json.dumps(_line(one), ensure_ascii=False))


def _line(one: Seen) -> dict[str, object]:
    boxes = one.boxes
    return {
        "source": str(one.source),
        "frame": one.frame,
        "time_s": round(one.time_s, 6),
        "width": int(one.pixels.shape[1]),
        "height": int(one.pixels.shape[0]),
        "detections": [
            {
                "class": label,
                "score": round(float(score), 5),
                "box": [round(float(edge), 2) for edge in box],
            }
            for label, score, box in zip(boxes.labels, boxes.scores, boxes.boxes, strict=True)
        ],
    }


def _draw(source: Path, seen: Iterator[Seen], out: Path) -> None:
    with Drawing(source, out) as drawing:
        for one in seen:
            drawing.add(one)
    print(f"{source}: {drawing.boxes} objects in {drawing.pictures} picture(s), {drawing.file}")
