"""A box with two cameras on the network that will suffer, beside one that is left alone."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event

from fires import Fires
from meddling import Mode, Way, way_to
from ports import free_port
from rtsp_cameras import PATH, RtspCamera, need_rtsp_server
from spoilt_films import SpoiltFilms
from trouble import Trouble, trouble_at
from waiting import wait_until

from hazard_library.contract.ids import CameraId
from server.demo.officer import Officer
from server.demo.plan import DemoCamera, Settings

#: The one that is left alone, one that is reached directly, and one behind a way somebody spoils.
ALONE, DIRECT, BEHIND = "camera-1", "direct", "behind"
_RESTLESS_S = 2.0


@dataclass(frozen=True, slots=True)
class Sufferers:
    """The running box, its suffering cameras, and somebody at the server who reads what it says."""

    one: Trouble
    films: SpoiltFilms
    direct: RtspCamera
    way: Way
    officer: Officer

    @contextmanager
    def unplugged(self) -> Iterator[None]:
        """The camera is away, its port closed."""
        self.direct.unplug()
        yield
        self.direct.plug_in()

    @contextmanager
    def half_dead(self) -> Iterator[None]:
        """The session stays open; no packets come."""
        self.direct.freeze()
        yield
        self.direct.thaw()

    @contextmanager
    def garbage(self) -> Iterator[None]:
        """Every byte that comes from the camera is another one."""
        self.way.mode = Mode.GARBAGE
        yield
        self.way.mode = Mode.CLEAN
        self.way.cut()

    def cut_again_and_again(self, seconds: float) -> None:
        """Cut its sessions thirty times a minute."""
        for _ in range(int(seconds / _RESTLESS_S)):
            self.way.cut()
            Event().wait(_RESTLESS_S)

    def comes_back_as(self, film: Path, codec: str) -> float:
        """Let the camera be set anew, which breaks its sessions; return how long it was away."""
        began = time.monotonic()
        self.direct.unplug()
        self.direct.show(film, codec)
        self.direct.plug_in()
        return time.monotonic() - began

    def plays(self, film: Path) -> datetime:
        """Let the camera play a film from its beginning; return when its first picture came."""
        self.direct.unplug()
        self.one.looks.await_state(DIRECT, "offline")
        self.direct.show(film)
        self.direct.plug_in()
        self.one.looks.await_state(DIRECT, "ok")
        return self.turned(DIRECT, "ok")

    def turned(self, camera: str, state: str) -> datetime:
        """Return when a camera's state turned to this one the last time, by the box's own log."""
        said = self.one.said("camera_condition_changed")
        turns = [one for one in said if (one["camera"], one["condition"]) == (camera, state)]
        return datetime.fromisoformat(str(turns[-1]["timestamp"]))

    def told(self, camera: str, within_s: float = 15.0) -> str:
        """Return what the server's page says of a camera as soon as that is something; else ""."""
        with suppress(AssertionError):
            wait_until(lambda: self._said(camera) != "", within_s)
        return self._said(camera)

    def _said(self, camera: str) -> str:
        (box,) = self.officer._http.get("/api/v1/devices").json()["items"]
        (found,) = [one for one in box["cameras"] if one["id"] == camera]
        return f"{found['condition']}: {found['detail']}" if found["detail"] else ""


@contextmanager
def sufferers(folder: Path) -> Iterator[Sufferers]:
    """Run a chain with them."""
    need_rtsp_server()
    fires, films = Fires.painted(folder / "fires", cameras=1), SpoiltFilms(folder / "fires")
    usual, ports = films.usual(), (free_port(), free_port())
    with way_to(ports[1]) as way:
        (alone,) = fires.all()
        seen_as = {DIRECT: ports[0], BEHIND: way.port}
        watched = (alone, *(_on_the_network(alone, name, port) for name, port in seen_as.items()))
        # The cameras are started within: what is left of a killed test goes with its chain.
        with trouble_at(fires, watched) as one:
            direct, behind = (RtspCamera(usual, port=port) for port in ports)
            try:
                for name in (ALONE, DIRECT, BEHIND):
                    one.looks.await_more(name)
                # The box learns the view of a camera from its first ten seconds.
                Event().wait(15.0)
                with one.chain.officer() as officer:
                    yield Sufferers(one, films, direct, way, officer)
            finally:
                direct.unplug()
                behind.unplug()


def _on_the_network(like: DemoCamera, name: str, port: int) -> DemoCamera:
    source: Settings = {"kind": "rtsp", "host": "127.0.0.1", "port": port, "path": PATH}
    return DemoCamera(CameraId(name), "rtsp", like.settings | {"id": name, "source": source})
