"""A running chain in trouble: who is killed, when the box is back, and the account at the end."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chain import Part, WholeChain, whole_chain
from fires import QUIET, Fires
from row import Row
from waiting import wait_until

from server.demo.account import Account

WITHIN_S = 120.0


@dataclass
class Trouble:
    """A chain whose cameras never stop to find something."""

    chain: WholeChain
    fires: Fires

    @property
    def stores(self) -> Path:
        """The box's own folder."""
        return self.chain.plan.folder / "edge" / "stores"

    def plain(self, words: str) -> str:
        """Leave the folders of this run out of what the operator reads."""
        for folder in (self.chain.plan.folder / "edge", self.fires.folder):
            words = words.replace(f"{folder}/", "")
        return words

    def engines_started(self) -> int:
        """Count how often an engine has begun to run, in all starts of the box."""
        logs = self.chain.logs()
        return sum(
            said.count('"engine_started"') for name, said in logs.items() if name.startswith("edge")
        )

    def said(self, event: str) -> list[dict[str, object]]:
        """Return what the box's log says under a name, oldest first."""
        lines = [
            line
            for name, said in self.chain.logs().items()
            if name.startswith("edge")
            for line in said.splitlines()
            if f'"{event}"' in line and line.startswith("{")
        ]
        return [json.loads(line) for line in lines]

    def await_engine(self, before: int, within_s: float = WITHIN_S) -> float:
        """Wait until one more engine runs than before; return how long it took."""
        began = time.monotonic()
        wait_until(lambda: self.engines_started() > before, within_s, "an engine")
        return time.monotonic() - began

    def await_events(self, more: int = 1, within_s: float = WITHIN_S) -> None:
        """Wait until the box has raised that many messages more."""
        told = self.chain.outbox().messages
        wait_until(lambda: self.chain.outbox().messages >= told + more, within_s, "more events")

    def kill_worker(self) -> bool:
        """Kill the process that does the work and leave its parent; False if there is none."""
        try:
            os.kill(self.worker, signal.SIGKILL)
        except (IndexError, OSError):
            return False
        return True

    @property
    def worker(self) -> int:
        """Return the id of the process that does the work."""
        parent = self.chain._running[Part.EDGE].process.pid
        return int(Path(f"/proc/{parent}/task/{parent}/children").read_text().split()[0])

    def refused(self, within_s: float = 60.0) -> str:
        """Start a box that shall refuse to run; return its last words."""
        self.chain.start(Part.EDGE)
        edge = self.chain._running.pop(Part.EDGE)
        wait_until(lambda: edge.has_ended, within_s, "a refusal")
        assert edge.process.returncode != 0
        return edge.last_lines()

    def restart_box(self) -> float:
        """Start the box and wait until it runs; return how long it took."""
        before = self.engines_started()
        self.chain.start(Part.EDGE)
        return self.await_engine(before)

    def conclude(self) -> Account:
        """Let nothing burn any more, bring everything away, stop the box, and compare."""
        self.fires.show(QUIET)
        self.chain.stop(Part.EDGE)
        self.restart_box()
        wait_until(lambda: self.chain.outbox().waiting == 0, WITHIN_S, "an empty outbox")
        self.chain.stop(Part.EDGE)
        return Account(self.chain.edge_report(), self.chain.server_report(), (), ())


def row_of(account: Account, fault: str, done: str, **more: object) -> Row:
    """Write down what an account says of a fault."""
    return Row(
        fault,
        done,
        incidents=len(account.edge.incidents),
        events=len(account.edge.events),
        lost=account.lost,
        duplicates=account.server.duplicates,
        **more,  # type: ignore[arg-type]
    )


@contextmanager
def trouble(folder: Path, cameras: int = 3) -> Iterator[Trouble]:
    """Run broker, server and a box with cameras that keep finding something."""
    fires = Fires.painted(folder / "fires", cameras)
    with whole_chain(fires.all(), once=False, extra=fires.settings()) as chain:
        chain.start(Part.BROKER, Part.SERVER)
        one = Trouble(chain, fires)
        one.restart_box()
        try:
            yield one
        finally:
            _keep_logs(one)


def _keep_logs(one: Trouble) -> None:
    """Keep what the programs wrote beside the rows, for whoever asks why."""
    if (rows := os.environ.get("CHAOS_ROWS")) is None:
        return
    test = os.environ["PYTEST_CURRENT_TEST"].rpartition("::")[2].split(" ")[0]
    for name, said in one.chain.logs().items():
        file = Path(rows).parent / "logs" / test / f"{name}.log"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(said, encoding="utf-8")
