"""Pictures of a source, one after the other, each with what the models found in it."""

import os
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge.errors import SourceError, Undecodable, Unreachable
from edge.fleet.system_clock import SystemClock
from edge.inference.lane import Lane, Waiting
from edge.inference.workers import Workers
from edge.ports import Look, Pixels, RawBoxes
from edge.video.packet_ring import PacketRing
from edge.video.reader import CameraReader, ReaderOutlets
from edge.video.source import FileAddress, Mode, SourceSpec
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.ids import CameraId

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture: frames count from 0, time from the film's first picture."""

    source: Path
    frame: int
    time_s: float
    pixels: Pixels
    boxes: RawBoxes


def sources_in(given: Path) -> tuple[Path, ...]:
    """Return a file itself, or the pictures of a folder by name.

    Raises:
        Unreachable: there is nothing of that name, or no picture in the folder.
    """
    if given.is_dir():
        found = sorted(file for file in given.rglob("*") if file.suffix.lower() in PICTURES)
        if not found:
            raise Unreachable(f"{given}: holds no picture; give a picture, folder or film")
        return tuple(found)
    if not given.exists():
        raise Unreachable(f"{given}: there is no such file; mend the path")
    return (given,)


def seen_in(source: Path, look: Look) -> Iterator[Seen]:
    """Yield a picture once, or every frame of a film in order.

    Raises:
        SourceError: it cannot be read; the message says why.
    """
    if source.suffix.lower() in PICTURES:
        pixels = picture_of(source)
        yield Seen(source, 0, 0.0, pixels, look(pixels))
    else:
        yield from _film(source, look)


def picture_of(source: Path) -> Pixels:
    """Return a picture's pixels, BGR.

    Raises:
        SourceError: it cannot be read.
    """
    try:
        data = np.frombuffer(source.read_bytes(), np.uint8)
    except OSError as fault:
        raise Unreachable(
            f"{source}: cannot be read ({fault.strerror}); mend its rights"
        ) from fault
    try:
        pixels = cv2.imdecode(data, cv2.IMREAD_COLOR) if len(data) else None
    except cv2.error:
        pixels = None
    if pixels is None:
        raise Undecodable(f"{source}: is no picture that can be read; convert it to JPEG or PNG")
    return np.asarray(pixels, np.uint8)


class _Counted:
    """Implements `edge.ports.Counters` for a reader nobody else watches."""

    def __init__(self) -> None:
        self.sums: Counter[str] = Counter()

    def count(self, name: str, by: int = 1) -> None:
        """Add to one counter."""
        self.sums[name] += by


def _film(source: Path, look: Look) -> Iterator[Seen]:
    """Decode on one thread, look on one per core, hand on in order."""
    workers = Workers(os.cpu_count() or 1, _Counted())
    lane = workers.open_lane(CameraId("film"), Waiting.EVERY, look)
    reading = _Reading(source, lane)
    workers.start()
    reading.start()
    try:
        yield from _in_order(source, lane)
    finally:
        reading.stop.set()
        workers.stop()
        reading.join()
    reading.raise_fault()


class _Reading(threading.Thread):
    """The thread that decodes a film into a lane."""

    def __init__(self, source: Path, lane: Lane) -> None:
        super().__init__(name="reader", daemon=True)
        self.stop = threading.Event()
        self._lane = lane
        spec = SourceSpec(lane.camera, FileAddress(source), Mode.REPLAY)
        outlets = ReaderOutlets(PacketRing(seconds=0.0, max_bytes=1), lane.offer, _ignore)
        self._reader = CameraReader(spec, SystemClock(), outlets)

    def run(self) -> None:
        """Read to the end of the film, or until told to stop."""
        try:
            self._reader.run(self.stop)
        finally:
            self._lane.finish()

    def raise_fault(self) -> None:
        """Raise what ended the film before its time, if anything did."""
        if self._reader.failure is not None:
            raise self._reader.failure
        if self._reader.stats.ended_early is not None:
            raise SourceError(self._reader.stats.ended_early)


def _in_order(source: Path, lane: Lane) -> Iterator[Seen]:
    while not lane.is_over:
        looked = lane.next_looked(1.0)
        if looked is not None and looked.boxes is not None:
            frame = looked.frame
            yield Seen(source, frame.number - 1, frame.at.mono, frame.pixels, looked.boxes)
        elif looked is not None:
            raise SourceError(f"{source}: frame {looked.frame.number - 1}: {looked.fault}")


def _ignore(condition: CameraCondition, detail: str) -> None:
    """A film's state is told by how its reading ends."""
    del condition, detail
