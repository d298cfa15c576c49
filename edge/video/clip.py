"""Clips: the packets as they came in a container of their own, and a copy that browsers play."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import av
import av.error
import cv2
import numpy as np
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from edge.errors import EvidenceError
from edge.ports import Pixels
from edge.video.bgr import BgrConverter
from edge.video.packet import Packet

_IN_MP4 = frozenset({"h264", "hevc"})
_TICKS = 90_000

#: Changes a picture, given its moment on the stream's monotonic line and how much smaller than the
#: original it is.
Redraw = Callable[[float, Pixels, float], Pixels]


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip's bytes."""

    data: bytes
    media_type: Literal["video/mp4", "video/x-matroska"]


@dataclass(frozen=True, slots=True)
class ShownFormat:
    """How the copy for showing is coded: small enough for every screen and a slow line."""

    widest_px: int = 1280
    highest_fps: float = 15.0
    quality_crf: int = 26


#: Every picture in its own size, as good as the eye can tell: for a copy that is an original.
AS_ORIGINAL = ShownFormat(widest_px=1_000_000, highest_fps=1000.0, quality_crf=18)


class Timeline:
    """Where the moments of a clip's pictures lie on the clip's own line, which begins at 0."""

    def __init__(self, packets: Sequence[Packet]) -> None:
        ordered = sorted(packets, key=lambda packet: packet.pts)
        base = packets[0].format.time_base
        first = packets[0].pts
        self._offsets: NDArray[np.float64] = np.array(
            [float((packet.pts - first) * base) for packet in ordered]
        )
        self._monos: NDArray[np.float64] = np.array([packet.at.mono for packet in ordered])

    def mono_at(self, offset_s: float) -> float:
        """Return the moment of a point of the clip."""
        return float(np.interp(offset_s, self._offsets, self._monos))

    def offset_of(self, mono: float) -> float:
        """Return the point of the clip that shows a moment."""
        return float(np.interp(mono, self._monos, self._offsets))


def playable(packets: Sequence[Packet]) -> tuple[Packet, ...]:
    """Leave out pictures that are shown before the first key frame: they need what came before."""
    return tuple(packet for packet in packets if packet.pts >= packets[0].pts)


def remux(packets: Sequence[Packet]) -> Clip:
    """Put packets, as received, into a container: MP4 for H.264 and HEVC, Matroska for the rest.

    Raises:
        EvidenceError: the library cannot write them.
    """
    in_mp4 = packets[0].format.codec in _IN_MP4
    buffer = io.BytesIO()
    try:
        with av.open(buffer, "w", format="mp4" if in_mp4 else "matroska") as out:
            _copy(packets, out)
    except (av.error.FFmpegError, ValueError) as fault:
        raise EvidenceError(f"the original clip could not be written: {fault}") from fault
    return Clip(buffer.getvalue(), "video/mp4" if in_mp4 else "video/x-matroska")


def transcode(
    original: Clip, timeline: Timeline, redraw: Redraw, form: ShownFormat | None = None
) -> Clip:
    """Make the copy that is shown: H.264, 4:2:0, MP4 that starts before it is loaded whole.

    Raises:
        EvidenceError: the original cannot be decoded, or the copy not written.
    """
    form = form or ShownFormat()
    # The library moves the index to the front by opening the file a second time: it needs a path.
    with TemporaryDirectory(prefix="patrol-clip-") as folder:
        path = Path(folder) / "shown.mp4"
        _transcode_to(path, original, timeline, redraw, form)
        return Clip(path.read_bytes(), "video/mp4")


def _transcode_to(
    path: Path, original: Clip, timeline: Timeline, redraw: Redraw, form: ShownFormat
) -> None:
    try:
        with (
            av.open(io.BytesIO(original.data), "r") as source,
            av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as out,
        ):
            source.streams.video[0].codec_context.thread_count = 1
            written = _encode(
                _thinned(source.decode(source.streams.video[0]), form),
                out,
                form,
                (lambda at_s, pixels, scale: redraw(timeline.mono_at(at_s), pixels, scale)),
            )
    except (av.error.FFmpegError, cv2.error, OSError, ValueError) as fault:
        raise EvidenceError(f"the shown clip could not be made: {fault}") from fault
    if not written:
        raise EvidenceError("the shown clip could not be made: no picture of it could be decoded")


def _copy(packets: Sequence[Packet], out: OutputContainer) -> None:
    form = packets[0].format
    with av.open(io.BytesIO(form.header), "r", format="nut") as header:
        stream = out.add_stream_from_template(header.streams.video[0], opaque=True)
        stream.time_base = form.time_base
        first = packets[0].pts
        last_dts: int | None = None
        for packet in packets:
            raw = av.Packet(packet.data)
            raw.stream = stream
            raw.time_base = form.time_base
            dts = packet.dts - first
            # A container needs rising decoding times; some cameras repeat one.
            raw.dts = last_dts = dts if last_dts is None or dts > last_dts else last_dts + 1
            raw.pts = max(packet.pts - first, raw.dts)
            raw.duration = packet.duration
            raw.is_keyframe = packet.is_keyframe
            out.mux_one(raw)


@dataclass(frozen=True, slots=True)
class _Timed:
    offset_s: float
    image: VideoFrame


def _thinned(images: Iterator[VideoFrame], form: ShownFormat) -> Iterator[_Timed]:
    """Yield pictures with their point in the clip, not more of them a second than wanted."""
    next_due = 0.0
    for image in images:
        offset_s = 0.0 if image.pts is None else float(image.pts * (image.time_base or 0))
        if offset_s < next_due - 1e-3:
            continue
        next_due = max(next_due + 1 / form.highest_fps, offset_s)
        yield _Timed(offset_s, image)


def _encode(
    pictures: Iterator[_Timed], out: OutputContainer, form: ShownFormat, redraw: Redraw
) -> bool:
    stream: VideoStream | None = None
    converter = BgrConverter()
    for picture in pictures:
        stream = stream or _shown_stream(out, picture.image, form)
        pixels = converter.pixels(picture.image, (stream.width, stream.height))
        shown = redraw(picture.offset_s, pixels, stream.width / picture.image.width)
        frame = VideoFrame.from_ndarray(shown, format="bgr24")
        frame.pts = round(picture.offset_s * _TICKS)
        frame.time_base = Fraction(1, _TICKS)
        out.mux(stream.encode(frame))
    if stream is None:
        return False
    out.mux(stream.encode(None))
    return True


def _shown_stream(out: OutputContainer, first: VideoFrame, form: ShownFormat) -> VideoStream:
    scale = min(1.0, form.widest_px / first.width)
    options = {
        "preset": "veryfast",
        "crf": str(form.quality_crf),
        "g": "30",
        "rc-lookahead": "10",
        # With B-frames, and with more than one thread, the encoder's bytes differ from run to run.
        "bf": "0",
    }
    stream = out.add_stream("libx264", rate=Fraction(form.highest_fps), options=options)
    stream.width = _even(first.width * scale)
    stream.height = _even(first.height * scale)
    stream.pix_fmt = "yuv420p"
    stream.time_base = Fraction(1, _TICKS)
    stream.codec_context.time_base = Fraction(1, _TICKS)
    stream.codec_context.thread_count = 1
    return stream


def _even(length: float) -> int:
    return max(2, round(length / 2) * 2)
