"""A running chain in the hands of a test: who is killed, when the box is back, what it raised."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from chain import Part, WholeChain, whole_chain
from looks import Looks
from ports import free_port
from row import Row
from waiting import wait_until

from server.demo.account import Account, EdgeReport
from server.demo.plan import DemoCamera, Settings

WITHIN_S = 120.0
Held = TypeVar("Held", bound="AtWork")


@dataclass
class AtWork:
    """Broker, server and box, and what the box says of its cameras."""

    chain: WholeChain
    looks: Looks

    @property
    def stores(self) -> Path:
        """The box's own folder."""
        return self.chain.plan.folder / "edge" / "stores"

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

    def kill_supervisor(self) -> None:
        """Kill the parent alone; the kernel has to end the worker, which nobody would watch."""
        try:
            worker = self.worker
        except (IndexError, OSError):
            worker = None
        os.kill(self.chain.running(Part.EDGE).process.pid, signal.SIGKILL)
        self.chain.let_go(Part.EDGE)
        if worker is not None:
            gone = Path(f"/proc/{worker}")
            wait_until(lambda: not gone.exists(), 5, "the worker outlives its parent")

    @property
    def worker(self) -> int:
        """Return the id of the process that does the work."""
        parent = self.chain.running(Part.EDGE).process.pid
        return int(Path(f"/proc/{parent}/task/{parent}/children").read_text().split()[0])

    def refused(self, within_s: float = 60.0) -> str:
        """Start a box that shall refuse to run; return its last words."""
        self.chain.start(Part.EDGE)
        edge = self.chain.let_go(Part.EDGE, within_s)
        assert edge.process.returncode != 0
        return edge.last_lines()

    def restart_box(self) -> float:
        """Start the box and wait until it has analysed a picture; return how long it took."""
        began = time.monotonic()
        self.chain.start(Part.EDGE)
        self.await_pictures()
        return time.monotonic() - began

    def await_pictures(self, within_s: float = WITHIN_S) -> None:
        """Wait until a box that has just begun has analysed a picture."""
        edge = self.chain.running(Part.EDGE)
        wait_until(lambda: edge.has_ended or self.looks.all() > 0, within_s, "an analysed picture")
        assert not edge.has_ended, edge.last_lines()

    def settle(self, before: EdgeReport) -> Account:
        """Compare what was raised since a report with the server, and leave everything running."""
        now = self.chain.edge_report()
        wait_until(lambda: self.chain.outbox().waiting == 0, WITHIN_S, "an empty outbox")
        known = {incident.id for incident in before.incidents}
        incidents = tuple(one for one in now.incidents if one.id not in known)
        events = tuple(set(now.events) - set(before.events))
        raised = now.model_copy(update={"incidents": incidents, "events": events})
        return Account(raised, self.chain.server_report(), (), ())


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
def at_work(
    cameras: tuple[DemoCamera, ...],
    extra: Settings,
    hold: Callable[[WholeChain, Looks], Held],
) -> Iterator[Held]:
    """Run broker, server and a box with these cameras. extra: what its configuration also says."""
    port = free_port()
    # A chain that several tests share outlives the first one's name.
    test = os.environ["PYTEST_CURRENT_TEST"].rpartition("::")[2].split(" ")[0]
    with whole_chain(cameras, once=False, extra=extra | {"status": {"port": port}}) as chain:
        chain.start(Part.BROKER, Part.SERVER)
        one = hold(chain, Looks(f"http://127.0.0.1:{port}/metrics"))
        try:
            one.restart_box()
            yield one
        finally:
            one.looks.close()
            _keep_logs(one, test)


def _keep_logs(one: AtWork, test: str) -> None:
    """Keep what the programs wrote beside the rows, for whoever asks why."""
    if (rows := os.environ.get("CHAOS_ROWS")) is None:
        return
    for name, said in one.chain.logs().items():
        file = Path(rows).parent / "logs" / test / f"{name}.log"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(said, encoding="utf-8")
