"""The broker or the server is away for a while; the box finds and keeps on."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from at_work import row_of
from chain import Part
from length import BROKER_S, SERVER_S
from row import Row
from trouble import Trouble, trouble

pytestmark = pytest.mark.timeout(BROKER_S + SERVER_S + 900)


@pytest.mark.parametrize(
    ("part", "seconds"),
    [(Part.BROKER, 10.0), (Part.BROKER, BROKER_S), (Part.SERVER, 10.0), (Part.SERVER, SERVER_S)],
    ids=["broker-short", "broker-long", "server-short", "server-long"],
)
def test_an_outage_loses_nothing(
    tmp_path: Path, tell: Callable[[Row], None], part: Part, seconds: float
) -> None:
    with trouble(tmp_path) as one:
        one.await_events()
        engines = one.engines_started()
        one.chain.kill(part)
        raised = one.chain.outbox().messages
        Event().wait(seconds)
        in_the_outage = one.chain.outbox().messages - raised
        one.chain.start(part)
        account = one.conclude()
        one_start_more = one.engines_started() - engines
        row = row_of(
            account,
            f"{part} away {seconds:g} s",
            f"killed and started again; {in_the_outage} messages raised meanwhile",
            told=_told(one, part),
        )
    tell(row)
    assert in_the_outage > 0
    assert one_start_more == 1, "the box itself was started again only for the account"
    assert row.missed() == []


def _told(one: Trouble, part: Part) -> str:
    """Return what the box's log says of an outage."""
    name = "broker_not_reached" if part is Part.BROKER else "server_not_reached"
    said = one.said(name)
    words = [str(said[-1][key]) for key in ("reason", "remedy") if key in said[-1]] if said else []
    reason = f": {'; '.join(words)}" if words else ""
    return f"{name}{reason}; the outbox's depth on page and heartbeat"
