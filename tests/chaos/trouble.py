"""A chain whose cameras never stop to find something, and the account at its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from at_work import WITHIN_S, AtWork, at_work
from chain import Part
from fires import QUIET, Fires
from waiting import wait_until

from server.demo.account import Account
from server.demo.plan import DemoCamera


@dataclass
class Trouble(AtWork):
    """Where incidents keep opening and closing."""

    fires: Fires

    def plain(self, words: str) -> str:
        """Leave the folders of this run out of what the operator reads."""
        for folder in (self.chain.plan.folder / "edge", self.fires.folder):
            words = words.replace(f"{folder}/", "")
        return words

    def conclude(self) -> Account:
        """Let nothing burn any more, bring everything away, stop the box, and compare."""
        self.fires.show(QUIET)
        self.chain.stop(Part.EDGE)
        self.restart_box()
        wait_until(lambda: self.chain.outbox().waiting == 0, WITHIN_S, "an empty outbox")
        self.chain.stop(Part.EDGE)
        return Account(self.chain.edge_report(), self.chain.server_report(), (), ())


@contextmanager
def trouble(folder: Path, cameras: int = 3) -> Iterator[Trouble]:
    """Run broker, server and a box with cameras that keep finding something."""
    fires = Fires.painted(folder / "fires", cameras)
    with trouble_at(fires, fires.all()) as one:
        yield one


@contextmanager
def trouble_at(fires: Fires, cameras: tuple[DemoCamera, ...]) -> Iterator[Trouble]:
    """Run it with these cameras."""
    held = partial(Trouble, fires=fires)
    with at_work(cameras, fires.settings(), held) as one:
        yield one
