"""How often a unit may be started again before it stays down and says so."""

from collections import deque
from dataclasses import dataclass

from edge.core.moment import Moment


@dataclass(frozen=True, slots=True)
class BudgetLimits:
    """At most `restarts` within `within_s` seconds."""

    restarts: int = 5
    within_s: float = 60.0


class RestartBudget:
    """Counts the restarts of one unit on the monotonic line."""

    def __init__(self, limits: BudgetLimits | None = None) -> None:
        self.limits = limits or BudgetLimits()
        self._restarts: deque[float] = deque()

    def allows(self, now: Moment) -> bool:
        """Count one more restart; False when the budget is used up: the unit stays down."""
        while self._restarts and now.mono - self._restarts[0] > self.limits.within_s:
            self._restarts.popleft()
        if len(self._restarts) >= self.limits.restarts:
            return False
        self._restarts.append(now.mono)
        return True
