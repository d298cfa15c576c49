"""The whole chain for tests: real broker, server and box as programs, each at the test's mercy."""

import os
import socket
import sqlite3
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from aftermath import cleared_afterwards
from ports import free_port
from waiting import wait_until

from server.demo import chain as demo
from server.demo.account import EdgeReport, ServerReport
from server.demo.chain import Chain
from server.demo.officer import Officer
from server.demo.plan import STREET_FILM, DemoCamera, DemoPlan, Settings
from server.demo.processes import Program, Programs
from server.demo.seed import BY, LINK_LASTS, OFFICER, Seeded
from server.identity import service as identity
from server.kit.clock import SystemClock
from server.kit.db import Database
from server.kit.embedded_postgres import EmbeddedPostgres

WITHIN_S = 120.0


class Part(StrEnum):
    """One program of the chain."""

    BROKER = "broker"
    SERVER = "server"
    EDGE = "edge"


@dataclass(frozen=True, slots=True)
class Outbox:
    """What the box's own store says: incidents opened, messages appended, messages that wait."""

    opened: int
    messages: int
    waiting: int


@dataclass
class WholeChain:
    """Broker, server and box as the demo composes them; each can leave, die and come back."""

    plan: DemoPlan
    seeded: Seeded
    programs: Programs
    _running: dict[Part, Program] = field(default_factory=dict)
    _starts: Counter[Part] = field(default_factory=Counter)

    def start(self, *parts: Part) -> None:
        """Start programs in this order; broker and server answer when it returns."""
        for part in parts:
            self._starts[part] += 1
            name = f"{part}-{self._starts[part]}"
            match part:
                case Part.BROKER:
                    program = demo.start_broker(self.seeded, self.programs, name)
                    wait_until(self._broker_answers, WITHIN_S, "the broker")
                case Part.SERVER:
                    program = demo.start_server(self.plan, self.seeded, self.programs, name)
                case Part.EDGE:
                    program = demo.start_edge(self.plan, self.programs, name)
                case _:
                    assert_never(part)
            self._running[part] = program

    def start_edge_under(self, *words: str) -> None:
        """Start the box under another program, whose command line ends with the box's own."""
        self._starts[Part.EDGE] += 1
        name = f"{Part.EDGE}-{self._starts[Part.EDGE]}"
        run = [*words, *demo.PATROL, "edge", "run", "--config", str(self.plan.site_file)]
        self._running[Part.EDGE] = self.programs.start(name, run)

    def running(self, part: Part) -> Program:
        """Return a program that was started, and neither stopped nor killed since."""
        return self._running[part]

    def let_go(self, part: Part, within_s: float = WITHIN_S) -> Program:
        """Wait until a program has left by itself, and count on it no longer; return it."""
        program = self._running[part]
        wait_until(lambda: program.has_ended, within_s, f"the end of {part}")
        self.programs.stop(self._running.pop(part))
        return program

    def stop(self, part: Part) -> None:
        """Ask a program to leave."""
        self.programs.stop(self._running.pop(part))

    def kill(self, part: Part) -> None:
        """Take the power away from a program and everything it started."""
        self.programs.kill(self._running.pop(part))

    def await_edge(self, within_s: float = WITHIN_S) -> int:
        """Wait until the box has left by itself; return its exit code."""
        edge = self._running[Part.EDGE]
        wait_until(lambda: edge.has_ended, within_s, f"the box's end: {edge.last_lines()}")
        return edge.process.returncode

    def as_demo(self) -> Chain:
        """Return what the demo's own conclusion takes."""
        return Chain(self.plan, self.seeded, self.programs, self._running[Part.EDGE])

    def outbox(self) -> Outbox:
        """Look into the box's store; also while the box runs or is dead."""
        return outbox_in(self.plan.folder / "edge" / "stores")

    def unsettled(self) -> set[tuple[str, int]]:
        """Return boot and number of every message that the box's store still keeps to be told."""
        file = self.plan.folder / "edge" / "stores" / "outbox.db"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
            rows = db.execute("SELECT boot, message_no FROM message WHERE outcome IS NULL")
            return {(str(boot), int(number)) for boot, number in rows}

    def edge_report(self) -> EdgeReport:
        """Ask the box's stores by its own command."""
        return demo.edge_report(self.plan)

    def server_report(self) -> ServerReport:
        """Ask the database by the server's own command."""
        return demo.server_report(self.seeded)

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Hold the server's own database open, as its owner."""
        with EmbeddedPostgres(self.plan.folder / "server" / "postgres").running() as url:
            opened = Database.at(url)
            try:
                yield opened
            finally:
                opened.close()

    @contextmanager
    def officer(self) -> Iterator[Officer]:
        """Sign the demo's officer in by a one-time link of their own."""
        with self.database() as database, database.writing() as db:
            token = identity.make_link(db, SystemClock().now(), BY, OFFICER, LINK_LASTS)
        with Officer(self.plan.address) as officer:
            officer.sign_in(token)
            yield officer

    def _broker_answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1.0)
            return probe.connect_ex(("127.0.0.1", self.plan.broker_port)) == 0

    def logs(self) -> dict[str, str]:
        """Return everything that the programs have written, by program and start."""
        files = sorted((self.plan.folder / "logs").glob("*.log"))
        return {file.stem: file.read_text(encoding="utf-8", errors="replace") for file in files}


