"""When a picture was taken: a stream's own times put on the box's monotonic line, named in UTC."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from edge.core.moment import Moment
from edge.ports import Clock

_FILE_JUMP_S = 60.0
_FILE_SLACK_S = 1.0
_LIVE_JUMP_S = 5.0
_STEER_S = 1.0
_STEER_RATE = 0.25
_NETWORK_S = 0.1
_PACE_WINDOW_S = 6.0
_PACE_WINDOWS = 2
_PACE_SLOW = 0.75
_PACE_FAST = 1.34


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a packet is shown, and when it is due at the decoder, on one line."""

    at: Moment
    decode_mono: float


class StreamClock(Protocol):
    """Turns the times in a stream into moments."""

    def restart(self, *, has_times: bool = True) -> None:
        """The source is opened anew: its times have nothing to do with those before.

        has_times: whether it says times at all.
        """
        ...

    def stamp(self, pts_s: float, dts_s: float) -> Stamp:
        """Name the moment of the next packet in stream order; `decode_mono` never falls."""
        ...


class FileClock:
    """A replayed film: `mono` is the time since its first picture, `utc` that after `start_at`.

    Nothing is measured, so two replays give the same moments. Gaps in the film stay as they are;
    times that run backwards, or leap by a minute, are joined to what came before.
    """

    def __init__(self, start_at: datetime) -> None:
        self._start_at = start_at
        self._shift_s: float | None = None
        self._last_dts_s = 0.0
        self._step_s = 0.04
        self._decode = float("-inf")

    def restart(self, *, has_times: bool = True) -> None:
        """Go on where the film ended."""
        del has_times

    def stamp(self, pts_s: float, dts_s: float) -> Stamp:
        """Name the moment of the next packet."""
        if self._shift_s is None:
            self._shift_s = -pts_s
        elif not -_FILE_SLACK_S <= dts_s - self._last_dts_s <= _FILE_JUMP_S:
            self._shift_s += self._last_dts_s + self._step_s - dts_s
        elif dts_s > self._last_dts_s:
            self._step_s = dts_s - self._last_dts_s
        self._last_dts_s = dts_s
        # Microseconds, so that utc and mono name the same instant exactly.
        shown = timedelta(microseconds=round((pts_s + self._shift_s) * 1e6))
        mono = shown.total_seconds()
        self._decode = max(self._decode, min(dts_s + self._shift_s, mono))
        return Stamp(Moment(mono, self._start_at + shown), self._decode)


class ArrivalClock:
    """A live stream: its times follow the arrival of its packets.

    The stream's clock is trusted from one packet to the next and steered towards arrival, so that
    a camera that counts wrongly (25 frames claimed, 21 sent) stays within a fraction of a second.
    A leap of some seconds, or backwards, anchors anew. A clock that goes at another pace than the
    world (25 claimed, 8 sent) again and again is no clock: from then on arrival alone counts.

    What hour the camera believes it is, and in which time zone, is never asked: names are the
    box's.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pace = _Pace()
        self._has_times = True
        self._offset_s: float | None = None
        self._last_arrival = 0.0
        self._last_decode = float("-inf")

    @property
    def follows_stream(self) -> bool:
        """Whether the stream's own times count; False: arrival alone does."""
        return self._has_times and not self._pace.is_wrong

    def restart(self, *, has_times: bool = True) -> None:
        """Anchor at the next packet. What was learnt of the camera's pace stays."""
        self._has_times = has_times
        self._offset_s = None
        self._pace.restart()

    def stamp(self, pts_s: float, dts_s: float) -> Stamp:
        """Name the moment of a packet that has just arrived."""
        now = self._clock.now()
        self._pace.observe(now.mono, dts_s)
        if not self.follows_stream:
            self._last_decode = max(self._last_decode, now.mono)
            uncertainty_s = now.uncertainty_s + _NETWORK_S
            return Stamp(Moment(now.mono, now.utc, uncertainty_s), self._last_decode)
        error = self._steer(now.mono, dts_s)
        assert self._offset_s is not None  # noqa: S101 - for the type checker: _steer has set it
        decode = max(self._last_decode, min(dts_s + self._offset_s, now.mono))
        self._last_decode = decode
        mono = decode + max(0.0, pts_s - dts_s)
        utc = now.utc - timedelta(seconds=now.mono - mono)
        return Stamp(Moment(mono, utc, now.uncertainty_s + _NETWORK_S + abs(error)), decode)

    def _steer(self, arrival: float, dts_s: float) -> float:
        """Move the offset towards arrival; return what it was off by."""
        error = 0.0 if self._offset_s is None else arrival - dts_s - self._offset_s
        if self._offset_s is None or abs(error) > _LIVE_JUMP_S:
            self._offset_s = arrival - dts_s
            error = 0.0
        else:
            passed = max(0.0, arrival - self._last_arrival)
            # Nothing arrives before it was sent: a packet that came sooner than thought is right
            # at once. One that came later may only have been held up on its way.
            late = min(_STEER_RATE * passed, error * min(1.0, passed / _STEER_S))
            self._offset_s += error if error < 0 else late
        self._last_arrival = arrival
        return error


class _Pace:
    """Whether a stream's clock runs as fast as the world, judged over windows of some seconds.

    One window may be wrong because the network held packets up; then the next one is wrong the
    other way. A clock is wrong when several windows in a row are wrong the same way.
    """

    def __init__(self) -> None:
        self._began: tuple[float, float] | None = None
        self._wrong = 0
        self.is_wrong = False

    def restart(self) -> None:
        """Begin a new window: the stream was opened anew."""
        self._began = None
        self._wrong = 0

    def observe(self, arrival: float, dts_s: float) -> None:
        """Take the next packet into account."""
        if self._began is None:
            self._began = (arrival, dts_s)
            return
        passed, claimed = arrival - self._began[0], dts_s - self._began[1]
        if passed < _PACE_WINDOW_S:
            return
        self._began = (arrival, dts_s)
        way = (claimed > _PACE_FAST * passed) - (claimed < _PACE_SLOW * passed)
        same_way = way != 0 and way * self._wrong >= 0
        self._wrong = self._wrong + way if same_way else way
        self.is_wrong = self.is_wrong or abs(self._wrong) >= _PACE_WINDOWS
