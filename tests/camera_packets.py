"""Packets as data: what a stream of a camera looks like to the ring."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from edge.core.moment import Moment
from edge.video.packet import Packet, StreamFormat

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TICKS = Fraction(1, 1000)


def stream_format(epoch: int = 1, width: int = 160, height: int = 120) -> StreamFormat:
    return StreamFormat(epoch, "h264", width, height, TICKS, b"")


def at(mono: float) -> Moment:
    return Moment(mono, START + timedelta(seconds=mono))


def packet(
    mono: float, *, key: bool = False, size: int = 10, form: StreamFormat | None = None
) -> Packet:
    ticks = round(mono * 1000)
    return Packet(
        format=form or stream_format(),
        at=at(mono),
        decode_mono=mono,
        pts=ticks,
        dts=ticks,
        duration=100,
        is_keyframe=key,
        data=bytes(size),
    )


def stream(
    from_s: float, to_s: float, *, every_s: float = 0.5, key_every_s: float = 2.0, size: int = 10
) -> Iterator[Packet]:
    """Yield packets from `from_s` up to and without `to_s`; key frames at multiples."""
    per_key = round(key_every_s / every_s)
    for number in range(round(from_s / every_s), round(to_s / every_s)):
        yield packet(number * every_s, key=number % per_key == 0, size=size)


def monos(packets: Sequence[Packet]) -> list[float]:
    return [one.at.mono for one in packets]
