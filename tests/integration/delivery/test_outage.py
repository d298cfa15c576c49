import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from brokers import DEVICE, SECRETS, SERVER, Broker
from server_ends import ServerEnd
from waiting import wait_until

from edge.delivery.message_rows import read_raised
from edge.delivery.mqtt_link import BrokerAddress, MqttLink
from edge.delivery.sender import Sender, SenderPace
from edge.delivery.sqlite_outbox import SqliteOutbox
from edge.fleet.commands import Commands
from edge.fleet.device_report import DeviceReport
from edge.fleet.heartbeat import Heartbeat
from edge.fleet.reception import Reception
from edge.fleet.status_board import StatusBoard
from edge.fleet.system_clock import SystemClock
from edge.testing.conformance.outbox import append
from edge.testing.events import happenings
from hazard_library.contract.device import Outcome
from hazard_library.contract.events import HazardEvent
from hazard_library.contract.ids import DeviceId, MessageId
from hazard_library.contract.message import parse
from hazard_library.contract.topics import Channel


class Box:
    """Everything that delivers, as the composition root puts it together."""

    def __init__(self, path: Path, broker: Broker, pace: SenderPace) -> None:
        clock, self.board = SystemClock(), StatusBoard()
        device = DeviceId(DEVICE)
        self.outbox = SqliteOutbox(path, clock.now(), self.board)
        report = DeviceReport(device, "hazard-patrol test", self.board, self.outbox, clock)
        address = BrokerAddress(broker.host, broker.port, device, SECRETS[DEVICE])
        self.link = MqttLink(address, report.last_will, self.board)
        self.sender = Sender(self.outbox, self.link, clock, self.board, pace)
        self.heartbeat = Heartbeat(report, self.link, clock, self.board)
        self.commands = Commands(self.outbox, self.board, self.heartbeat.wake, self.sender.wake)
        self.reception = Reception(self.sender, self.heartbeat, self.commands, self.board)
        self.outbox.call_on_append(self.sender.wake)


@contextmanager
def delivering(path: Path, broker: Broker, pace: SenderPace | None = None) -> Iterator[Box]:
    box = Box(path, broker, pace or SenderPace())
    workers = (box.sender, box.heartbeat, box.commands)
    threads = [Thread(target=worker.run) for worker in workers]
    for thread in threads:
        thread.start()
    box.link.start(box.reception)
    try:
        yield box
    finally:
        for worker in workers:
            worker.stop()
        for thread in threads:
            thread.join()
        box.link.stop()
        box.outbox.close()


@pytest.fixture
def server(broker: Broker) -> Iterator[ServerEnd]:
    end = ServerEnd(broker, SERVER, SECRETS[SERVER], DEVICE, Outcome.ACCEPTED)
    end.start()
    yield end
    end.stop()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


def is_drained(box: Box) -> bool:
    return box.outbox.backlog().pending == 0


def first_arrivals(server: ServerEnd) -> list[MessageId]:
    return list(dict.fromkeys(message.id for message in server.numbered()))


@pytest.mark.parametrize("end", [Broker.stop, Broker.kill], ids=["stopped", "killed"])
def test_four_hundred_alerts_of_an_outage_arrive_in_order_once_the_broker_is_back(
    path: Path, broker: Broker, server: ServerEnd, end: Callable[[Broker], None]
) -> None:
    with delivering(path, broker) as box:
        wait_until(lambda: box.link.is_connected)
        before = append(box.outbox, happenings(5))
        wait_until(lambda: is_drained(box))
        end(broker)
        wait_until(lambda: not box.link.is_connected)
        during = append(box.outbox, happenings(405)[5:])
        assert box.outbox.backlog().pending == 400
        broker.start()
        wait_until(lambda: is_drained(box), within_s=30)
    assert first_arrivals(server) == [message.id for message in [*before, *during]]
    assert {one.outcome for one in read_raised(path)} == {"accepted"}


def test_a_box_killed_in_an_outage_delivers_what_it_had_called_safe(
    path: Path, broker: Broker, server: ServerEnd
) -> None:
    broker.stop()
    program = Path(__file__).with_name("appending_box.py")
    with subprocess.Popen(
        [sys.executable, str(program), str(path), "500"], stdout=subprocess.PIPE, text=True
    ) as dying:
        assert dying.stdout is not None
        dying.stdout.readline()
        safe = [dying.stdout.readline().strip() for _ in range(40)]
        dying.kill()
        safe += dying.stdout.read().split()
    with delivering(path, broker) as box:
        after = append(box.outbox, happenings(510)[500:])
        broker.start()
        wait_until(lambda: is_drained(box), within_s=30)
    arrived = [str(one) for one in first_arrivals(server)]
    assert arrived[: len(safe)] == safe
    assert arrived[-10:] == [str(message.id) for message in after]
    assert len(arrived) == len(read_raised(path))


def test_a_silent_server_loses_nothing_and_gets_it_all_again_when_it_speaks(
    path: Path, broker: Broker, server: ServerEnd
) -> None:
    server.outcome = None
    with delivering(path, broker, SenderPace(resend_after_s=0.2, idle_s=0.05)) as box:
        told = append(box.outbox, happenings(10))
        wait_until(lambda: Counter(one.id for one in server.numbered())[told[0].id] >= 2)
        assert box.outbox.backlog().pending == 10
        server.outcome = Outcome.DUPLICATE
        wait_until(lambda: is_drained(box))
    assert first_arrivals(server) == [message.id for message in told]


def test_a_poisoned_message_is_quarantined_and_the_rest_goes_on(
    path: Path, broker: Broker, server: ServerEnd
) -> None:
    server.outcome = None
    with delivering(path, broker, SenderPace(window=1)) as box:
        poison, *others = append(box.outbox, happenings(4))
        wait_until(lambda: first_arrivals(server) == [poison.id])
        server.acknowledge(poison.id, Outcome.QUARANTINED, "no such camera")
        server.outcome = Outcome.ACCEPTED
        wait_until(lambda: is_drained(box))
    assert [one.outcome for one in read_raised(path)] == ["quarantined", *["accepted"] * 3]
    assert len(others) == 3


def test_the_server_gets_back_what_it_lost_by_number(
    path: Path, broker: Broker, server: ServerEnd
) -> None:
    with delivering(path, broker) as box:
        told = append(box.outbox, happenings(5))
        wait_until(lambda: is_drained(box))
        seen = len(server.numbered())
        server.order_again(box.outbox.boot, 2, 3)
        wait_until(lambda: len(server.numbered()) == seen + 2)
        wait_until(lambda: is_drained(box))
    assert [message.id for message in server.numbered()[seen:]] == [told[1].id, told[2].id]


def test_what_arrives_is_what_was_told_to_the_byte(
    path: Path, broker: Broker, server: ServerEnd
) -> None:
    with delivering(path, broker) as box:
        told = append(box.outbox, happenings(1))[0]
        wait_until(lambda: is_drained(box))
    payloads = [body for channel, body in server.arrived() if channel is Channel.INCIDENT]
    assert payloads == [told.to_bytes()]
    assert parse(HazardEvent, payloads[0]) == told
