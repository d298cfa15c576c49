import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from waiting import wait_until

from edge.fleet.system_clock import SystemClock
from edge.runtime.breath import STUCK_AFTER_S, Breath
from edge.runtime.life_signs import Heart, Pulse
from edge.runtime.service_manager import ServiceManager
from edge.runtime.supervisor import Patience, Supervisor
from edge.testing.fake_clock import FakeClock

WITHIN_S = 30.0
#: A child that beats while the file `alive` is there, and leaves when `leave` is.
BEATS = """
import os, pathlib, sys, time
from edge.runtime.life_signs import Heart
heart, home = Heart.of(os.environ), pathlib.Path(sys.argv[1])
with (home / "starts").open("a") as starts:
    starts.write("x")
while not (home / "leave").exists():
    if (home / "alive").exists():
        heart.beat()
    time.sleep(0.05)
"""
#: A child that never beats. It has started long before anybody loses patience with it.
MUTE = 'printf x >> "$0/starts"; until [ -e "$0/leave" ]; do sleep 0.05; done'


class Manager:
    """A service manager's end of a notify socket."""

    def __init__(self, home: Path) -> None:
        self.address = str(home / "notify")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)
        self._socket.settimeout(0)
        self.heard: list[str] = []

    def listen(self) -> list[str]:
        while True:
            try:
                self.heard += self._socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self.heard

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    made = Manager(tmp_path)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    before = {n: signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def _supervisor(home: Path, manager: Manager, patience: Patience) -> Supervisor:
    command = [sys.executable, "-P", "-c", BEATS, str(home)]
    return Supervisor(command, SystemClock(), 5.0, ServiceManager(manager.address), patience)


def test_a_pulse_is_felt_once_and_a_full_pipe_blocks_nobody() -> None:
    pulse = Pulse()
    heart = Heart(pulse.write_end)
    assert not pulse.has_beaten()
    for _ in range(100_000):
        heart.beat()
    while pulse.has_beaten():
        pass
    heart.beat()
    assert [pulse.has_beaten(), pulse.has_beaten()] == [True, False]
    pulse.close()


def test_without_a_parent_or_a_manager_nothing_is_said() -> None:
    Heart.of({}).beat()
    ServiceManager.of({}).ready()
    ServiceManager("/nowhere/at/all").alive()


@pytest.mark.skipif(sys.platform != "linux", reason="abstract sockets are Linux's")
def test_an_abstract_name_is_a_socket_too() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(f"\0hazard-patrol-{os.getpid()}")
        ear.settimeout(WITHIN_S)
        ServiceManager(f"@hazard-patrol-{os.getpid()}").stopping()
        assert ear.recv(4096).decode().splitlines() == ["STOPPING=1", "STATUS=draining"]


def test_ready_comes_with_the_first_sign_and_the_watchdog_starves_when_they_stop(
    tmp_path: Path, manager: Manager
) -> None:
    told: list[str] = []

    def act() -> None:
        wait_until((tmp_path / "starts").exists, WITHIN_S, "a start")
        assert manager.listen() == []
        (tmp_path / "alive").touch()
        wait_until(lambda: manager.listen().count("WATCHDOG=1") >= 2, WITHIN_S, "two pings")
        (tmp_path / "alive").unlink()
        # Whatever was under way has arrived; from here on it is silent.
        threading.Event().wait(1.5)
        manager.listen()
        manager.heard.clear()
        threading.Event().wait(2.5)
        told.extend(manager.listen())
        (tmp_path / "leave").touch()

    actor = threading.Thread(target=act, daemon=True)
    actor.start()
    assert _supervisor(tmp_path, manager, Patience(WITHIN_S, None)).watch() == 0
    actor.join(WITHIN_S)
    assert not actor.is_alive()
    assert told == []


def test_ready_is_said_once_and_before_the_first_ping(tmp_path: Path, manager: Manager) -> None:
    (tmp_path / "alive").touch()

    def leave_when_pinged() -> None:
        wait_until(lambda: manager.listen().count("WATCHDOG=1") >= 2, WITHIN_S, "two pings")
        (tmp_path / "leave").touch()

    threading.Thread(target=leave_when_pinged, daemon=True).start()
    assert _supervisor(tmp_path, manager, Patience(WITHIN_S, None)).watch() == 0
    assert manager.listen()[0] == "READY=1"
    assert manager.heard.count("READY=1") == 1


def _leave_after_a_new_start(home: Path) -> None:
    starts = home / "starts"
    wait_until(lambda: starts.exists() and len(starts.read_text()) >= 2, WITHIN_S, "a new one")
    (home / "leave").touch()


def test_a_child_that_falls_silent_is_killed_and_started_again(
    tmp_path: Path, manager: Manager
) -> None:
    (tmp_path / "alive").touch()

    def act() -> None:
        wait_until(lambda: "READY=1" in manager.listen(), WITHIN_S, "being ready")
        (tmp_path / "alive").unlink()
        _leave_after_a_new_start(tmp_path)

    threading.Thread(target=act, daemon=True).start()
    assert _supervisor(tmp_path, manager, Patience(WITHIN_S, 0.5)).watch() in (0, 1)
    assert len((tmp_path / "starts").read_text()) >= 2


def test_a_child_that_never_gives_a_sign_is_killed_and_started_again(
    tmp_path: Path, manager: Manager
) -> None:
    threading.Thread(target=_leave_after_a_new_start, args=(tmp_path,), daemon=True).start()
    service = ServiceManager(manager.address)
    mute = Supervisor(
        ["sh", "-c", MUTE, str(tmp_path)], SystemClock(), 5.0, service, Patience(1.0, None)
    )
    assert mute.watch() in (0, 1)
    assert len((tmp_path / "starts").read_text()) >= 2
    assert "READY=1" not in manager.listen()


def test_a_pipeline_breathes_until_it_does_not() -> None:
    clock, breath = FakeClock(), Breath()
    breath.taken(clock.now(), waiting=True)
    clock.wait(STUCK_AFTER_S)
    assert not breath.is_stuck(clock.now().mono)
    clock.wait(1.0)
    assert breath.is_stuck(clock.now().mono)
    assert breath.is_kept_waiting(clock.now().mono)
    breath.taken(clock.now(), waiting=False)
    assert not breath.is_stuck(clock.now().mono)
    assert breath.is_kept_waiting(clock.now().mono) is None
