"""Real Mosquitto, as provisioned by the server, and a real database: nothing lost or doubled."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from box_connections import BoxConnection
from brokers import Broker
from ports import free_port
from sqlalchemy import text
from sqlalchemy.orm import Session
from waiting import wait_until

from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.device import Outcome, Resend
from hazard_library.contract.events import Change, HazardEvent
from hazard_library.contract.ids import DeviceId
from hazard_library.contract.topics import Channel
from server.fleet.broker_files import BrokerPlan
from server.fleet.credentials import read_credential
from server.ingest import repository
from server.ingest.broker_link import BrokerAddress, BrokerLink, Delivery
from server.ingest.service import Ingest
from server.ingest.worker import IngestWorker
from server.kit.db import Database
from server.leads import service as leads
from server.provisioning import refresh_broker, write_broker
from server.testing.bureau import enrol, settle
from server.testing.fake_device import START, FakeDevice
from server.testing.settled_clock import SettledClock

CATALOGUE = load_catalogue()


@dataclass
class Bureau:
    """A provisioned broker, a database, and two registered boxes."""

    broker: Broker
    database: Database
    folder: Path
    box: FakeDevice = field(default_factory=FakeDevice)
    other: FakeDevice = field(default_factory=lambda: FakeDevice(DeviceId("box-2")))

    def count(self, query: str) -> int:
        with self.database.reading() as db:
            return int(db.execute(text(query)).scalar() or 0)

    def address(self) -> BrokerAddress:
        credential = read_credential(self.folder / "server.json", "user")
        return BrokerAddress(self.broker.host, self.broker.port, credential.name, credential.secret)


@pytest.fixture
def bureau(own_database: Database, tmp_path: Path) -> Iterator[Bureau]:
    folder = tmp_path / "broker"
    made = Bureau(
        Broker(free_port(), folder / "mosquitto.conf", tmp_path / "log"), own_database, folder
    )
    with own_database.writing() as db:
        settle(db)
        for box in (made.box, made.other):
            box.secret = enrol(db, box)
    write_broker(own_database, BrokerPlan(folder, made.broker.port), folder / "server.json")
    made.broker.start()
    yield made
    made.broker.stop()


class Forgetful(BrokerLink):
    """A link whose PUBACKs never leave: what a server does that is killed after its commit."""

    def settle(self, delivery: Delivery) -> None:
        """Forget it."""


@contextmanager
def serving(
    bureau: Bureau, kind: type[BrokerLink] = BrokerLink, tell: Callable[..., object] | None = None
) -> Iterator[IngestWorker]:
    """Take messages meanwhile, as the server's ingest role does."""

    def attach(db: Session, _at: object, event: HazardEvent) -> object:
        return leads.attach(db, START, CATALOGUE, event)

    parts = Ingest(lambda hazard: hazard in CATALOGUE.hazards, tell or attach)
    worker = IngestWorker(bureau.database, parts, SettledClock(START + timedelta(minutes=1)))
    link = kind(bureau.address(), worker)
    worker.answer_through(link)
    thread = Thread(target=worker.run)
    thread.start()
    link.start()
    try:
        wait_until(lambda: link.is_connected, what="the server at the broker")
        yield worker
    finally:
        worker.stop()
        thread.join()
        link.stop()


@pytest.fixture
def box(bureau: Bureau) -> Iterator[BoxConnection]:
    connection = BoxConnection(bureau.broker, bureau.box.id, bureau.box.secret).open()
    yield connection
    connection.close()


def incidents(box: FakeDevice, count: int) -> list[HazardEvent]:
    """Two changes of each incident, far enough apart for a lead each."""
    times = [START + timedelta(hours=2 * number) for number in range(count)]
    opened = [box.event(opened_at=at) for at in times]
    return opened + [box.event(opened_at=at, seq=2, change=Change.CLOSED) for at in times]


