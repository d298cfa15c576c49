"""An open source: its video packets in order, and the parameters to mux them again."""

import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import av
import av.error
from av.container import InputContainer
from av.packet import Packet as RawPacket
from av.video.stream import VideoStream

from edge.trust import system_bundle
from edge.video import faults
from edge.video.packet import StreamFormat
from edge.video.source import FileAddress, HttpAddress, RtspAddress, SourceSpec, open_url

#: The library numbers their pictures 25 a second, however many come.
_WITHOUT_TIMES = frozenset({"mpjpeg", "mjpeg"})

VideoPacket: TypeAlias = "RawPacket[VideoStream]"


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long the library may wait for the network, in seconds; `mono` reads the clock."""

    connect_s: float
    read_s: float
    mono: Callable[[], float]


class Opening:
    """One session with a source, from connecting to closing. One thread uses it."""

    def __init__(self, spec: SourceSpec, deadlines: Deadlines) -> None:
        """Connect.

        Raises:
            Unreachable: no connection, refused, or wrong password.
            Undecodable: no video stream, or an unknown codec.
        """
        self.spec = spec
        self._deadlines = deadlines
        self._container = _open(spec, deadlines)
        try:
            self.stream = _video_of(spec, self._container)
        except BaseException:
            self._container.close()
            raise
        self._kind = self._container.format.name
        #: How long the source says it is, if it says so.
        self.declared_s = _declared_s(self._container, self.stream)
        self.header = _header_of(self.stream)

    @property
    def is_film(self) -> bool:
        """Whether the source has an end: a file, or a film behind a web address."""
        if isinstance(self.spec.address, FileAddress):
            return True
        return isinstance(self.spec.address, HttpAddress) and bool(self.declared_s)

    @property
    def has_times(self) -> bool:
        """Whether its packets carry times; pictures strung together over HTTP carry none."""
        return self._kind not in _WITHOUT_TIMES

    @property
    def time_base(self) -> Fraction:
        """Seconds per tick of the packets' times; fine enough for arrival where they have none."""
        if not self.has_times:
            return Fraction(1, 90_000)
        return self.stream.time_base or Fraction(1, 90_000)

    @property
    def frame_ticks(self) -> int:
        """Ticks between two pictures, as far as the stream says; 25 a second if it does not."""
        rate = self.stream.average_rate or self.stream.guessed_rate or Fraction(25)
        return max(1, round(1 / (rate * self.time_base)))

    @property
    def is_cut_off(self) -> bool:
        """Whether a RIFF file (AVI) is shorter than its first bytes say."""
        if self._kind != "avi" or not isinstance(self.spec.address, FileAddress):
            return False
        path = self.spec.address.path
        with path.open("rb") as file:
            declared = int.from_bytes(file.read(8)[4:], "little")
        return path.stat().st_size < declared

    def format(self, epoch: int, width: int, height: int) -> StreamFormat:
        """Return what the packets of an epoch need to be muxed again."""
        codec = self.stream.codec_context.name
        return StreamFormat(epoch, codec, width, height, self.time_base, self.header)

    def packets(self) -> Iterator[VideoPacket]:
        """Yield video packets; the last one is empty and flushes the decoder.

        Raises:
            Stalled: nothing arrived within the deadline.
            Unreachable: the connection broke, or the file cannot be read on.
        """
        packets = self._container.demux(self.stream)
        while True:
            began = self._deadlines.mono()
            try:
                packet = next(packets)
            except (StopIteration, av.error.EOFError):
                return
            except av.error.FFmpegError as fault:
                too_late = self._deadlines.mono() - began >= self._deadlines.read_s
                raise faults.explain_reading(self.spec, fault, too_late=too_late) from None
            yield packet

    def close(self) -> None:
        """End the session."""
        with suppress(av.error.FFmpegError):
            self._container.close()


def _open(spec: SourceSpec, deadlines: Deadlines) -> InputContainer:
    timeout: tuple[float, float] | None = None
    if not isinstance(spec.address, FileAddress):
        timeout = (deadlines.connect_s, deadlines.read_s)
    began = deadlines.mono()
    try:
        # `from None`: the library's own text holds the address with its password.
        return av.open(open_url(spec.address), "r", options=_options(spec), timeout=timeout)
    except (av.error.FFmpegError, OSError) as fault:
        too_late = deadlines.mono() - began >= deadlines.connect_s
        raise faults.explain_opening(spec, fault, too_late=too_late) from None


def _options(spec: SourceSpec) -> dict[str, str]:
    """Return what the library is told about a source on the network."""
    soon = {"analyzeduration": "500000", "probesize": "2000000"}
    match spec.address:
        case RtspAddress():
            return soon | {
                "rtsp_transport": spec.address.transport,
                # Sound would keep the connection alive when pictures have stopped.
                "allowed_media_types": "video",
                "max_delay": "500000",
            }
        case HttpAddress(check_certificate=False):
            return soon | {"tls_verify": "0"}
        case HttpAddress():
            # Without a file the library would look where it was built, not on this system.
            believed = spec.address.ca_file or system_bundle()
            return soon | {"tls_verify": "1"} | ({"ca_file": str(believed)} if believed else {})
        case FileAddress():
            return {}


def _video_of(spec: SourceSpec, container: InputContainer) -> VideoStream:
    if not container.streams.video:
        raise faults.no_video(spec)
    stream = container.streams.video[0]
    context = stream.codec_context
    if context is None:
        raise faults.unknown_codec(spec, "an unknown codec")
    # Cameras run side by side: a decoder with threads of its own would only make them wait.
    context.thread_count = 1
    return stream


def _declared_s(container: InputContainer, stream: VideoStream) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return None if container.duration is None else container.duration / av.time_base


def _header_of(stream: VideoStream) -> bytes:
    """Write a container without pictures: it carries the codec's parameters out of this session."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="nut") as out:
        copy = out.add_stream_from_template(stream, opaque=True)
        # The format is read back only if a packet follows its header.
        packet = av.Packet(b"\0")
        packet.stream = copy
        packet.pts = packet.dts = 0
        packet.time_base = stream.time_base or Fraction(1, 90_000)
        packet.is_keyframe = True
        out.mux(packet)
    return buffer.getvalue()
