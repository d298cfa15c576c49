"""What a file holds, counted by plain demultiplexing: made apart from the reader, to check it."""

from dataclasses import dataclass
from pathlib import Path

from edge.video.opening import Deadlines, Opening
from edge.video.source import FileAddress, Mode, SourceSpec
from hazard_library.contract.ids import CameraId


@dataclass(frozen=True, slots=True)
class Probe:
    """One film. seconds: how long its pictures are shown, added up."""

    packets: int
    seconds: float
    codec: str
    width: int
    height: int


def probe(path: Path) -> Probe:
    """Count the video packets of a file.

    Raises:
        Unreachable: there is no such file, or it cannot be read.
        Undecodable: it is no video, or holds no video stream.
    """
    spec = SourceSpec(CameraId("probe"), FileAddress(path), Mode.REPLAY)
    opening = Opening(spec, Deadlines(0, 0, lambda: 0.0))
    try:
        return _count(opening)
    finally:
        opening.close()


def _count(opening: Opening) -> Probe:
    packets = ticks = 0
    for packet in opening.packets():
        if packet.size:
            packets += 1
            ticks += packet.duration or opening.frame_ticks
    context = opening.stream.codec_context
    return Probe(
        packets=packets,
        seconds=float(ticks * opening.time_base),
        codec=context.name,
        width=context.width,
        height=context.height,
    )