def test_three_deliveries_shuffled_from_four_connections_are_taken_once(bureau: Bureau) -> None:
    events = incidents(bureau.box, 20)
    with ExitStack() as stack:
        stack.enter_context(serving(bureau))
        connections = [
            BoxConnection(bureau.broker, bureau.box.id, bureau.box.secret).open() for _ in range(4)
        ]
        for connection in connections:
            stack.callback(connection.close)
        deliveries = events * 3
        random.Random(7).shuffle(deliveries)  # noqa: S311 - an order, no secret
        for number, event in enumerate(deliveries):
            connections[number % 4].publish(Channel.INCIDENT, event.to_bytes())
        ids = [event.id for event in events]
        connections[0].await_receipts(ids)
        wait_until(
            lambda: sum(map(len, connections[0].receipts().values())) == len(deliveries),
            what="a receipt for every delivery",
        )
        outcomes = connections[0].receipts()
    for name in ids:
        assert sorted(outcomes[name]) == [Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.DUPLICATE]
    assert bureau.count("SELECT count(*) FROM hazard_event") == 40
    assert bureau.count("SELECT count(*) FROM message") == 40
    assert bureau.count("SELECT count(*) FROM incident WHERE state = 'closed'") == 20
    assert bureau.count("SELECT count(*) FROM lead") == 20
    with bureau.database.reading() as db:
        assert repository.duplicates(db) == 0


def test_a_box_may_use_its_own_topics_only(bureau: Bureau, box: BoxConnection) -> None:
    other = bureau.other
    intruder = BoxConnection(bureau.broker, other.id, other.secret, topics_of=bureau.box.id)
    forged = bureau.box.event()
    with serving(bureau):
        intruder.open()
        intruder.publish(Channel.INCIDENT, forged.to_bytes())
        wait_until(lambda: "Not authorized" in intruder.told, what="the broker's refusal")
        true = bureau.box.event(opened_at=START + timedelta(hours=1))
        box.publish(Channel.INCIDENT, true.to_bytes())
        box.await_receipts([true.id])
    intruder.close()
    assert intruder.receipts() == {}
    assert bureau.count("SELECT count(*) FROM message") == 1


def test_a_message_of_another_box_on_ones_own_topic_is_set_aside(bureau: Bureau) -> None:
    other = bureau.other
    forged = bureau.box.event()
    connection = BoxConnection(bureau.broker, other.id, other.secret).open()
    with serving(bureau):
        connection.publish(Channel.INCIDENT, forged.to_bytes())
        connection.await_receipts([forged.id])
    connection.close()
    assert connection.receipts()[forged.id] == [Outcome.QUARANTINED]
    assert bureau.count("SELECT count(*) FROM incident") == 0


def test_a_wrong_secret_is_refused_by_the_broker(bureau: Bureau) -> None:
    stranger = BoxConnection(bureau.broker, bureau.box.id, "wrong").open()
    stranger.close()
    assert stranger.told == ["Not authorized"]


def test_a_box_enrolled_later_signs_in_without_a_restart_of_the_broker(bureau: Bureau) -> None:
    third = FakeDevice(DeviceId("box-3"))
    with bureau.database.writing() as db:
        third.secret = enrol(db, third)
    wait_until((bureau.folder / "mosquitto.pid").exists, what="the broker's number")
    refresh_broker(bureau.database, bureau.folder, bureau.folder / "server.json")

    def gets_in() -> bool:
        connection = BoxConnection(bureau.broker, third.id, third.secret).open()
        connection.close()
        return "Granted QoS 1" in connection.told

    wait_until(gets_in, what="the broker to read its files again")


def test_poison_does_not_block_what_comes_after_it(bureau: Bureau, box: BoxConnection) -> None:
    good = incidents(bureau.box, 3)
    unknown_major = json.loads(bureau.box.event(opened_at=START + timedelta(days=1)).to_bytes())
    poison = json.dumps(unknown_major | {"schema": "hazard-event/9"}).encode()
    with serving(bureau):
        for payload in (b"\x00\xff", poison, good[0].to_bytes(), b"{", good[1].to_bytes()):
            box.publish(Channel.INCIDENT, payload)
        box.publish(Channel.EVIDENCE, b'{"schema": "evidence-sealed/1"}')
        for event in good[2:]:
            box.publish(Channel.INCIDENT, event.to_bytes())
        box.await_receipts([event.id for event in good])
    assert bureau.count("SELECT count(*) FROM hazard_event") == len(good)
    assert bureau.count("SELECT count(*) FROM quarantine") == 4
    quarantined = {name for name, said in box.receipts().items() if Outcome.QUARANTINED in said}
    assert {str(name) for name in quarantined} == {unknown_major["id"]}


