"""Nothing may be invented at start-up, at reconnection, in another light, at the end of a file.

The real models look at a real yard. One camera looks for people where people walk, and finds them:
the box looks. Whatever the others are asked to look for is not there.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest
from at_work import AtWork, at_work, row_of
from chain import Part
from length import MOMENTS
from ports import free_port
from row import Row
from rtsp_cameras import PATH, RtspCamera, need_rtsp_server
from yard import (
    DAWN_S,
    DUSK_S,
    ONE_WAY_S,
    Yard,
    watched_where_nothing_is,
    watched_where_people_walk,
)

from hazard_library.contract.ids import CameraId
from server.demo.account import EdgeReport
from server.demo.plan import DemoCamera, Settings

GATE, LOOPED, ONCE, CONTROL = "gate", "looped", "once", "control"
#: Longer than the hazards that are looked for need to be raised.
_LONG_ENOUGH_S = 7.0
_DICE = random.Random(20261124)  # noqa: S311 - for when a camera is cut off, not for secrets

pytestmark = pytest.mark.timeout(1200)


@dataclass(frozen=True, slots=True)
class Nothing:
    """A running box that watches a yard in which nothing is the matter."""

    one: AtWork
    yard: Yard
    camera: RtspCamera

    def plays(self, film: Path) -> None:
        """Let the camera play a film from its beginning."""
        self.camera.unplug()
        self.one.looks.await_state(GATE, "offline")
        self.camera.show(film)
        self.camera.plug_in()
        self.one.looks.await_more(GATE)

    def row(self, known: EdgeReport, moment: str, done: str) -> Row:
        """Write down what was raised since a report."""
        account = self.one.settle(known)
        true = sum(incident.camera == CONTROL for incident in account.edge.incidents)
        false = len(account.edge.incidents) - true
        return row_of(
            account, f"nothing happens at {moment}", f"{done}; {true} true incidents", false=false
        )


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nothing]:
    """One chain for all moments: each test counts what was raised since its own beginning."""
    need_rtsp_server()
    yard, port = Yard.filmed(tmp_path_factory.mktemp("yard")), free_port()
    network: Settings = {"kind": "rtsp", "host": "127.0.0.1", "port": port, "path": PATH}
    film: Settings = {"kind": "file", "path": str(yard.short)}
    sources = {GATE: network, LOOPED: film | {"loop": True}, ONCE: film}
    cameras = [
        _camera(name, source, watched_where_nothing_is()) for name, source in sources.items()
    ]
    seen: Settings = {"kind": "file", "path": str(yard.day), "loop": True}
    cameras.append(_camera(CONTROL, seen, watched_where_people_walk()))
    extra: Settings = {"models": ["ppe", "fire-smoke"]}
    with at_work(tuple(cameras), extra, AtWork) as one:
        camera = RtspCamera(yard.day, port=port)
        try:
            one.looks.await_more(GATE)
            yield Nothing(one, yard, camera)
        finally:
            camera.unplug()


def _camera(name: str, source: Settings, settings: Settings) -> DemoCamera:
    label = "rtsp" if source["kind"] == "rtsp" else "film"
    return DemoCamera(CameraId(name), label, settings | {"id": name, "source": source})


def test_a_start_invents_nothing(nothing: Nothing, tell: Callable[[Row], None]) -> None:
    known = nothing.one.chain.edge_report()
    for _ in range(MOMENTS):
        nothing.one.chain.stop(Part.EDGE)
        nothing.one.restart_box()
        nothing.one.looks.await_more(GATE)
        Event().wait(_LONG_ENOUGH_S + _DICE.uniform(0, 3))
    row = nothing.row(known, "start-up", f"{MOMENTS} starts, three cameras each")
    tell(row)
    assert row.missed() == []


def test_a_reconnection_invents_nothing(nothing: Nothing, tell: Callable[[Row], None]) -> None:
    known = nothing.one.chain.edge_report()
    for _ in range(MOMENTS):
        nothing.camera.unplug()
        Event().wait(_DICE.uniform(0.2, 4))
        nothing.camera.plug_in()
        nothing.one.looks.await_more(GATE)
        Event().wait(_LONG_ENOUGH_S + _DICE.uniform(0, 3))
    row = nothing.row(known, "reconnection", f"{MOMENTS} connections that break off at any moment")
    tell(row)
    assert row.missed() == []


def test_another_light_invents_nothing(nothing: Nothing, tell: Callable[[Row], None]) -> None:
    known = nothing.one.chain.edge_report()
    nothing.plays(nothing.yard.day_and_night)
    Event().wait(3 * 2 * ONE_WAY_S - 2)
    row = nothing.row(
        known,
        "a change of light",
        f"three times from day to infra-red, {DAWN_S - DUSK_S} s long, and back",
    )
    tell(row)
    nothing.plays(nothing.yard.day)
    assert row.missed() == []


def test_the_end_of_a_file_invents_nothing(nothing: Nothing, tell: Callable[[Row], None]) -> None:
    known = nothing.one.chain.edge_report()
    # A start plays the film that is played once again.
    nothing.one.chain.stop(Part.EDGE)
    nothing.one.restart_box()
    nothing.one.looks.await_state(ONCE, "finished")
    Event().wait(MOMENTS * ONE_WAY_S)
    row = nothing.row(
        known, "the end of a file", f"one that is over, one that begins anew {MOMENTS} times"
    )
    tell(row)
    assert row.missed() == []


def test_the_box_did_look(nothing: Nothing) -> None:
    assert CONTROL in {one.camera for one in nothing.one.chain.edge_report().incidents}
