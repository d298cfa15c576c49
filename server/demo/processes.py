"""Programs that the demo starts, watches, and stops again in reverse order."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Self

from server.demo.errors import DemoError

STOP_WITHIN_S = 30.0

#: Bound and never listened on: our own programs may listen there, nobody else is given the port.
_held_ports: list[socket.socket] = []


@dataclass(frozen=True, slots=True)
class Program:
    """One started program and the file its output goes to."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def has_ended(self) -> bool:
        """Whether it has ended, well or not."""
        return self.process.poll() is not None

    def last_lines(self, count: int = 5) -> str:
        """Return the end of its output, for a person to read."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-count:])


@dataclass
class Programs:
    """All started programs; used as a context, it leaves none behind."""

    folder: Path
    started: list[Program] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Begin with none."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop all, the last started first."""
        for program in reversed(list(self.started)):
            self.stop(program)

    def start(self, name: str, command: Sequence[str]) -> Program:
        """Start a program in a session of its own, so that Ctrl-C reaches the demo alone.

        Raises:
            DemoError: there is no such program.
        """
        log = self.folder / f"{name}.log"
        try:
            with log.open("wb") as output:
                process = subprocess.Popen(  # noqa: S603 - our own programs, no shell
                    list(command),
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
        except FileNotFoundError as missing:
            raise DemoError(f"{command[0]} is not installed; run tools/setup.sh demo") from missing
        program = Program(name, process, log)
        self.started.append(program)
        return program

    def stop(self, program: Program) -> None:
        """Ask a program to leave; end it when it does not."""
        stop(program)
        self.started.remove(program)

    def kill(self, program: Program) -> None:
        """Take the power away from a program and everything it started."""
        kill(program)
        self.started.remove(program)

    def fail_if_ended(self, *, except_for: Program | None = None) -> None:
        """Raise when a program that should run has ended.

        Raises:
            DemoError: names the program and the end of its output.
        """
        for program in self.started:
            if program is not except_for and program.has_ended:
                raise DemoError(
                    f"{program.name} has ended with {program.process.returncode}; "
                    f"its last words (all in {program.log}):\n{program.last_lines()}"
                )


def stop(program: Program) -> None:
    """Ask a program to leave; end it when it does not."""
    if program.has_ended:
        return
    program.process.send_signal(signal.SIGTERM)
    try:
        program.process.wait(STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        kill(program)


def kill(program: Program) -> None:
    """End a program and its children at once."""
    os.killpg(program.process.pid, signal.SIGKILL)
    program.process.wait()


def free_port() -> int:
    """Return a loopback port that nobody else is given as long as this program runs."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    _held_ports.append(held)
    return int(held.getsockname()[1])


def check_port(port: int) -> None:
    """Refuse a port that is taken.

    Raises:
        DemoError: names the port and the remedy.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as fault:
            raise DemoError(f"port {port} is in use; choose another: make demo PORT=…") from fault


def on_interrupt(act: Callable[[], None]) -> None:
    """Call `act` once on Ctrl-C or SIGTERM."""

    def handle(_signal: int, _frame: FrameType | None) -> None:
        act()

    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)
