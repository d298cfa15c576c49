"""A hundred incidents through an outage, a sudden death and two restarts: a hundred leads."""

import sys
from collections import Counter
from pathlib import Path
from threading import Event

import pytest
from chain import Part, WholeChain, cut_of_the_street, whole_chain
from sqlalchemy import text
from waiting import wait_until

from hazard_library.contract.ids import CameraId
from server.demo.plan import DemoCamera, Settings
from server.kit.clock import SystemClock

CAMERAS = 5
ZONES = 20
OUTAGE_S = 10.0
_START = "2026-03-02T08:00:00+08:00"
_LARGE_ENOUGH = ("-vf", "scale=416:312", "-c:v", "libx264", "-preset", "ultrafast", "-g", "10")
_WHOLE_PICTURE = [[0, 0], [1, 0], [1, 1], [0, 1]]


def _camera(number: int, film: Path) -> DemoCamera:
    """One camera of the street; each later one opens its incidents two seconds later."""
    zones = [f"区域-{zone:02}" for zone in range(1, ZONES + 1)]
    name = CameraId(f"camera-{number}")
    return DemoCamera(
        name,
        film.name,
        {
            "id": name,
            "source": {"kind": "file", "path": str(film), "start_at": _START},
            "mode": "replay",
            "sample_fps": 5,
            "zones": [{"id": zone, "points": _WHOLE_PICTURE} for zone in zones],
            "hazards": [{"id": "ZONE-01", "zones": zones, "for": f"{1 + 2 * number}s"}],
        },
    )


def test_a_hundred_incidents_through_an_outage_and_a_sudden_death_are_a_hundred_leads(
    tmp_path: Path,
) -> None:
    film = cut_of_the_street(tmp_path / "street.mp4", 13.0, *_LARGE_ENOUGH)
    cameras = tuple(_camera(number, film) for number in range(1, CAMERAS + 1))
    short: Settings = {"evidence": {"pre_roll": "1s", "post_roll": "1s"}}
    with whole_chain(cameras, extra=short) as chain:
        chain.start(Part.BROKER, Part.SERVER, Part.EDGE)
        wait_until(lambda: chain.outbox().opened >= ZONES, 120, "the first incidents")
        safe = _outage_with_a_sudden_death(chain)
        _restarts_of_the_server(chain)
        assert chain.await_edge(240) == 0, chain.logs()
        _check(chain)
        assert safe <= _numbers_at_the_server(chain)


def _outage_with_a_sudden_death(chain: WholeChain) -> set[tuple[str, int]]:
    """Take the broker away, kill the box in it; return the messages that it had called safe."""
    clock = SystemClock()
    began = clock.mono()
    chain.stop(Part.BROKER)
    told = chain.outbox().messages
    wait_until(lambda: chain.outbox().messages > told, OUTAGE_S, "a message of the outage")
    chain.kill(Part.EDGE)
    safe = chain.unsettled()
    assert safe
    chain.start(Part.EDGE)
    Event().wait(max(0.0, OUTAGE_S - (clock.mono() - began)))
    chain.start(Part.BROKER)
    return safe


def _numbers_at_the_server(chain: WholeChain) -> set[tuple[str, int]]:
    with chain.database() as database, database.reading() as db:
        rows = db.execute(text("SELECT boot, message_no FROM message WHERE outcome = 'accepted'"))
        return {(str(boot), int(number)) for boot, number in rows}


def _restarts_of_the_server(chain: WholeChain) -> None:
    waiting = chain.outbox().waiting
    wait_until(lambda: chain.outbox().waiting != waiting, 60, "delivery after the outage")
    chain.stop(Part.SERVER)
    chain.start(Part.SERVER)
    chain.kill(Part.SERVER)
    chain.start(Part.SERVER)


def _check(chain: WholeChain) -> None:
    edge, server = chain.edge_report(), chain.server_report()
    keys = Counter(seen.camera for seen in edge.incidents)
    held = set(server.events)
    lost = [event for event in edge.events if (event.incident_id, event.seq) not in held]
    with chain.database() as database, database.reading() as db:
        of_leads = db.execute(
            text("SELECT camera, hazard, zone, count(*) FROM lead GROUP BY 1, 2, 3")
        ).all()
    sys.stdout.write(
        f"{len(edge.incidents)} incidents, {server.leads} leads on {len(of_leads)} keys, "
        f"{len(edge.events)} events, lost {len(lost)}, duplicates {server.duplicates}, "
        f"evidence {server.evidence.verified} of {server.evidence.files} verified\n"
    )
    assert keys == {f"camera-{number}": ZONES for number in range(1, CAMERAS + 1)}
    assert len(of_leads) == CAMERAS * ZONES
    assert {row[3] for row in of_leads} == {1}
    assert (server.leads, len(lost), server.gaps, server.duplicates) == (100, 0, (), 0)
    assert edge.pending == 0
    assert server.evidence.files == server.evidence.verified > 0
    assert sorted(server.events) == sorted({(e.incident_id, e.seq) for e in edge.events})


pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
