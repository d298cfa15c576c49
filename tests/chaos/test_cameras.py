"""A camera fails; the others notice nothing, and it is analysed again soon after it is back."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest
from chain import Part, WholeChain, whole_chain
from fires import Fires
from ports import free_port
from row import Row
from rtsp_cameras import PATH, RtspCamera, need_rtsp_server
from trouble import Trouble, row_of
from waiting import wait_until

from hazard_library.contract.ids import CameraId
from server.demo.plan import DemoCamera, Settings

LONG_S = float(os.environ.get("CHAOS_CAMERA_S", "60"))
_LOOK_S = 0.1

pytestmark = pytest.mark.timeout(900)


@dataclass
class Looks:
    """How many pictures of each camera were analysed, asked of the metrics ten times a second."""

    url: str

    def of(self, camera: str) -> int:
        """Return how many so far; 0 while the box does not answer."""
        try:
            said = httpx.get(self.url, timeout=2, trust_env=False).text
        except httpx.TransportError:
            return 0
        name = f'patrol_camera_frames_out_total{{camera="{camera}"}}'
        return next((int(float(x.split()[-1])) for x in said.splitlines() if x.startswith(name)), 0)

    def await_more(self, camera: str, within_s: float) -> float:
        """Wait for one more picture; return how long it took."""
        before, began = self.of(camera), time.monotonic()
        wait_until(lambda: self.of(camera) > before, within_s, f"a picture of {camera}")
        return time.monotonic() - began


@dataclass
class Witness:
    """Watches one camera all the time: pictures a second, and the longest time without one."""

    looks: Looks
    camera: str
    longest_s: float = 0.0
    pictures: int = 0

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

    def _watch(self, over: Event) -> None:
        first = last = self.looks.of(self.camera)
        changed = time.monotonic()
        while not over.wait(_LOOK_S):
            now = self.looks.of(self.camera)
            if now != last:
                self.longest_s = max(self.longest_s, time.monotonic() - changed)
                last, changed = now, time.monotonic()
        self.longest_s = max(self.longest_s, time.monotonic() - changed)
        self.pictures = last - first


@contextmanager
def _two_cameras(folder: Path) -> Iterator[tuple[Trouble, RtspCamera, Looks]]:
    """Run a chain with a camera on the network, which will suffer, beside one that will not."""
    need_rtsp_server()
    fires, port = Fires.painted(folder / "fires", cameras=2), free_port()
    camera = RtspCamera(folder / "fires" / "0.mp4")
    source: Settings = {"kind": "rtsp", "host": "127.0.0.1", "port": camera.port, "path": PATH}
    left_alone, other = fires.all()
    suffers = DemoCamera(
        CameraId("suffers"), "rtsp", other.settings | {"id": "suffers", "source": source}
    )
    extra: Settings = fires.settings() | {"status": {"port": port}}
    try:
        with whole_chain((left_alone, suffers), once=False, extra=extra) as chain:
            chain.start(Part.BROKER, Part.SERVER)
            one = Trouble(chain, fires)
            one.restart_box()
            looks = Looks(f"http://127.0.0.1:{port}/metrics")
            for name in ("suffers", "camera-1"):
                looks.await_more(name, 60)
            yield one, camera, looks
    finally:
        camera.unplug()


def _unplugged(camera: RtspCamera, seconds: float) -> None:
    camera.unplug()
    Event().wait(seconds)
    camera.plug_in()


def _half_dead(camera: RtspCamera, seconds: float) -> None:
    camera.freeze()
    Event().wait(seconds)
    camera.thaw()


def _restless(camera: RtspCamera, seconds: float) -> None:
    """Thirty times a minute away and back."""
    for _ in range(int(seconds / 2)):
        camera.unplug()
        camera.plug_in()
        Event().wait(1.5)


@pytest.mark.parametrize(
    ("fault", "done", "seconds", "back_within_s"),
    [
        (_unplugged, "unplugged", 10.0, 3.0),
        (_unplugged, "unplugged", LONG_S, 12.0),
        (_half_dead, "session open, no packets", 12.0, 3.0),
        (_half_dead, "session open, no packets", LONG_S, 12.0),
        (_restless, "away and back 30 times a minute", LONG_S, 12.0),
    ],
)
def test_a_camera_that_fails_is_its_own_trouble(
    tmp_path: Path,
    tell: Callable[[Row], None],
    fault: Callable[[RtspCamera, float], None],
    done: str,
    seconds: float,
    back_within_s: float,
) -> None:
    with _two_cameras(tmp_path) as (one, camera, looks):
        with Witness(looks, "camera-1").watching() as before:
            Event().wait(15.0)
        with Witness(looks, "camera-1").watching() as meanwhile:
            began = time.monotonic()
            fault(camera, seconds)
            away = time.monotonic() - began
            back = looks.await_more("suffers", 60)
        account = one.conclude()
        rates = meanwhile.pictures / (away + back), before.pictures / 15.0
        others = (
            f"{rates[0]:.1f} pictures a second beside {rates[1]:.1f} before, "
            f"longest pause {meanwhile.longest_s:.1f} s beside {before.longest_s:.1f} s"
        )
        told = _last_condition(one.chain)
        row = row_of(
            account, f"camera {done}", f"{seconds:g} s", back_s=back, others=others, told=told
        )
    tell(row)
    assert back <= back_within_s
    assert (row.lost, row.duplicates) == (0, 0)


def _last_condition(chain: WholeChain) -> str:
    with chain.officer() as officer:
        (box,) = officer._http.get("/api/v1/devices").json()["items"]
    (camera,) = [one for one in box["cameras"] if one["id"] == "suffers"]
    return f"{camera['condition']}: {camera['detail']}" if camera["detail"] else "–"
