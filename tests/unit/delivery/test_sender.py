from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import pytest

from edge.core.moment import Moment
from edge.delivery.sender import Sender, SenderPace
from edge.errors import DeliveryError
from edge.ports import Pending
from edge.testing.conformance.outbox import append
from edge.testing.events import happenings
from edge.testing.fake_clock import START, FakeClock
from edge.testing.memory_link import MemoryLink
from edge.testing.memory_outbox import MemoryOutbox
from edge.testing.tally import Tally
from hazard_library.contract.device import Ack, Outcome, Receipt
from hazard_library.contract.ids import DeviceId, MessageId
from hazard_library.contract.message import Numbered, parse
from hazard_library.contract.topics import Channel


@dataclass
class Box:
    """A sender with everything around it; it listens to the link itself."""

    pace: SenderPace = field(default_factory=SenderPace)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    link: MemoryLink = field(default_factory=MemoryLink)
    clock: FakeClock = field(default_factory=FakeClock)
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self.sender = Sender(self.outbox, self.link, self.clock, self.tally, self.pace)

    def connected(self) -> None:
        self.sender.link_connected()

    def received(self, channel: Channel, payload: bytes) -> None:
        assert channel is Channel.ACK
        self.sender.take_ack(payload)

    def tell(self, count: int, camera: str = "gate") -> list[MessageId]:
        return [message.id for message in append(self.outbox, happenings(count, camera))]

    def pass_time(self, seconds: float) -> None:
        self.clock.wait(seconds)
        self.sender.step()

    def sent(self) -> list[MessageId]:
        return [parse_numbered(payload).id for _, payload in self.link.published]

    def acknowledge(self, *messages: MessageId, outcome: Outcome = Outcome.ACCEPTED) -> None:
        self.link.deliver(Channel.ACK, ack(*messages, outcome=outcome))


def parse_numbered(payload: bytes) -> Numbered:
    return Numbered.model_validate_json(payload)


def ack(*messages: MessageId, outcome: Outcome = Outcome.ACCEPTED) -> bytes:
    return Ack(
        id=MessageId(uuid4()),
        device=DeviceId("box-1"),
        sent_at=START,
        receipts=tuple(Receipt(message_id=one, outcome=outcome) for one in messages),
    ).to_bytes()


@pytest.fixture
def box() -> Box:
    made = Box()
    made.link.start(made)
    return made


def test_a_message_goes_out_once_and_leaves_on_the_servers_word(box: Box) -> None:
    told = box.tell(1)
    box.sender.step()
    box.pass_time(1)
    assert box.sent() == told
    box.acknowledge(*told)
    box.sender.step()
    assert box.outbox.pending(10) == ()
    assert box.tally["receipts_accepted"] == 1


def test_that_the_broker_took_it_is_not_enough(box: Box) -> None:
    told = box.tell(1)
    box.pass_time(1)
    assert [one.id for one in box.outbox.pending(10)] == told


def test_what_is_not_acknowledged_goes_again_after_a_while_under_the_same_id(box: Box) -> None:
    told = box.tell(1)
    box.sender.step()
    box.pass_time(5.9)
    assert box.sent() == told
    box.pass_time(0.2)
    assert box.sent() == told * 2
    assert box.tally["messages_unanswered"] == 1


def test_a_silent_server_is_asked_less_and_less_but_at_least_every_minute(box: Box) -> None:
    box.tell(1)
    for _ in range(600):
        box.pass_time(1)
    assert 11 <= len(box.sent()) <= 16


def test_a_word_of_the_server_restores_the_short_patience(box: Box) -> None:
    first, second = box.tell(2)
    for _ in range(120):
        box.pass_time(1)
    box.acknowledge(first)
    sent = len(box.sent())
    for _ in range(6):
        box.pass_time(1)
    assert box.sent()[sent:] == [second]


def test_nothing_is_tried_without_a_broker_and_all_goes_in_order_once_it_is_back(box: Box) -> None:
    box.link.lose_broker()
    told = box.tell(10)
    box.pass_time(100)
    assert box.sent() == []
    box.link.find_broker()
    box.sender.step()
    assert box.sent() == told


def test_what_is_unsettled_goes_again_at_once_when_the_broker_is_back(box: Box) -> None:
    told = box.tell(2)
    box.sender.step()
    box.acknowledge(told[0])
    box.link.lose_broker()
    box.pass_time(1)
    box.link.find_broker()
    box.pass_time(1)
    assert box.sent() == [*told, told[1]]


def test_a_broken_connection_is_not_the_servers_silence(box: Box) -> None:
    told = box.tell(1)
    box.sender.step()
    box.link.lose_broker()
    box.pass_time(10)
    box.link.find_broker()
    box.pass_time(1)
    box.pass_time(6.1)
    assert box.sent() == told * 3
    assert box.tally["messages_unanswered"] == 1


def test_a_break_too_short_to_be_seen_between_steps_counts_as_well(box: Box) -> None:
    told = box.tell(1)
    box.sender.step()
    box.clock.wait(1)
    box.link.lose_broker()
    box.link.find_broker()
    box.sender.step()
    assert box.sent() == told * 2


def test_no_more_than_the_window_is_under_way() -> None:
    box = Box(SenderPace(window=4))
    box.link.start(box)
    told = box.tell(10)
    box.pass_time(1)
    box.pass_time(1)
    assert box.sent() == told[:4]
    box.acknowledge(*told[:3])
    box.sender.step()
    assert box.sent() == told[:7]