@contextmanager
def whole_chain(
    cameras: tuple[DemoCamera, ...], *, once: bool = True, extra: Settings | None = None
) -> Iterator[WholeChain]:
    """Prepare a chain in a folder of its own; nothing runs yet, and nothing is left afterwards."""
    with open_folder() as folder, Programs(folder / "logs") as programs:
        (folder / "logs").mkdir()
        settings: Settings = {"status": {"port": free_port()}} | (extra or {})
        plan = DemoPlan(folder, free_port(), free_port(), once, cameras, settings)
        seeded = demo.prepare(plan, SystemClock().now())
        try:
            yield WholeChain(plan, seeded, programs)
        finally:
            programs.__exit__()
            _stop_orphaned_database(folder)


def outbox_in(stores: Path) -> Outbox:
    """Look into the outbox in a folder of stores."""
    file = stores / "outbox.db"
    count = """SELECT count(*) FILTER (WHERE seq = 1), count(*),
        count(*) FILTER (WHERE outcome IS NULL) FROM message"""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
            return Outbox(*db.execute(count).fetchone())
    except sqlite3.OperationalError:
        # Not there yet, or just being made.
        return Outbox(0, 0, 0)


@contextmanager
def open_folder() -> Iterator[Path]:
    """Make a folder that other accounts reach: as root the database runs under one of its own."""
    folder = Path(tempfile.mkdtemp(prefix="patrol-chain-", dir="/var/tmp"))
    folder.chmod(0o711)
    with cleared_afterwards(folder):
        yield folder


def cut_of_the_street(path: Path, seconds: float, *words: str) -> Path:
    """Cut Debian's CCTV film: its first packets as they are, or made anew as `words` say."""
    assert STREET_FILM.is_file(), f"{STREET_FILM} is missing; install Debian's opencv-doc"
    how = words or ("-c", "copy")
    cut = ["ffmpeg", "-v", "error", "-y", "-i", str(STREET_FILM), "-t", str(seconds), *how]
    subprocess.run([*cut, str(path)], check=True)
    return path


def patrol(
    *words: str, cwd: Path, environment: dict[str, str] | None = None, timeout_s: float = WITHIN_S
) -> subprocess.CompletedProcess[str]:
    """Run our command as a user does, from any folder."""
    return subprocess.run(
        [*demo.PATROL, *words],
        cwd=cwd,
        env=os.environ | (environment or {}),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def _stop_orphaned_database(folder: Path) -> None:
    """A server that was killed leaves its database running: take it over and let it go."""
    if (folder / "server" / "postgres" / "cluster" / "postmaster.pid").exists():
        with EmbeddedPostgres(folder / "server" / "postgres").running():
            pass
