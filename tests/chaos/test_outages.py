"""The broker or the server is away for a while; the box finds and keeps on."""

import os
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from chain import Part
from row import Row
from trouble import row_of, trouble

LONG_S = float(os.environ.get("CHAOS_OUTAGE_S", "600"))

pytestmark = pytest.mark.timeout(LONG_S + 900)


@pytest.mark.parametrize("seconds", [10.0, LONG_S], ids=["short", "long"])
@pytest.mark.parametrize("part", [Part.BROKER, Part.SERVER])
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
            told="link_lost, the outbox's depth on the status page and in the heartbeat",
        )
    tell(row)
    assert in_the_outage > 0
    assert one_start_more == 1, "the box itself was started again only for the account"
    assert (row.lost, row.duplicates) == (0, 0)
