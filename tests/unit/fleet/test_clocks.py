from datetime import timedelta

import pytest

from edge.fleet.system_clock import SystemClock
from edge.ports import Clock
from edge.testing.fake_clock import FakeClock


@pytest.mark.parametrize("clock", [SystemClock(), FakeClock()], ids=["system", "fake"])
def test_waiting_moves_both_lines_on(clock: Clock) -> None:
    before = clock.now()
    clock.wait(0.02)
    after = clock.now()
    assert after.seconds_since(before) >= 0.02 - 1e-9
    assert after.utc - before.utc >= timedelta(milliseconds=19)
    assert after.utc.utcoffset() == timedelta(0)


def test_a_correction_of_the_name_does_not_move_durations() -> None:
    clock = FakeClock()
    before = clock.now()
    clock.step_utc(timedelta(hours=-1))
    assert clock.now().seconds_since(before) == 0
    assert clock.now().utc - before.utc == timedelta(hours=-1)
