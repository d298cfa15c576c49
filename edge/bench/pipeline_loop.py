"""The edge's own way over the same frames: read, look side by side, track, judge every rule.

python -m edge.bench.pipeline_loop MODELS FILM FRAMES MIN_SCORE OUT CAMERAS BACKEND PRECISION FITTED

MODELS is a JSON list of FOLDER:PRECISION; all of them look at every frame. FITTED: 1 or 0.
"""

import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from edge.config import CameraConfig
from edge.config.inference import Backend, Precision
from edge.core.camera_core import CameraCore, CoreSpec
from edge.core.detections import Detections
from edge.core.tracking import TrackingSettings
from edge.fleet.system_clock import SystemClock
from edge.inference.lane import Lane, Looked, Waiting
from edge.inference.layout import Layout
from edge.inference.loading import in_precision
from edge.inference.machine import cores
from edge.inference.site_models import SiteModels, panel_of
from edge.inference.workers import Workers
from edge.ports import Frame, RawBoxes
from edge.runtime.bindings import switch_on
from edge.video.packet_ring import PacketRing
from edge.video.reader import CameraReader, ReaderOutlets
from edge.video.source import FileAddress, Mode, SourceSpec
from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.ids import CameraId, DeviceId
from hazard_library.registry.package import find_package

#: The first run of a model takes longer; it is made on a picture of nothing.
_ANY_SIDE = 416


@dataclass(slots=True)
class _Counted:
    """Implements `edge.ports.Counters`."""

    sums: Counter[str] = field(default_factory=Counter)

    def count(self, name: str, by: int = 1) -> None:
        """Add to one counter."""
        self.sums[name] += by


class _Enough(Exception):
    """The asked number of frames has been read."""


class _Camera:
    """One film on its way: a thread that reads, a core that judges."""

    def __init__(self, lane: Lane, models: SiteModels, film: Path, frames: int) -> None:
        self.lane = lane
        self.looked: list[RawBoxes] = []
        self._frames = frames
        self._offered = 0
        self._core = core_of(lane.camera, models)
        outlets = ReaderOutlets(PacketRing(), self._offer, _ignore)
        spec = SourceSpec(lane.camera, FileAddress(film), Mode.REPLAY)
        self._reader = CameraReader(spec, SystemClock(), outlets)
        self._thread = threading.Thread(target=self._read, daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def judge(self, looked: Looked) -> None:
        """Follow and judge one look."""
        assert looked.boxes is not None, looked.fault  # noqa: S101 - a bench may stop at once
        boxes, pixels = looked.boxes, looked.frame.pixels
        self.looked.append(boxes)
        self._core.step(
            Detections(
                looked.frame.at,
                boxes.boxes,
                boxes.scores,
                boxes.labels,
                pixels.shape[1],
                pixels.shape[0],
            )
        )

    def _read(self) -> None:
        try:
            self._reader.run(threading.Event())
        except _Enough:
            pass
        finally:
            self.lane.finish()

    def _offer(self, frame: Frame) -> None:
        if self._offered == self._frames:
            raise _Enough
        self._offered += 1
        self.lane.offer(frame)


@dataclass(frozen=True, slots=True)
class Job:
    """What is looked at, from which score on, by how many cameras at once."""

    film: Path
    frames: int
    min_score: float
    cameras: int


def run(names: list[str], job: Job, layout: Layout) -> dict[str, object]:
    """Look at the first frames of a film and time all of it."""
    cv2.setNumThreads(1)
    found = (in_precision(find_package(name), layout.precision) for name in names)
    models = SiteModels(tuple(found))
    look = panel_of(models.packages, job.min_score, layout).detect
    look(np.zeros((_ANY_SIDE, _ANY_SIDE, 3), np.uint8))
    workers = Workers(layout.workers, _Counted())
    lanes = [workers.open_lane(CameraId(f"c{n}"), Waiting.EVERY, look) for n in range(job.cameras)]
    units = [_Camera(lane, models, job.film, job.frames) for lane in lanes]
    workers.start()
    clock = SystemClock()
    started = clock.now()
    for unit in units:
        unit.start()
    _judge_all(units)
    seconds = clock.now().seconds_since(started)
    workers.stop()
    labels = list(dict.fromkeys(label for p in models.packages for label in p.card.labels))
    return {
        "frames": sum(len(unit.looked) for unit in units),
        "seconds": seconds,
        "labels": labels,
        "boxes": [list(_rows(boxes, labels)) for boxes in units[0].looked],
    }


def _judge_all(units: list[_Camera]) -> None:
    """Judge every camera on a thread of its own, as the box does."""
    threads = [threading.Thread(target=_judge_one, args=(unit,)) for unit in units]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _judge_one(unit: _Camera) -> None:
    while not unit.lane.is_over:
        looked = unit.lane.next_looked(1.0)
        if looked is not None:
            unit.judge(looked)


def _rows(boxes: RawBoxes, labels: list[str]) -> Iterator[list[float]]:
    for label, score, box in zip(boxes.labels, boxes.scores, boxes.boxes, strict=True):
        yield [labels.index(label), float(score), *(float(edge) for edge in box)]


def core_of(camera: CameraId, models: SiteModels) -> CameraCore:
    """Switch on every hazard the models can see, on the whole picture."""
    config = CameraConfig.model_validate(
        {
            "id": camera,
            "source": {"kind": "file", "path": "film"},
            "all_with_model": True,
            "whole_picture": True,
        }
    )
    bindings = switch_on(config, load_catalogue(), models.labels).bindings
    tracking = TrackingSettings(high_by_label=models.thresholds)
    return CameraCore(CoreSpec(DeviceId("bench"), camera, bindings, tracking))


def _ignore(condition: CameraCondition, detail: str) -> None:
    del condition, detail


if __name__ == "__main__":
    given = sys.argv[1:]
    measured = run(
        json.loads(given[0]),
        Job(Path(given[1]), int(given[2]), float(given[3]), int(given[5])),
        Layout(Backend(given[6]), Precision(given[7]), cores(), is_fitted=given[8] == "1"),
    )
    Path(given[4]).write_text(json.dumps(measured), encoding="utf-8")
