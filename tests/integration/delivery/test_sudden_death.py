import subprocess
import sys
from pathlib import Path

import pytest

from edge.delivery.message_rows import read_raised
from edge.delivery.sqlite_outbox import SqliteOutbox
from edge.testing.conformance.outbox import OPENED_AT, waiting
from edge.testing.tally import Tally

EVENTS = 500


def append_and_die(path: Path, after: int) -> list[str]:
    """Kill the box once `after` events are safe; return all that it called safe."""
    program = Path(__file__).with_name("appending_box.py")
    with subprocess.Popen(
        [sys.executable, str(program), str(path), str(EVENTS)], stdout=subprocess.PIPE, text=True
    ) as box:
        assert box.stdout is not None
        box.stdout.readline()
        safe = [box.stdout.readline().strip() for _ in range(after)]
        box.kill()
        return safe + box.stdout.read().split()


@pytest.mark.parametrize("after", [1, 7, 38, 83])
def test_no_event_is_lost_and_none_doubled_when_the_box_is_killed(
    tmp_path: Path, after: int
) -> None:
    path = tmp_path / "outbox.db"
    safe = append_and_die(path, after)
    outbox = SqliteOutbox(path, OPENED_AT, Tally())
    kept = [str(one) for one in waiting(outbox)]
    numbers = [one.message_no for one in read_raised(path)]
    incidents = {str(one.id) for one in outbox.open_incidents()}
    raised = {str(one.incident_id) for one in read_raised(path)}
    outbox.close()
    assert outbox.set_aside is None
    assert after <= len(safe) < EVENTS, "the box was to die in the middle"
    assert kept[: len(safe)] == safe
    assert len(kept) - len(safe) in {0, 1}, "one may have been safe before it could say so"
    assert numbers == list(range(1, len(kept) + 1))
    assert incidents == raised, "an event and its incident are written together"
