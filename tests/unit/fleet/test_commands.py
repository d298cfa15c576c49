from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import pytest

from edge.delivery.sender import Sender
from edge.errors import DeliveryError
from edge.fleet.commands import Commands
from edge.fleet.device_report import DeviceReport
from edge.fleet.heartbeat import Heartbeat
from edge.fleet.reception import Reception
from edge.fleet.status_board import StatusBoard
from edge.testing.conformance.outbox import accepted, append, waiting
from edge.testing.events import BOX, happenings
from edge.testing.fake_clock import START, FakeClock
from edge.testing.memory_link import MemoryLink
from edge.testing.memory_outbox import MemoryOutbox
from hazard_library.contract.device import Ack, Command, ReportState, Resend
from hazard_library.contract.ids import MessageId
from hazard_library.contract.message import Message
from hazard_library.contract.topics import Channel


def command(order: Resend | ReportState) -> bytes:
    return Command(id=MessageId(uuid4()), device=BOX, sent_at=START, order=order).to_bytes()


@dataclass
class Desk:
    """Commands, and what they woke."""

    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    tally: StatusBoard = field(default_factory=StatusBoard)
    woken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.commands = Commands(
            self.outbox,
            self.tally,
            report_state=lambda: self.woken.append("heartbeat"),
            send=lambda: self.woken.append("sender"),
        )

    def obey(self, payload: bytes) -> None:
        self.commands.take(payload)
        self.commands.step()


def test_what_the_server_misses_is_queued_again_and_sent() -> None:
    desk = Desk()
    messages = append(desk.outbox, happenings(5))
    for message in messages:
        desk.outbox.settle(accepted(message.id), START)
    desk.obey(command(Resend(boot=desk.outbox.boot, first=2, last=4)))
    assert waiting(desk.outbox) == [message.id for message in messages[1:4]]
    assert desk.woken == ["sender"]
    assert desk.tally.counters()["messages_queued_again"] == 3


def test_what_the_server_misses_and_the_box_no_longer_has_is_told_as_lost() -> None:
    desk = Desk()
    first, *_ = append(desk.outbox, happenings(3))
    desk.outbox.settle(accepted(first.id), START)
    desk.outbox.prune(START + timedelta(days=1), limit=10)
    desk.tally.call_on_change(lambda: desk.woken.append("change"))
    desk.obey(command(Resend(boot=desk.outbox.boot, first=1, last=3)))
    desk.obey(command(Resend(boot="f" * 16, first=4, last=6)))
    told = [(one.boot, one.first, one.last) for one in desk.tally.snapshot().lost]
    assert told == [(desk.outbox.boot, 1, 1), ("f" * 16, 4, 6)]
    assert desk.woken == ["change", "sender", "change", "sender"]


def test_the_state_is_reported_when_asked_for() -> None:
    desk = Desk()
    desk.obey(command(ReportState()))
    assert desk.woken == ["heartbeat"]


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b'{"schema":"command/2"}',
        command(ReportState()).replace(b"report_state", b"format_disk"),
    ],
)
def test_an_order_that_is_not_understood_is_counted_and_not_obeyed(payload: bytes) -> None:
    desk = Desk()
    desk.obey(payload)
    assert desk.woken == []
    assert desk.tally.counters()["commands_refused"] == 1


class FullDisk(MemoryOutbox):
    def resend(self, boot: str, first: int, last: int) -> int:
        raise DeliveryError(f"outbox.db: database or disk is full ({boot} {first} {last})")


def test_an_order_that_fails_is_counted_and_does_not_reach_the_link() -> None:
    desk = Desk(outbox=FullDisk())
    desk.obey(command(Resend(boot=desk.outbox.boot, first=1, last=1)))
    assert desk.tally.counters()["commands_failed"] == 1


class ForbiddenOutbox(MemoryOutbox):
    """An outbox that is touched by the one thread that may wait for a disk."""

    def __init__(self) -> None:
        super().__init__()
        self.may_be_touched = False

    def resend(self, boot: str, first: int, last: int) -> int:
        assert self.may_be_touched, "the link's thread would wait for the disk"
        return super().resend(boot, first, last)


def test_the_link_that_brings_an_order_waits_for_no_disk() -> None:
    outbox = ForbiddenOutbox()
    desk = Desk(outbox=outbox)
    desk.commands.take(command(Resend(boot=outbox.boot, first=1, last=1)))
    outbox.may_be_touched = True
    desk.commands.step()
    assert desk.woken == ["sender"]


def test_more_orders_than_are_kept_are_dropped_oldest_first_and_counted() -> None:
    desk = Desk()
    desk.commands.take(command(ReportState()))
    for _ in range(16):
        desk.commands.take(command(Resend(boot=desk.outbox.boot, first=1, last=1)))
    desk.commands.step()
    assert desk.woken == ["sender"] * 16
    assert desk.tally.counters()["commands_dropped"] == 1


class Front:
    """A reception with real parts behind it."""

    def __init__(self) -> None:
        self.outbox, self.link, self.clock = MemoryOutbox(), MemoryLink(), FakeClock()
        self.board = StatusBoard()
        self.sender = Sender(self.outbox, self.link, self.clock, self.board)
        report = DeviceReport(BOX, "hazard-patrol 0.1.0", self.board, self.outbox, self.clock)
        self.heartbeat = Heartbeat(report, self.link, self.clock, self.board)
        self.commands = Commands(self.outbox, self.board, self.heartbeat.wake, self.sender.wake)
        self.link.start(Reception(self.sender, self.heartbeat, self.commands, self.board))

    def step(self) -> list[Channel]:
        """Let all work once; return what went out."""
        self.clock.wait(1)
        before = len(self.link.published)
        self.commands.step()
        self.heartbeat.step()
        self.sender.step()
        return [channel for channel, _ in self.link.published[before:]]


def receipts(messages: Sequence[Message]) -> bytes:
    return Ack(
        id=MessageId(uuid4()),
        device=BOX,
        sent_at=START,
        receipts=tuple(accepted(message.id) for message in messages),
    ).to_bytes()


def test_each_message_reaches_whom_it_is_for() -> None:
    front = Front()
    messages = append(front.outbox, happenings(2))
    assert front.step() == [Channel.STATE, Channel.INCIDENT, Channel.INCIDENT]
    front.link.deliver(Channel.ACK, receipts(messages))
    assert front.step() == []
    assert front.outbox.pending(10) == ()
    front.link.deliver(Channel.CMD, command(ReportState()))
    assert front.step() == [Channel.STATE]
    front.link.deliver(Channel.CMD, command(Resend(boot=front.outbox.boot, first=2, last=2)))
    assert front.step() == [Channel.INCIDENT]


def test_after_a_reconnection_the_birth_and_all_that_waits_go_again() -> None:
    front = Front()
    append(front.outbox, happenings(1))
    front.step()
    front.link.lose_broker()
    front.step()
    front.link.find_broker()
    assert front.step() == [Channel.STATE, Channel.INCIDENT]


def test_what_nobody_expects_is_counted() -> None:
    front = Front()
    front.link.deliver(Channel.STATE, b"{}")
    assert front.board.counters() == {"messages_not_expected": 1}
