"""Where the time of a frame goes, one step after the other on one thread, in milliseconds."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median

import av
import cv2
import numpy as np

from edge.bench.pipeline_loop import core_of
from edge.bench.report import Figure
from edge.core.detections import Detections
from edge.core.moment import Moment
from edge.core.tracking import TrackingSettings
from edge.fleet.system_clock import SystemClock
from edge.inference.decoders.yolo_anchor_free import YoloAnchorFree
from edge.inference.layout import Layout
from edge.inference.letterbox import Letterbox
from edge.inference.loading import in_precision, may_be_fitted, runner_of
from edge.inference.site_models import SiteModels
from edge.inference.small_grey import small_grey
from edge.video.bgr import BgrConverter
from edge.video.decoded_picture import DecodedPicture
from edge.video.looks import Looker, step_of
from hazard_library.contract.ids import CameraId
from hazard_library.registry.package import ModelPackage


@dataclass(frozen=True, slots=True)
class StagesBench:
    """frames: how many are timed."""

    film: Path
    package: ModelPackage
    layout: Layout
    frames: int


class _Watch:
    """Times the stretch since its last reading."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._last = self._clock.now()
        self.milliseconds: dict[str, list[float]] = defaultdict(list)

    def start(self) -> None:
        """Begin a stretch."""
        self._last = self._clock.now()

    def read(self, name: str) -> None:
        """Book the stretch, and begin the next."""
        now = self._clock.now()
        self.milliseconds[name].append(now.seconds_since(self._last) * 1000)
        self._last = now


def measure(bench: StagesBench) -> Iterator[Figure]:
    """Yield the median time of every step; the model runs on one thread here."""
    cv2.setNumThreads(1)
    watch = _Watch()
    _run(bench, watch)
    note = f"{bench.package.card.name}, {bench.package.card.input.width}, {bench.film.name}"
    for name, values in watch.milliseconds.items():
        is_model = name == "infer"
        where = f" on one thread, {bench.layout.backend}" if is_model else ""
        precision = bench.layout.precision if is_model else "-"
        yield Figure(f"time of a frame, {name}{where}", median(values), "ms", precision, note)


def _run(bench: StagesBench, watch: _Watch) -> None:
    package = in_precision(bench.package, bench.layout.precision)
    card, low = package.card, TrackingSettings().low
    runner = runner_of(package, bench.layout)
    is_fitted = bench.layout.is_fitted and may_be_fitted(package, runner)
    letterbox, looker = Letterbox(card.input, is_fitted=is_fitted), Looker()
    decoder = YoloAnchorFree(np.full(len(card.labels), low, np.float32), card.suppression_iou)
    core = core_of(CameraId("film"), SiteModels((package,)))
    for at, picture in _pictures(bench, watch):
        looker.look(at, picture.open_grey(step_of(picture.size[0])))
        watch.read("picture health")
        small_grey(picture)
        watch.read("gate")
        pixels = picture.pixels()
        watch.read("convert")
        tensor, place = letterbox.fill(pixels)
        watch.read("letterbox")
        output = runner.run(tensor)
        watch.read("infer")
        found = decoder.decode(output)
        boxes = place.to_picture(found.boxes)
        watch.read("boxes")
        labels = tuple(card.labels[number] for number in found.classes)
        height, width = pixels.shape[:2]
        core.step(Detections(at, boxes, found.scores, labels, width, height))
        watch.read("track and rules")
        cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 90])
        watch.read("encode (a key frame, once an incident)")


def _pictures(bench: StagesBench, watch: _Watch) -> Iterator[tuple[Moment, DecodedPicture]]:
    origin, converter = SystemClock().now(), BgrConverter()
    with av.open(str(bench.film)) as container:
        frames = islice(container.decode(video=0), bench.frames)
        while True:
            watch.start()
            frame = next(frames, None)
            if frame is None:
                return
            watch.read("decode")
            picture = DecodedPicture(frame, converter)
            yield Moment(float(frame.time or 0.0), origin.utc), picture