def test_a_message_that_the_server_itself_fails_on_is_set_aside_alone(
    bureau: Bureau, box: BoxConnection
) -> None:
    good = incidents(bureau.box, 3)

    def fails_on_the_second(_db: Session, _at: object, event: HazardEvent) -> None:
        if event.id == good[1].id:
            raise ZeroDivisionError

    with serving(bureau, tell=fails_on_the_second):
        for event in good:
            box.publish(Channel.INCIDENT, event.to_bytes())
        box.await_receipts([event.id for event in good])
    assert box.receipts()[good[1].id] == [Outcome.QUARANTINED]
    assert bureau.count("SELECT count(*) FROM hazard_event") == len(good) - 1
    assert bureau.count("SELECT count(*) FROM quarantine WHERE reason = 'server_fault'") == 1


def test_a_server_that_is_away_gets_everything_when_it_is_back(
    bureau: Bureau, box: BoxConnection
) -> None:
    events = incidents(bureau.box, 10)
    with serving(bureau):
        for event in events[:5]:
            box.publish(Channel.INCIDENT, event.to_bytes())
        box.await_receipts([event.id for event in events[:5]])
    for event in events[5:]:
        box.publish(Channel.INCIDENT, event.to_bytes())
    with serving(bureau):
        box.await_receipts([event.id for event in events])
    assert bureau.count("SELECT count(*) FROM hazard_event") == len(events)


def test_a_server_killed_after_its_commit_is_sent_all_again_and_doubles_nothing(
    bureau: Bureau, box: BoxConnection
) -> None:
    events = incidents(bureau.box, 5)
    with serving(bureau, Forgetful):
        for event in events:
            box.publish(Channel.INCIDENT, event.to_bytes())
        box.await_receipts([event.id for event in events])
    with serving(bureau):
        wait_until(
            lambda: all(Outcome.DUPLICATE in said for said in box.receipts().values()),
            what="the second delivery",
        )
    assert bureau.count("SELECT count(*) FROM hazard_event") == len(events)
    assert bureau.count("SELECT count(*) FROM lead") == 5


def test_a_gap_is_asked_for_within_one_heartbeat(bureau: Bureau, box: BoxConnection) -> None:
    events = incidents(bureau.box, 3)
    with serving(bureau):
        for event in events[:2] + events[4:]:
            box.publish(Channel.INCIDENT, event.to_bytes())
        box.await_receipts([events[-1].id])
        box.publish(Channel.STATE, bureau.box.state().to_bytes())
        wait_until(lambda: bool(box.orders), what="the order to send again")
        assert box.orders[0].order == Resend(boot=bureau.box.boot, first=3, last=4)
        for event in events:
            box.publish(Channel.INCIDENT, event.to_bytes())
        box.await_receipts([event.id for event in events])
    assert bureau.count("SELECT count(*) FROM hazard_event") == len(events)


def test_the_broker_away_for_a_while_costs_nothing(bureau: Bureau, box: BoxConnection) -> None:
    events = incidents(bureau.box, 4)
    with serving(bureau):
        for event in events[:4]:
            box.publish(Channel.INCIDENT, event.to_bytes())
        box.await_receipts([event.id for event in events[:4]])
        bureau.broker.stop()
        bureau.broker.start()
        for event in events[4:]:
            box.publish(Channel.INCIDENT, event.to_bytes())
        box.await_receipts([event.id for event in events], 60)
    assert bureau.count("SELECT count(*) FROM hazard_event") == len(events)
