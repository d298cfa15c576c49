import signal
import sys
import threading
from pathlib import Path

import pytest

from edge.core.moment import Moment
from edge.fleet.system_clock import SystemClock
from edge.runtime.logs import mask_secrets
from edge.runtime.restart_budget import RestartBudget
from edge.runtime.supervisor import RELOAD, Supervisor
from edge.testing.fake_clock import FakeClock

COUNT = (
    "import pathlib,sys; p=pathlib.Path(sys.argv[1]); n=len(p.read_text()); p.write_text('x'*(n+1))"
)


def _supervisor(log: Path, then: str) -> Supervisor:
    log.write_text("")
    return Supervisor([sys.executable, "-c", f"{COUNT}; {then}", str(log)], SystemClock(), 5.0)


def test_five_restarts_within_a_minute_are_allowed_and_the_sixth_is_not() -> None:
    clock, budget = FakeClock(), RestartBudget()
    assert [budget.allows(clock.now()) for _ in range(6)] == [True] * 5 + [False]
    clock.wait(61)
    assert budget.allows(clock.now())


def test_a_step_of_the_wall_clock_does_not_touch_the_budget() -> None:
    clock, budget = FakeClock(), RestartBudget()
    for _ in range(5):
        budget.allows(clock.now())
    now = clock.now()
    assert not budget.allows(Moment(now.mono + 1, now.utc.replace(year=1970)))


def test_a_child_that_crashes_again_and_again_stays_down_after_its_budget(tmp_path: Path) -> None:
    log = tmp_path / "starts"
    assert _supervisor(log, "sys.exit(70)").watch() == 1
    assert len(log.read_text()) == 1 + 5


def test_a_final_word_of_the_child_is_passed_on_without_a_restart(tmp_path: Path) -> None:
    for code in (0, 1, 2):
        log = tmp_path / "starts"
        assert _supervisor(log, f"sys.exit({code})").watch() == code
        assert len(log.read_text()) == 1


def test_a_reload_starts_the_child_anew_outside_the_budget(tmp_path: Path) -> None:
    log = tmp_path / "starts"
    again = f"sys.exit({RELOAD} if n < 9 else 0)"
    assert _supervisor(log, again).watch() == 0
    assert len(log.read_text()) == 10


@pytest.mark.parametrize(("set_by_operator", "heaps"), [(None, "2"), ("7", "7")])
def test_the_child_gives_memory_back_and_what_the_operator_set_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, set_by_operator: str | None, heaps: str
) -> None:
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    if set_by_operator is not None:
        monkeypatch.setenv("MALLOC_ARENA_MAX", set_by_operator)
    log = tmp_path / "starts"
    then = "import os; p.write_text(os.environ['MALLOC_ARENA_MAX']); sys.exit(0)"
    assert _supervisor(log, then).watch() == 0
    assert log.read_text() == heaps


def test_only_a_restarted_child_gets_the_arguments_for_restarts(tmp_path: Path) -> None:
    log = tmp_path / "starts"
    then = "sys.exit(0 if (n == 1) == (sys.argv[2:] == ['--again']) and n else 70)"
    assert _supervisor(log, then).watch(on_restart=["--again"]) == 0
    assert len(log.read_text()) == 2


def test_sigterm_is_passed_on_and_the_parent_leaves_after_its_child(tmp_path: Path) -> None:
    log = tmp_path / "starts"
    leaves = "import signal; signal.signal(15, lambda *_: sys.exit(0))"
    waits = f"{leaves}; p.write_text('up'); signal.pause()"
    supervisor = _supervisor(log, waits)
    before = {n: signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}

    def terminate_when_up() -> None:
        while log.read_text() != "up":
            threading.Event().wait(0.01)
        signal.raise_signal(signal.SIGTERM)

    stopper = threading.Thread(target=terminate_when_up, daemon=True)
    stopper.start()
    try:
        assert supervisor.watch() == 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_secrets_never_reach_the_log() -> None:
    masked = mask_secrets(
        None,
        "info",
        {
            "event": "opened",
            "password": "p@ss",
            "credential_secret": "s",
            "source": "rtsp://patrol:p@ss@10.0.0.1/stream",
            "fault": "cannot open rtsp://patrol:p%40ss@10.0.0.1:554/a and more",
            "frames": 3,
        },
    )
    assert "p@ss" not in str(masked)
    assert "p%40ss" not in str(masked)
    assert masked["source"] == "rtsp://***@10.0.0.1/stream"
    assert masked["frames"] == 3
