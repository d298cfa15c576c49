"""What a box says of its cameras: how many pictures were analysed, and the state they are in.

The box counts anew once a second, so that times taken here are up to a second too long.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Event, Thread

import httpx
from row import Pace, paced
from waiting import wait_until

_LOOK_S = 0.05
#: The box has counted anew within this time, even when it is busy.
_COUNTS_WITHIN_S = 2.0


@dataclass
class Looks:
    """Asks the metrics of a box."""

    url: str
    # One for all looks: to make one takes longer than to ask.
    _http: httpx.Client = field(
        default_factory=lambda: httpx.Client(timeout=2, trust_env=False), repr=False
    )

    def of(self, camera: str) -> int:
        """Return how many pictures of a camera were analysed; 0 while the box does not answer."""
        return self._pictures().get(camera, 0)

    def all(self) -> int:
        """Return how many pictures were analysed."""
        return sum(self._pictures().values())

    def state(self, camera: str) -> str:
        """Return the state that a camera is in; "" while the box does not answer."""
        begin = f'patrol_camera_state{{camera="{camera}",state="'
        said = [line for line in self._said() if line.startswith(begin) and line.endswith(" 1.0")]
        return said[0].removeprefix(begin).partition('"')[0] if said else ""

    def reconnects(self, camera: str) -> int:
        """Return how often a camera was opened again."""
        return self._counts("patrol_camera_reconnects_total").get(camera, 0)

    def await_more(self, camera: str, within_s: float = 60.0) -> float:
        """Wait for one more picture; return how long it took."""
        before, began = self.of(camera), time.monotonic()
        wait_until(lambda: self.of(camera) > before, within_s, f"a picture of {camera}")
        return time.monotonic() - began

    def await_state(self, camera: str, *states: str, within_s: float = 60.0) -> float:
        """Wait until a camera is in one of some states; return how long it took."""
        began = time.monotonic()
        wait_until(lambda: self.state(camera) in states, within_s, f"{camera} {states}")
        return time.monotonic() - began

    def close(self) -> None:
        """Ask no more."""
        self._http.close()

    def _pictures(self) -> dict[str, int]:
        return self._counts("patrol_camera_frames_out_total")

    def _counts(self, name: str) -> dict[str, int]:
        begin = name + '{camera="'
        found = [line for line in self._said() if line.startswith(begin)]
        return {
            line.removeprefix(begin).partition('"')[0]: int(float(line.rpartition(" ")[2]))
            for line in found
        }

    def _said(self) -> list[str]:
        try:
            return self._http.get(self.url).text.splitlines()
        except httpx.TransportError:
            return []


@dataclass
class Witness:
    """Watches one camera all the time: when its pictures came."""

    looks: Looks
    camera: str
    fps: float
    came: list[tuple[float, int]] = field(default_factory=list)

    @contextmanager
    def watching(self) -> Iterator["Witness"]:
        """Watch in a thread of its own."""
        over = Event()
        thread = Thread(target=self._watch, args=(over,))
        thread.start()
        try:
            yield self
        finally:
            over.set()
            thread.join()

    @property
    def pace(self) -> Pace:
        """Return its pace while it was watched."""
        changes = [now for former, now in pairwise(self.came) if now[1] != former[1]]
        # Nothing came any more until the end: that is a pause as well.
        stood_still = self.came[-1][0] - changes[-1][0] > _COUNTS_WITHIN_S
        return paced([*changes, self.came[-1]] if stood_still else changes, self.fps)

    def _watch(self, over: Event) -> None:
        while True:
            seen = self.looks.of(self.camera)
            self.came.append((time.monotonic(), seen))
            if over.wait(_LOOK_S):
                return
