"""SIGKILL at random times: of the worker, of its parent, of everything."""

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from chain import Part
from fires import PLACES
from row import Row
from trouble import Trouble, row_of, trouble

KILLS = int(os.environ.get("CHAOS_KILLS", "50"))
_SEED = 20261124
_LIVES_S = (3.0, 14.0)
_BACK_WITHIN_S = 12.0

pytestmark = pytest.mark.timeout(3600)


def test_fifty_sudden_deaths_lose_nothing_and_double_nothing(
    tmp_path: Path, tell: Callable[[Row], None]
) -> None:
    dice = random.Random(_SEED)  # noqa: S311 - for which part dies when, not for secrets
    died: Counter[str] = Counter()
    back: list[float] = []
    with trouble(tmp_path) as one:
        for number in range(KILLS):
            Event().wait(dice.uniform(*_LIVES_S))
            one.fires.show(str(number % PLACES))
            victim = dice.choice(["worker", "worker", "supervisor", "everything"])
            died[victim] += 1
            back.append(_kill(one, victim))
        account = one.conclude()
        done = ", ".join(f"{count} × {name}" for name, count in sorted(died.items()))
        told = "child_restarted (exit code) from the parent; the rest is the service manager's"
        row = row_of(account, f"SIGKILL, {KILLS} times", done, back_s=max(back), told=told)
    tell(row)
    assert sum(died.values()) == KILLS
    assert row.events > KILLS
    assert (row.lost, row.duplicates) == (0, 0)
    assert account.server.gaps == ()


def _kill(one: Trouble, victim: str) -> float:
    """Kill, start again what nobody else starts, and return how long the box was away."""
    before, began = one.engines_started(), time.monotonic()
    if victim == "worker" and not one.chain._running[Part.EDGE].has_ended:
        one.kill_worker()
        if _comes_back(one, before):
            return time.monotonic() - began
        # Five deaths in a minute are enough: the parent leaves it to the service manager.
        one.chain.stop(Part.EDGE)
        one.restart_box()
        return time.monotonic() - began
    one.chain.kill(Part.EDGE)
    if victim == "everything":
        one.chain.kill(Part.SERVER)
        one.chain.kill(Part.BROKER)
        one.chain.start(Part.BROKER, Part.SERVER)
        began = time.monotonic()
    one.restart_box()
    return time.monotonic() - began


def _comes_back(one: Trouble, before: int) -> bool:
    edge = one.chain._running[Part.EDGE]
    while one.engines_started() == before:
        if edge.has_ended:
            return False
        Event().wait(0.02)
    return True
