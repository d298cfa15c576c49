"""Does what the server orders, on a thread of its own: an order may take the disk a while."""

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import assert_never

import structlog

from edge.delivery.bell import Bell
from edge.errors import DeliveryError
from edge.fleet.status_board import StatusBoard
from edge.ports import Counters, Gone, Outbox
from hazard_library.contract.device import Command, ReportState, Resend
from hazard_library.contract.losses import RangeLost
from hazard_library.contract.message import parse
from hazard_library.errors import ContractError

log = structlog.get_logger(__name__)

#: Orders that wait; the server gives one at a time, and gives again what was not done.
_MOST_WAITING = 16
_IDLE_S = 60.0


class Commands:
    """One thread runs `run`; tests call `step`.

    report_state, send: wake those who do it.
    """

    def __init__(
        self,
        outbox: Outbox,
        board: StatusBoard,
        report_state: Callable[[], None],
        send: Callable[[], None],
    ) -> None:
        self._outbox = outbox
        self._counters: Counters = board
        self._board = board
        self._report_state = report_state
        self._send = send
        self._bell = Bell()
        self._waiting: deque[bytes] = deque()
        self._lock = Lock()

    def run(self) -> None:
        """Work until `stop`."""
        while not self._bell.is_stopped:
            self.step()
            self._bell.wait(_IDLE_S)

    def stop(self) -> None:
        """Let `run` end after the present order."""
        self._bell.stop()

    def take(self, payload: bytes) -> None:
        """Keep an order, as it came over the wire, for the next step; never blocks the link."""
        with self._lock:
            if len(self._waiting) == _MOST_WAITING:
                self._waiting.popleft()
                self._counters.count("commands_dropped")
            self._waiting.append(payload)
        self._bell.ring()

    def step(self) -> None:
        """Carry out what waits, in its order."""
        while (payload := self._next()) is not None:
            self._obey(payload)

    def _next(self) -> bytes | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def _obey(self, payload: bytes) -> None:
        """Carry out one order; one that cannot be read is counted and told."""
        try:
            command = parse(Command, payload)
        except ContractError as fault:
            self._counters.count("commands_refused")
            log.warning("command_refused", reason=str(fault))
            return
        match command.order:
            case Resend() as order:
                self._resend(order)
            case ReportState():
                self._report_state()
            case _ as unknown:
                assert_never(unknown)

    def _resend(self, order: Resend) -> None:
        try:
            queued = self._outbox.resend(order.boot, order.first, order.last)
            gone = self._outbox.gone(order.boot, order.first, order.last)
        except DeliveryError as fault:
            self._counters.count("commands_failed")
            log.warning("command_failed", reason=str(fault))
            return
        self._counters.count("messages_queued_again", queued)
        if gone:
            self._board.show_lost(tuple(_lost(order.boot, one) for one in gone))
            log.error("messages_lost", boot=order.boot, ranges=[(g.first, g.last) for g in gone])
        log.info(
            "resend_ordered", boot=order.boot, first=order.first, last=order.last, queued=queued
        )
        self._send()


def _lost(boot: str, gone: Gone) -> RangeLost:
    return RangeLost(boot=boot, first=gone.first, last=gone.last, reason=gone.reason)
