"""SIGKILL at random times: of the worker, of its parent alone, of everything at once."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from threading import Event

import pytest
from at_work import row_of
from chain import Part
from fires import PLACES
from length import KILLS, NEW_START_S
from row import Row
from trouble import Trouble, trouble
from waiting import wait_until

_SEED = 20261124
_LIVES_S = (3.0, 14.0)
_WORKER, _SUPERVISOR, _EVERYTHING = "worker", "supervisor", "everything"
_SHARES = {_WORKER: 0.4, _SUPERVISOR: 0.34, _EVERYTHING: 0.26}
_TOLD = {
    _WORKER: "child_restarted with its exit code",
    _SUPERVISOR: "the service manager's: the unit died of signal 9",
    _EVERYTHING: "the service manager's; the next start counts as one at the server",
}

pytestmark = pytest.mark.timeout(3600)


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trouble]:
    """One chain for all deaths: each test counts what was raised since its own beginning."""
    with trouble(tmp_path_factory.mktemp("mortal")) as one:
        yield one


@pytest.mark.parametrize("victim", [_WORKER, _SUPERVISOR, _EVERYTHING])
def test_sudden_deaths_lose_nothing_and_double_nothing(
    mortal: Trouble, tell: Callable[[Row], None], victim: str
) -> None:
    dice = random.Random(f"{_SEED} {victim}")  # noqa: S311 - for when it dies, not for secrets
    deaths = max(1, round(KILLS * _SHARES[victim]))
    before = mortal.chain.edge_report()
    back: list[float] = []
    given_up = 0
    for number in range(deaths):
        Event().wait(dice.uniform(*_LIVES_S))
        mortal.fires.show(str(number % PLACES))
        seconds, was_given_up = _kill(mortal, victim)
        back.append(seconds)
        given_up += was_given_up
    mortal.await_events()
    account = mortal.settle(before)
    usual = statistics.median(back)
    done = f"{deaths} times after 3 to 14 s of work; back after {usual:.1f} s as a rule"
    told = _TOLD[victim]
    if given_up:
        told += f"; {given_up} times restart_budget_used_up (five deaths a minute): look at the log"
    row = row_of(
        account,
        f"SIGKILL of {victim}",
        done,
        back_s=max(back),
        back_within_s=NEW_START_S,
        told=told,
    )
    tell(row)
    assert row.events > 0
    assert row.missed() == []
    assert account.server.gaps == ()


def _kill(one: Trouble, victim: str) -> tuple[float, bool]:
    """Kill, start again what nobody else starts; return how long the box was away then.

    Also whether the parent had given up: five deaths of the worker in a minute are enough for it.
    """
    before, began = one.engines_started(), time.monotonic()
    if victim == _WORKER:
        assert one.kill_worker(), "the box has no worker: it did not come back the last time"
        if _comes_back(one, before):
            one.await_pictures()
            return time.monotonic() - began, False
        one.chain.let_go(Part.EDGE)
        return one.restart_box(), True
    if victim == _SUPERVISOR:
        one.kill_supervisor()
        return one.restart_box(), False
    for part in (Part.EDGE, Part.SERVER, Part.BROKER):
        one.chain.kill(part)
    one.chain.start(Part.BROKER, Part.SERVER)
    return one.restart_box(), False


def _comes_back(one: Trouble, before: int) -> bool:
    edge = one.chain.running(Part.EDGE)
    wait_until(lambda: one.engines_started() > before or edge.has_ended, 120, "the worker")
    return not edge.has_ended
