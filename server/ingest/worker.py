"""Takes what the broker brings in batches: one commit, then receipts, then PUBACKs."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from queue import Empty, Queue
from threading import Event
from typing import Protocol

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from hazard_library.contract.device import Ack, Command, Receipt, Resend
from hazard_library.contract.ids import DeviceId, MessageId
from hazard_library.contract.topics import Channel, parse
from hazard_library.errors import ContractError
from server.ingest.arrival import Arrival, read_envelope
from server.ingest.broker_link import Delivery
from server.ingest.service import Ingest, accept, hear_state, set_aside
from server.ingest.states import QuarantineReason
from server.kit.clock import Clock
from server.kit.db import Database
from server.kit.ids import new_id

log = structlog.get_logger(__name__)

#: One commit takes about 8 ms; a batch shares it.
_BATCH = 64
_IDLE_S = 0.2
_RETRY_S = 1.0


class Downlink(Protocol):
    """The way back to broker and boxes."""

    def settle(self, delivery: Delivery) -> None:
        """Tell the broker that a message is safe."""
        ...

    def send(self, device: DeviceId, channel: Channel, payload: bytes) -> None:
        """Send one message to a box."""
        ...


class _Answers:
    """What a batch says to the boxes once it is committed."""

    def __init__(self) -> None:
        self.receipts: dict[DeviceId, list[Receipt]] = defaultdict(list)
        self.orders: dict[DeviceId, list[Resend]] = {}
        self.states: dict[DeviceId, MessageId] = {}


_Take = Callable[[Session, Iterable[Delivery]], _Answers]


class IngestWorker:
    """One thread runs `run`; tests call `step`. Implements `DeliveryTaker`."""

    def __init__(self, database: Database, parts: Ingest, clock: Clock) -> None:
        self._database = database
        self._parts = parts
        self._clock = clock
        self._link: Downlink | None = None
        # Bounded by the broker: it hands over no more than it may leave unsettled.
        self._waiting: Queue[Delivery] = Queue()
        self._stopped = Event()

    def answer_through(self, link: Downlink) -> None:
        """Name the way back."""
        self._link = link

    def take(self, delivery: Delivery) -> None:
        """Keep one message for the next batch."""
        self._waiting.put(delivery)

    def run(self) -> None:
        """Work until `stop`."""
        while not self._stopped.is_set():
            try:
                self.step()
            except Exception:
                log.exception("ingest_failed")
                self._stopped.wait(_RETRY_S)

    def stop(self) -> None:
        """Let `run` end after the present batch."""
        self._stopped.set()

    def step(self) -> int:
        """Take one batch; return how many messages it held."""
        batch = self._next_batch()
        if not batch:
            return 0
        try:
            self._finish(batch, self._take)
        except Exception:
            # One message brought the whole batch down: each goes alone, and that one aside.
            log.exception("batch_failed", batch=len(batch))
            for delivery in batch:
                self._take_alone(delivery)
        return len(batch)

    def _finish(self, batch: list[Delivery], take: _Take) -> None:
        answers = self._commit(batch, take)
        if answers is not None:
            self._answer(answers)
            for delivery in batch:
                self._require_link().settle(delivery)

    def _take_alone(self, delivery: Delivery) -> None:
        try:
            self._finish([delivery], self._take)
        except Exception as fault:
            log.exception("message_failed", topic=delivery.topic)
            why = f"{type(fault).__name__} while taking it; see the server's log"
            self._finish([delivery], lambda db, batch: self._set_aside(db, batch, why))

    def _set_aside(self, db: Session, batch: Iterable[Delivery], why: str) -> _Answers:
        answers = _Answers()
        for delivery in batch:
            topic = parse(delivery.topic)
            arrival = Arrival(topic.device, topic.channel, delivery.payload, self._clock.now())
            if topic.channel is Channel.STATE:
                continue
            receipt = set_aside(db, arrival, QuarantineReason.SERVER_FAULT, why)
            if receipt is not None:
                answers.receipts[topic.device].append(receipt)
        return answers

    def _next_batch(self) -> list[Delivery]:
        batch: list[Delivery] = []
        try:
            batch.append(self._waiting.get(timeout=_IDLE_S))
            while len(batch) < _BATCH:
                batch.append(self._waiting.get_nowait())
        except Empty:
            pass
        return batch

    def _commit(self, batch: list[Delivery], take: _Take) -> _Answers | None:
        """Try until the database takes the batch; None: we were stopped meanwhile."""
        while not self._stopped.is_set():
            try:
                with self._database.writing() as db:
                    return take(db, batch)
            except DBAPIError as fault:
                if not (fault.connection_invalidated or isinstance(fault, OperationalError)):
                    raise
                log.warning("ingest_waits_for_database", reason=str(fault.orig), batch=len(batch))
                self._stopped.wait(_RETRY_S)
        return None

    def _take(self, db: Session, batch: Iterable[Delivery]) -> _Answers:
        answers = _Answers()
        for delivery in batch:
            self._take_one(db, delivery, answers)
        return answers

    def _take_one(self, db: Session, delivery: Delivery, answers: _Answers) -> None:
        try:
            topic = parse(delivery.topic)
        except ContractError as fault:
            log.warning("message_refused", topic=delivery.topic, reason=str(fault))
            return
        arrival = Arrival(topic.device, topic.channel, delivery.payload, self._clock.now())
        match topic.channel:
            case Channel.STATE:
                self._take_state(db, arrival, answers)
            case Channel.INCIDENT | Channel.EVIDENCE:
                receipt = accept(db, self._parts, arrival)
                if receipt is not None:
                    answers.receipts[topic.device].append(receipt)
            case Channel.ACK | Channel.CONFIG | Channel.CMD:
                log.warning("message_refused", topic=delivery.topic, reason="not an upward topic")

    def _take_state(self, db: Session, arrival: Arrival, answers: _Answers) -> None:
        try:
            with db.begin_nested():
                orders = hear_state(db, arrival)
            state = read_envelope(arrival.payload).message_id
            if state is not None:
                answers.states[arrival.device] = MessageId(state)
        except ContractError as fault:
            log.warning("state_refused", device=arrival.device, reason=str(fault))
            return
        if orders:
            answers.orders[arrival.device] = orders

    def _answer(self, answers: _Answers) -> None:
        link, now = self._require_link(), self._clock.now()
        for device in answers.receipts.keys() | answers.states.keys():
            ack = Ack(
                id=MessageId(new_id(now)),
                device=device,
                sent_at=now,
                receipts=tuple(answers.receipts.get(device, ())),
                answers=answers.states.get(device),
            )
            link.send(device, Channel.ACK, ack.to_bytes())
        for device, orders in answers.orders.items():
            log.info("gaps_asked_for", device=device, ranges=len(orders))
            for order in orders:
                command = Command(
                    id=MessageId(new_id(now)), device=device, sent_at=now, order=order
                )
                link.send(device, Channel.CMD, command.to_bytes())

    def _require_link(self) -> Downlink:
        if self._link is None:
            msg = "answer_through comes before the first batch"
            raise RuntimeError(msg)
        return self._link
