"""Brings the outbox to the server: publish, wait for the server's word, forget."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import structlog

from edge.core.moment import Moment
from edge.delivery.bell import Bell
from edge.delivery.retry_delay import RetryDelay
from edge.errors import DeliveryError
from edge.ports import Clock, Counters, Link, Outbox, Pending
from hazard_library.contract.device import Ack, Outcome, Receipt
from hazard_library.contract.ids import MessageId
from hazard_library.contract.message import parse
from hazard_library.errors import ContractError

#: Called with a heartbeat's id, the server's time, and when the answer came.
OnAnswer = Callable[[MessageId, datetime, Moment], object]

log = structlog.get_logger(__name__)

_ACKS_HELD = 1000
_PRUNE_EVERY_S = 600.0
_PRUNE_AT_MOST = 2000
#: How soon to try again when the link is there but takes nothing more.
_BUSY_S = 0.05


@dataclass(frozen=True, slots=True)
class SenderPace:
    """window: messages under way at once. resend_*: patience with a silent server, in seconds.

    The first patience is short, because a broker that lost its state takes messages before the
    server has subscribed again, and throws them away.
    """

    window: int = 64
    resend_after_s: float = 6.0
    resend_longest_s: float = 60.0
    idle_s: float = 1.0
    keep_settled: timedelta = timedelta(days=30)


class Sender:
    """One thread runs `run`; tests call `step`. The outbox says what goes first."""

    def __init__(
        self,
        outbox: Outbox,
        link: Link,
        clock: Clock,
        counters: Counters,
        pace: SenderPace | None = None,
    ) -> None:
        self._outbox = outbox
        self._link = link
        self._clock = clock
        self._counters = counters
        self._pace = pace or SenderPace()
        self._bell = Bell()
        self._failures = RetryDelay(first_s=1.0, longest_s=30.0)
        self._acks: deque[tuple[bytes, Moment]] = deque()
        self._acks_lock = Lock()
        self._on_settled: Callable[[], None] = _tell_nobody
        self._on_answer: OnAnswer = _answer_nobody
        self._under_way: dict[MessageId, float] = {}
        self._patience_s = self._pace.resend_after_s
        self._connected_mono = float("-inf")
        self._was_connected = False
        self._pruned_mono = float("-inf")

    def run(self) -> None:
        """Work until `stop`."""
        while not self._bell.is_stopped:
            self._bell.wait(self._step_or_wait())

    def stop(self) -> None:
        """Let `run` end after the present step."""
        self._bell.stop()

    def wake(self) -> None:
        """Say that there is something new to send."""
        self._bell.ring()

    def call_on_settled(self, listener: Callable[[], None]) -> None:
        """Name whom to wake when messages were settled, such as the uploader."""
        self._on_settled = listener

    def call_on_answer(self, listener: OnAnswer) -> None:
        """Name whom to tell of an answer to a heartbeat: which, the server's time, our moment."""
        self._on_answer = listener

    def link_connected(self) -> None:
        """Say that the broker is there again: what is not settled goes again at once."""
        self._was_connected = False
        self._bell.ring()

    def take_ack(self, payload: bytes) -> None:
        """Keep an acknowledgement for the next step; never blocks the link."""
        now = self._clock.now()
        with self._acks_lock:
            if len(self._acks) >= _ACKS_HELD:
                self._acks.popleft()
                self._counters.count("acks_dropped")
            self._acks.append((payload, now))
        self._bell.ring()

    def step(self) -> float:
        """Settle what was acknowledged, send what is due; return the seconds to wait."""
        now = self._clock.now()
        self._settle_acknowledged(now)
        self._prune_when_due(now)
        if not self._link.is_connected:
            self._was_connected = False
            return self._pace.idle_s
        if not self._was_connected:
            self._begin_connection(now)
        return self._send(now)

    def _step_or_wait(self) -> float:
        try:
            wait = self.step()
        except DeliveryError as fault:
            self._counters.count("sender_failures")
            log.warning("outbox_failed", reason=str(fault))
            return self._failures.next_delay()
        self._failures.reset()
        return wait

    def _begin_connection(self, now: Moment) -> None:
        self._was_connected = True
        self._connected_mono = now.mono
        self._patience_s = self._pace.resend_after_s
        self._under_way.clear()

    def _send(self, now: Moment) -> float:
        oldest = max(now.mono - self._patience_s, self._connected_mono)
        self._expect_no_longer(oldest)
        room = self._pace.window - len(self._under_way)
        if room <= 0:
            return self._pace.idle_s
        batch = self._outbox.pending(room, Moment(oldest, now.utc))
        sent = self._publish(batch)
        if sent:
            self._outbox.mark_sent(sent, now)
            self._under_way.update(dict.fromkeys(sent, now.mono))
            self._counters.count("messages_sent", len(sent))
        return self._pace.idle_s if len(sent) == len(batch) else _BUSY_S

    def _publish(self, batch: tuple[Pending, ...]) -> list[MessageId]:
        """Stop at the first refusal: a later message never overtakes an earlier one."""
        sent: list[MessageId] = []
        for message in batch:
            if not self._link.publish(message.channel, message.payload):
                self._counters.count("publish_refused")
                break
            sent.append(message.id)
        return sent

    def _expect_no_longer(self, oldest: float) -> None:
        """Let unanswered messages go again, and ask a silent server less and less often."""
        unanswered = [message for message, at in self._under_way.items() if at < oldest]
        if not unanswered:
            return
        for message in unanswered:
            del self._under_way[message]
        self._counters.count("messages_unanswered", len(unanswered))
        self._patience_s = min(self._patience_s * 2, self._pace.resend_longest_s)

    def _settle_acknowledged(self, now: Moment) -> None:
        settled = 0
        while (came := self._next_ack()) is not None:
            for receipt in self._receipts(*came):
                settled += self._settle(receipt, now)
        if settled:
            self._patience_s = self._pace.resend_after_s
            self._on_settled()

    def _next_ack(self) -> tuple[bytes, Moment] | None:
        with self._acks_lock:
            return self._acks.popleft() if self._acks else None

    def _receipts(self, payload: bytes, at: Moment) -> tuple[Receipt, ...]:
        try:
            ack = parse(Ack, payload)
        except ContractError as fault:
            self._counters.count("acks_malformed")
            log.warning("ack_refused", reason=str(fault))
            return ()
        if ack.answers is not None:
            self._on_answer(ack.answers, ack.sent_at, at)
        return ack.receipts

    def _settle(self, receipt: Receipt, now: Moment) -> bool:
        self._under_way.pop(receipt.message_id, None)
        if not self._outbox.settle(receipt, now.utc):
            self._counters.count("receipts_ignored")
            return False
        self._counters.count(f"receipts_{receipt.outcome}")
        if receipt.outcome is Outcome.QUARANTINED:
            log.error("message_quarantined", message=str(receipt.message_id), reason=receipt.reason)
        return True

    def _prune_when_due(self, now: Moment) -> None:
        if now.mono - self._pruned_mono < _PRUNE_EVERY_S:
            return
        self._pruned_mono = now.mono
        self._outbox.prune(now.utc - self._pace.keep_settled, _PRUNE_AT_MOST)


def _answer_nobody(_state: MessageId, _server_time: datetime, _at: Moment) -> None:
    """Stand in until somebody wants to compare clocks."""


def _tell_nobody() -> None:
    """Stand in until somebody wants to be woken."""
