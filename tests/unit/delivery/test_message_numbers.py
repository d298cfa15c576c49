from collections.abc import Callable
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.delivery.message_rows import read_raised
from edge.delivery.sqlite_outbox import SqliteOutbox
from edge.testing.conformance.outbox import OPENED_AT, accepted, append, waiting
from edge.testing.events import happenings
from edge.testing.fake_clock import START
from edge.testing.tally import Tally
from hazard_library.contract.message import Numbered
from hazard_library.contract.topics import Channel


def refuse(number: int) -> Numbered:
    raise LookupError(number)


class Box:
    """An outbox that lives through a story."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.told = 0
        self._start()

    def _start(self) -> None:
        self.outbox = SqliteOutbox(self._path, OPENED_AT, Tally())

    def append(self) -> None:
        self.told += 1
        append(self.outbox, happenings(self.told)[-1:])

    def append_again(self) -> None:
        append(self.outbox, happenings(self.told)[:1])

    def fail(self) -> None:
        with pytest.raises(LookupError):
            self.outbox.append(Channel.INCIDENT, refuse)

    def settle(self) -> None:
        for message in waiting(self.outbox)[:2]:
            self.outbox.settle(accepted(message), START)

    def send(self) -> None:
        self.outbox.mark_sent(waiting(self.outbox), OPENED_AT)

    def resend(self) -> None:
        self.outbox.resend(self.outbox.boot, 1, 3)

    def restart(self) -> None:
        self.outbox.close()
        self._start()


STEPS = [Box.append, Box.append_again, Box.fail, Box.settle, Box.send, Box.resend, Box.restart]


@settings(max_examples=40, deadline=timedelta(seconds=5))
@given(st.lists(st.sampled_from(STEPS), max_size=30))
def test_whatever_happens_the_numbers_of_each_boot_have_no_gap(
    story: list[Callable[[Box], None]],
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "outbox.db"
        box = Box(path)
        for step in story:
            step(box)
        box.outbox.close()
        raised = read_raised(path)
    for _, messages in groupby(raised, key=lambda one: one.boot):
        numbers = [one.message_no for one in messages]
        assert numbers == list(range(1, len(numbers) + 1))
    assert len({one.message_id for one in raised}) == len(raised) == box.told
