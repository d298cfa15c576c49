"""Does what the server orders."""

from collections.abc import Callable
from typing import assert_never

import structlog

from edge.errors import DeliveryError
from edge.fleet.status_board import StatusBoard
from edge.ports import Counters, Gone, Outbox
from hazard_library.contract.device import Command, ReportState, Resend
from hazard_library.contract.losses import RangeLost
from hazard_library.contract.message import parse
from hazard_library.errors import ContractError

log = structlog.get_logger(__name__)


class Commands:
    """Takes orders as they came over the wire. `report_state` and `send` wake those who do them."""

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

    def obey(self, payload: bytes) -> None:
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
