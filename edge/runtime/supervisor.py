"""The parent: starts the child that does the work, starts it again when it falls, and leaves last.

It holds nothing that could fail with the child: no camera, no model, no store.
"""

import signal
import subprocess
from collections.abc import Sequence
from types import FrameType
from typing import TYPE_CHECKING

import structlog

from edge.runtime.restart_budget import RestartBudget

if TYPE_CHECKING:
    # The port stands beside numpy, which the parent never needs: it would double its memory.
    from edge.ports import Clock

_log = structlog.get_logger(__name__)

#: The child asks to be started anew with the configuration that now lies on disk.
RELOAD = 75
#: The child's codes that are its final word: done, problems found, misuse.
_FINAL = (0, 1, 2)
_LOOK_S = 0.2


class Supervisor:
    """Watches one child. SIGTERM and SIGINT drain it, SIGHUP makes it read its configuration."""

    def __init__(self, command: Sequence[str], clock: "Clock", leave_within_s: float) -> None:
        """Remember the child's command line; `leave_within_s` is its time to drain."""
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
            self._child = subprocess.Popen(command)  # noqa: S603 - our own command line
            code = self._wait(self._child)
            if code in _FINAL or self._leave_by is not None:
                return code if code in _FINAL else 1
            if code != RELOAD and not self._may_restart(code):
                return 1
            command = (*self._command, *on_restart)

    def _wait(self, child: "subprocess.Popen[bytes]") -> int:
        while (code := child.poll()) is None:
            if self._leave_by is not None and self._clock.now().mono > self._leave_by:
                _log.error("child_did_not_leave", within_s=self._leave_within_s)
                child.kill()
            self._clock.wait(_LOOK_S)
        return code

    def _may_restart(self, code: int) -> bool:
        if self._budget.allows(self._clock.now()):
            _log.warning("child_restarted", exit_code=code)
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
            self._leave_by = self._clock.now().mono + self._leave_within_s
        self._pass_on(signal.SIGTERM)

    def _pass_on(self, number: signal.Signals) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(number)
