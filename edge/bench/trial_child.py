"""One layout on this machine: how fast the site's models look, what they find, what that takes.

python -m edge.bench.trial_child JOB OUT

A process of its own for each layout, because runtimes keep their threads and memory until it ends.
"""

import itertools
import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from edge.bench.processes import pss_mb
from edge.config.inference import Backend, Precision
from edge.fleet.system_clock import SystemClock
from edge.inference.layout import Layout
from edge.inference.site_models import SiteModels, open_models, panel_of
from edge.ports import Look, Pixels, RawBoxes

#: Pictures that are looked at for what is found on them.
_PICTURES = 8
_LEAST_SCORE = 0.1


def run(
    names: list[str], root: Path | None, layout: Layout, film: Path, seconds: float
) -> dict[str, Any]:
    """Measure the listed models together, as a camera that needs all of them would."""
    cv2.setNumThreads(1)
    pictures = list(_pictures(film))
    models = open_models(names, root, layout)
    look = panel_of(models.packages, _LEAST_SCORE, layout).detect
    boxes = [_rows(look(one), models) for one in pictures]
    looks, took = _looks(look, pictures[0], layout.workers, seconds)
    return {
        "looks_per_second": looks / took,
        "boxes": boxes,
        "megabytes": pss_mb([os.getpid()]),
        "refused": [one.reason for one in models.refused],
    }


def _pictures(film: Path) -> Iterator[Pixels]:
    """Yield pictures from all over a film."""
    with av.open(str(film)) as container:
        total = max(container.streams.video[0].frames, _PICTURES)
        step = max(1, total // _PICTURES)
        for frame in itertools.islice(container.decode(video=0), 0, step * _PICTURES, step):
            yield np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def _looks(look: Look, pixels: Pixels, workers: int, seconds: float) -> tuple[int, float]:
    clock = SystemClock()
    counts = [0] * workers
    started = clock.now()

    def work(number: int) -> None:
        while clock.now().seconds_since(started) < seconds:
            look(pixels)
            counts[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts), clock.now().seconds_since(started)


def _rows(found: RawBoxes, models: SiteModels) -> list[list[float]]:
    labels = sorted(models.labels)
    return [
        [labels.index(label), float(score), *(float(edge) for edge in box)]
        for label, score, box in zip(found.labels, found.scores, found.boxes, strict=True)
    ]


if __name__ == "__main__":
    said = json.loads(sys.argv[1])
    chosen = Layout(
        Backend(said["backend"]),
        Precision(said["precision"]),
        said["workers"],
        said["threads"],
        said["fitted"],
    )
    given = None if said["root"] is None else Path(said["root"])
    measured = run(said["models"], given, chosen, Path(said["film"]), said["seconds"])
    Path(sys.argv[2]).write_text(json.dumps(measured), encoding="utf-8")
