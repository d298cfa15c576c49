"""`patrol edge run`: the parent watches; the child composes the box and runs it."""

import os
import signal
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import structlog

from edge.errors import ConfigError, EdgeError
from edge.fleet.system_clock import SystemClock
from edge.runtime.logs import configure_logging
from edge.runtime.service_manager import ServiceManager
from edge.runtime.supervisor import Patience, Supervisor
from edge.runtime.ties import die_with, parent_of

_log = structlog.get_logger(__name__)

#: A code that is no final word: the parent starts the child again.
CRASHED = 70
#: What a child needs to leave beyond draining: threads, stores, the last will.
_LEAVE_S = 60.0


@dataclass(frozen=True, slots=True)
class RunOptions:
    """once: read every source once, bring everything away, leave."""

    config: Path
    once: bool
    keep_last_good: bool
    drain_timeout_s: float


def run_parent(options: RunOptions) -> int:
    """Start the child and watch it."""
    configure_logging()
    command = [sys.executable, "-P", "-m", "patrol", "edge", "run", "--child"]
    command += ["--config", str(options.config), "--drain-timeout", f"{options.drain_timeout_s:g}"]
    command += ["--once"] if options.once else []
    command += ["--keep-last-good"] if options.keep_last_good else []
    # A box that reads its sources once is silent while it drains.
    patience = Patience(silent_s=None) if options.once else Patience()
    manager = ServiceManager.of(os.environ)
    supervisor = Supervisor(command, SystemClock(), _LEAVE_S, manager, patience)
    return supervisor.watch(on_restart=[] if options.keep_last_good else ["--keep-last-good"])


def run_child(options: RunOptions) -> int:
    """Run the box until it is told to leave, or every source is over."""
    if not die_with(parent_of(os.environ)):
        # Two boxes never run at once on one folder.
        raise ConfigError("the parent has gone; start patrol edge run again")
    configure_logging()
    orders = Orders()
    from edge.verbs.child import Child  # noqa: PLC0415 - the parent never loads what it imports

    try:
        return Child(options).run(orders)
    except EdgeError as fault:
        print(fault, file=sys.stderr)
        return 2
    except Exception:  # noqa: BLE001 - outermost: told here, mended by the parent's new start
        _log.exception("child_crashed")
        return CRASHED


class Orders:
    """What the signals said."""

    def __init__(self) -> None:
        """Listen from now on."""
        self.leave = threading.Event()
        self._reload = threading.Event()
        signal.signal(signal.SIGTERM, self._on_leave)
        signal.signal(signal.SIGINT, self._on_leave)
        signal.signal(signal.SIGHUP, self._on_reload)
        # The parent held it back, so that one that came early did not end this process.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})

    def take_reload(self) -> bool:
        """Whether the configuration shall be read again; asked once, forgotten."""
        asked = self._reload.is_set()
        self._reload.clear()
        return asked

    def _on_leave(self, _number: int, _frame: FrameType | None) -> None:
        self.leave.set()

    def _on_reload(self, _number: int, _frame: FrameType | None) -> None:
        self._reload.set()
