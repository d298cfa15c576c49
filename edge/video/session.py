"""One opening of a source: raw packets become packets with moments, and pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import av.error
from av.video.frame import VideoFrame

from edge.core.moment import Moment
from edge.video.opening import Opening, VideoPacket
from edge.video.packet import Packet, StreamFormat
from edge.video.stream_clock import StreamClock

_REMEMBERED = 256

#: Numbers stretches of packets that fit in one clip.
Epochs = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture, not yet turned into an array. `number` counts within the session."""

    number: int
    at: Moment
    image: VideoFrame


@dataclass(frozen=True, slots=True)
class FormatChange:
    """The picture's size changed at the packet with these presentation ticks."""

    new: StreamFormat
    from_pts: int


class Session:
    """Names the moments of one opening's packets and decodes them. One thread uses it."""

    def __init__(self, opening: Opening, stream_clock: StreamClock, epochs: Epochs) -> None:
        self.opening = opening
        self._epochs = epochs
        self._clock = stream_clock
        context = opening.stream.codec_context
        self.format = opening.format(epochs(), context.width, context.height)
        self._moments: dict[int, Moment] = {}
        self._next_pts = 0
        self._first_dts: int | None = None
        self._last_dts: int | None = None
        self._latest: Moment | None = None
        self._first_mono: float | None = None
        self.decoded = 0
        self.decode_errors = 0
        self.covered_s = 0.0

    def elapsed_s(self, raw: VideoPacket) -> float:
        """Stream time from the first packet to this one, in decoding order."""
        ticks = raw.dts if raw.dts is not None else raw.pts
        if ticks is None:
            return self.covered_s
        if self._first_dts is None:
            self._first_dts = ticks
        return float((ticks - self._first_dts) * self.opening.time_base)

    def packet(self, raw: VideoPacket) -> Packet | None:
        """Name a packet's moment; None for the empty one that flushes the decoder."""
        if not raw.size:
            return None
        duration = (raw.duration if self.opening.has_times else 0) or self.opening.frame_ticks
        base = self.opening.time_base
        if self.opening.has_times:
            pts = raw.pts if raw.pts is not None else (raw.dts or self._next_pts)
            dts = raw.dts if raw.dts is not None else self._guessed_dts(pts)
            stamp = self._clock.stamp(float(pts * base), float(dts * base))
        else:
            stamp = self._clock.stamp(0.0, 0.0)
            pts = dts = self._ticks_of(stamp.at, float(base))
        raw.pts = pts
        self._next_pts = pts + duration
        self._last_dts = dts
        self._remember(pts, stamp.at, float(duration * base))
        return Packet(
            format=self.format,
            at=stamp.at,
            decode_mono=stamp.decode_mono,
            pts=pts,
            dts=dts,
            duration=duration,
            is_keyframe=raw.is_keyframe,
            data=bytes(raw),
        )

    def pictures(self, raw: VideoPacket) -> list[Picture]:
        """Decode one packet; what cannot be decoded is counted and left out."""
        try:
            images = raw.decode()
        except av.error.FFmpegError:
            self.decode_errors += 1
            return []
        return [self._picture(image) for image in images]

    def change_of_size(self, picture: Picture) -> FormatChange | None:
        """Notice that a picture has another size than those before it."""
        width, height = picture.image.width, picture.image.height
        if (width, height) == (self.format.width, self.format.height):
            return None
        self.format = self.opening.format(self._epochs(), width, height)
        return FormatChange(self.format, picture.image.pts or 0)

    def _ticks_of(self, at: Moment, tick_s: float) -> int:
        """Give a packet that came without a time the ticks of its arrival; they always rise."""
        since_s = 0.0 if self._first_mono is None else at.mono - self._first_mono
        return max(round(since_s / tick_s), 0 if self._last_dts is None else self._last_dts + 1)

    def _guessed_dts(self, pts: int) -> int:
        """Say when a packet without a decoding time is due: right after the one before it."""
        return pts if self._last_dts is None else min(pts, self._last_dts + 1)

    def _picture(self, image: VideoFrame) -> Picture:
        self.decoded += 1
        at = self._moments.pop(image.pts, None) if image.pts is not None else None
        if at is None:
            at = self._after_latest()
        self._latest = at
        return Picture(self.decoded, at, image)

    def _after_latest(self) -> Moment:
        """Return the moment of a picture that has lost its time: one picture after the last one."""
        step = float(self.opening.frame_ticks * self.opening.time_base)
        last = self._latest or next(iter(self._moments.values()))
        return Moment(last.mono + step, last.utc + timedelta(seconds=step), last.uncertainty_s)

    def _remember(self, pts: int, at: Moment, duration_s: float) -> None:
        self._moments[pts] = at
        if len(self._moments) > _REMEMBERED:
            del self._moments[next(iter(self._moments))]
        if self._first_mono is None:
            self._first_mono = at.mono
        self.covered_s = max(self.covered_s, at.mono + duration_s - self._first_mono)