def test_what_the_link_has_no_room_for_goes_soon_and_in_order(box: Box) -> None:
    told = box.tell(3)
    box.link.room = 1
    wait = box.sender.step()
    assert box.sent() == told[:1]
    assert wait < 0.5
    box.link.room = None
    box.pass_time(wait)
    assert box.sent() == told


class Hiccup(MemoryLink):
    """A link that refuses one message and takes the next."""

    refuses = True

    def publish(self, channel: Channel, payload: bytes) -> bool:
        refused, self.refuses = self.refuses, False
        return not refused and super().publish(channel, payload)


def test_no_message_overtakes_one_that_was_refused_before_it() -> None:
    box = Box(link=Hiccup())
    box.link.start(box)
    told = box.tell(3)
    box.pass_time(1)
    assert box.sent() == []
    box.pass_time(1)
    assert box.sent() == told


def test_messages_that_are_never_answered_do_not_block_the_rest() -> None:
    box = Box(SenderPace(window=3))
    box.link.start(box)
    stuck = set(box.tell(3, camera="poisoned"))
    others = set(box.tell(5))
    for _ in range(900):
        box.pass_time(1)
        answered = [one for one in box.sent() if one not in stuck]
        box.acknowledge(*answered)
    assert {one.id for one in box.outbox.pending(10)} == stuck
    assert others <= set(box.sent())


@pytest.mark.parametrize("outcome", list(Outcome))
def test_quarantine_too_frees_the_message(box: Box, outcome: Outcome) -> None:
    told = box.tell(1)
    box.sender.step()
    box.acknowledge(*told, outcome=outcome)
    box.pass_time(1000)
    assert box.sent() == told
    assert box.tally[f"receipts_{outcome}"] == 1


def test_a_second_receipt_and_one_for_a_stranger_are_counted_and_change_nothing(box: Box) -> None:
    told = box.tell(2)
    box.sender.step()
    box.acknowledge(told[0])
    box.acknowledge(told[0], outcome=Outcome.DUPLICATE)
    box.acknowledge(MessageId(uuid4()))
    box.sender.step()
    assert [one.id for one in box.outbox.pending(10)] == [told[1]]
    assert box.outbox.kept[told[0]].outcome is Outcome.ACCEPTED
    assert box.tally["receipts_ignored"] == 2


@pytest.mark.parametrize("payload", [b"", b"{", b'{"schema":"ack/2"}', b'{"schema":"ack/1"}'])
def test_an_ack_that_cannot_be_read_is_counted_and_does_no_harm(box: Box, payload: bytes) -> None:
    told = box.tell(1)
    box.link.deliver(Channel.ACK, payload)
    box.acknowledge(*told)
    box.sender.step()
    assert box.tally["acks_malformed"] == 1
    assert box.outbox.pending(10) == ()


def test_more_acks_than_can_be_held_are_dropped_and_counted(box: Box) -> None:
    told = box.tell(1)
    box.sender.step()
    for _ in range(1001):
        box.acknowledge(*told)
    assert box.tally["acks_dropped"] == 1
    assert len(box.sender._acks) == 1000


def test_settling_wakes_whoever_waits_for_it(box: Box) -> None:
    woken: list[str] = []
    box.sender.call_on_settled(lambda: woken.append("uploader"))
    told = box.tell(1)
    box.sender.step()
    assert woken == []
    box.acknowledge(*told)
    box.sender.step()
    assert woken == ["uploader"]


def test_settled_messages_are_forgotten_after_their_time() -> None:
    box = Box(SenderPace(keep_settled=timedelta(days=30)))
    box.link.start(box)
    told = box.tell(1)
    box.sender.step()
    box.acknowledge(*told)
    box.sender.step()
    box.pass_time(timedelta(days=29).total_seconds())
    assert list(box.outbox.kept) == told
    box.pass_time(timedelta(days=2).total_seconds())
    assert list(box.outbox.kept) == []


class FullDisk(MemoryOutbox):
    """An outbox that fails a few times before it works again."""

    failures = 3

    def pending(self, limit: int, sent_before: Moment | None = None) -> tuple[Pending, ...]:
        if self.failures > 0:
            self.failures -= 1
            raise DeliveryError("outbox.sqlite: database or disk is full; make room")
        return super().pending(limit, sent_before)


def test_an_outbox_that_fails_is_tried_again_and_loses_nothing() -> None:
    box = Box(outbox=FullDisk())
    box.link.start(box)
    told = box.tell(1)
    waits = [box.sender._step_or_wait() for _ in range(4)]
    assert box.tally["sender_failures"] == 3
    assert all(wait >= 0.5 for wait in waits[:3])
    assert box.sent() == told


def test_an_event_survives_the_way_to_the_byte(box: Box) -> None:
    box.tell(1)
    box.sender.step()
    channel, payload = box.link.published[0]
    assert channel is Channel.INCIDENT
    kept = next(iter(box.outbox.kept.values()))
    assert parse(type(kept.message), payload) == kept.message


def test_an_answer_to_a_heartbeat_is_passed_on_with_the_moment_it_came(box: Box) -> None:
    told: list[tuple[MessageId, object, Moment]] = []
    box.sender.call_on_answer(lambda *answer: told.append(answer))
    state, came = MessageId(uuid4()), box.clock.now()
    box.sender.take_ack(
        Ack(
            id=MessageId(uuid4()),
            device=DeviceId("box-1"),
            sent_at=START,
            receipts=(),
            answers=state,
        ).to_bytes()
    )
    box.pass_time(3.0)
    assert told == [(state, START, came)]
