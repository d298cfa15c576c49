"""The parent: starts the child that does the work, starts it again when it falls, and leaves last.

It holds nothing that could fail with the child: no camera, no model, no store.
"""

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING

import structlog

from edge.runtime import ties
from edge.runtime.life_signs import Pulse
from edge.runtime.restart_budget import RestartBudget
from edge.runtime.service_manager import ServiceManager

if TYPE_CHECKING:
    # The port stands beside numpy, which the parent never needs: it would double its memory.
    from edge.ports import Clock

_log = structlog.get_logger(__name__)

#: The child asks to be started anew with the configuration that now lies on disk.
RELOAD = 75
#: The child's codes that are its final word: done, problems found, misuse.
_FINAL = (0, 1, 2)
#: What the child gives back to the system. Left alone, glibc keeps up to eight heaps a core for its
#: threads and raises by itself the size from which memory is given back: pictures then fill holes
#: in all of them. Measured with four cameras it was a quarter of the box (docs/BENCHMARKS.md).
_ALLOCATOR = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "1000000",
    "MALLOC_TRIM_THRESHOLD_": "4000000",
}
_LOOK_S = 0.2
#: Signs of life come more often; the service manager needs no more than one in so many seconds.
_FEED_S = 1.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a child may give no sign of life, in seconds, before it is killed and started again.

    start_s: from its start to the first sign: models are proven then. silent_s: afterwards; None:
    for ever, for a child that reads its sources once and then drains.
    """

    start_s: float = 600.0
    silent_s: float | None = 120.0


class Supervisor:
    """Watches one child. SIGTERM and SIGINT drain it, SIGHUP makes it read its configuration.

    The service manager hears of every sign of life that the child gives and of no other: a child
    whose pipeline is stuck gives none.
    """

    def __init__(
        self,
        command: Sequence[str],
        clock: "Clock",
        leave_within_s: float,
        manager: ServiceManager | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Remember the child's command line; `leave_within_s` is its time to drain."""
        self._manager = manager or ServiceManager(None)
        self._patience = patience or Patience()
        self._pulse = Pulse()
        self._is_ready = False
        self._silent_from = 0.0
        self._has_beaten = False
        self._fed_mono = float("-inf")
        self._command = tuple(command)
        self._clock = clock
        self._leave_within_s = leave_within_s
        self._budget = RestartBudget()
        self._child: subprocess.Popen[bytes] | None = None
        self._leave_by: float | None = None

    def watch(self, on_restart: Sequence[str] = ()) -> int:
        """Run until the child has its final word or the budget is used up; return the exit code.

        Args:
            on_restart: arguments that the child gets in addition when it is not its first start.
        """
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        command: tuple[str, ...] = self._command
        while True:
            self._child = self._start(command)
            code = self._wait(self._child)
            if code in _FINAL or self._leave_by is not None:
                return code if code in _FINAL else 1
            if code != RELOAD and not self._may_restart(code):
                return 1
            command = (*self._command, *on_restart)

    def _start(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        """Start a child that listens to SIGHUP only when it is ready to: until then it waits."""
        self._silent_from, self._has_beaten = self._clock.now().mono, False
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
        try:
            return subprocess.Popen(  # noqa: S603 - our own command line
                command,
                pass_fds=(self._pulse.write_end,),
                # What the operator has set goes first.
                env=_ALLOCATOR | os.environ | self._pulse.environment() | ties.environment(),
            )
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})

    def _wait(self, child: "subprocess.Popen[bytes]") -> int:
        while (code := child.poll()) is None:
            if self._leave_by is not None and self._clock.now().mono > self._leave_by:
                _log.error("child_did_not_leave", within_s=self._leave_within_s)
                child.kill()
            self._feel_pulse(child)
            self._clock.wait(_LOOK_S)
        return code

    def _feel_pulse(self, child: "subprocess.Popen[bytes]") -> None:
        """Pass signs of life on; kill a child that gave none for too long, so that it is mended."""
        now = self._clock.now().mono
        if self._pulse.has_beaten():
            self._silent_from, self._has_beaten = now, True
            if not self._is_ready:
                self._is_ready = True
                self._manager.ready()
            if now - self._fed_mono >= _FEED_S:
                self._fed_mono = now
                self._manager.alive()
            return
        limit = self._patience.silent_s if self._has_beaten else self._patience.start_s
        if limit is None or self._leave_by is not None or now - self._silent_from < limit:
            return
        _log.error("child_stuck", silent_s=limit, remedy="it is started again from its stores")
        self._silent_from = now
        child.kill()

    def _may_restart(self, code: int) -> bool:
        if self._budget.allows(self._clock.now()):
            _log.warning("child_restarted", exit_code=code)
            self._manager.restarting()
            return True
        limits = self._budget.limits
        _log.error(
            "restart_budget_used_up",
            exit_code=code,
            restarts=limits.restarts,
            within_s=limits.within_s,
            remedy="look at the log above, mend the cause, then start the box again",
        )
        return False

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            self._pass_on(signal.SIGHUP)
            return
        if self._leave_by is None:
            self._manager.stopping()
            self._leave_by = self._clock.now().mono + self._leave_within_s
        self._pass_on(signal.SIGTERM)

    def _pass_on(self, number: signal.Signals) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(number)
