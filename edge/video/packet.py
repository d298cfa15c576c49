"""Encoded pictures on their way from the source into the ring and out into clips."""

from dataclasses import dataclass
from fractions import Fraction

from edge.core.moment import Moment


@dataclass(frozen=True, slots=True)
class StreamFormat:
    """What packets need to be muxed again; packets with another epoch do not fit in one clip.

    epoch: counts openings of the source and changes of its picture within one opening.
    header: a container's header (NUT) that carries the codec's parameters word for word.
    """

    epoch: int
    codec: str
    width: int
    height: int
    time_base: Fraction
    header: bytes


@dataclass(frozen=True, slots=True)
class Packet:
    """One encoded picture, bytes as received.

    at: when it is shown; decode_mono: when it is due at the decoder, on the same line as `at.mono`
    (never later than it is shown; in stream order it never falls).
    """

    format: StreamFormat
    at: Moment
    decode_mono: float
    pts: int
    dts: int
    duration: int
    is_keyframe: bool
    data: bytes
