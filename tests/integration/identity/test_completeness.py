"""Both sides can prove that nothing is missing; two boxes under one identity are noticed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest
from certified_bureau import BOX, CertifiedBureau, certified_bureau
from sqlalchemy import text
from waiting import wait_until

from edge.cli import main
from edge.core.moment import Moment
from edge.delivery.identity_files import IdentityFolder
from edge.delivery.mqtt_link import BrokerAddress, MqttLink
from edge.delivery.sender import Sender
from edge.delivery.sqlite_outbox import SqliteOutbox
from edge.fleet.box_clock import ClockReading
from edge.fleet.commands import Commands
from edge.fleet.device_report import DeviceReport
from edge.fleet.heartbeat import Heartbeat
from edge.fleet.reception import Reception
from edge.fleet.server_clock import ServerClock
from edge.fleet.status_board import StatusBoard
from edge.fleet.system_clock import SystemClock
from edge.testing.conformance.outbox import append
from edge.testing.events import Happening, later
from server.fleet import service as fleet
from server.kit.db import Database

_FORGET = "CREATE TEMP TABLE gone AS SELECT id FROM message WHERE message_no IN (2, 3, 7, 9, 12)"


@pytest.fixture
def bureau(own_database: Database, tmp_path: Path) -> Iterator[CertifiedBureau]:
    with certified_bureau(own_database, tmp_path / "server") as running:
        yield running


@dataclass
class RunningBox:
    """The way out of a box, whole: outbox, sender, heartbeat, orders, clock."""

    outbox: SqliteOutbox
    heartbeat: Heartbeat
    link: MqttLink
    server_clock: ServerClock

    def raise_incidents(self, count: int, begun: Moment) -> None:
        """Each an hour after the one before: no two of them are one lead."""
        append(self.outbox, [Happening(later(begun, 3600.0 * n)) for n in range(count)])


@contextmanager
def running(bureau: CertifiedBureau, stores: Path, outbox_file: str) -> Iterator[RunningBox]:
    clock, board = SystemClock(), StatusBoard()
    context = IdentityFolder(stores / "identity").read().context()
    outbox = SqliteOutbox(stores / outbox_file, clock.now(), board)
    server_clock = ServerClock(ClockReading)
    report = DeviceReport(BOX, "hazard-patrol test", board, outbox, clock, server_clock.read)
    place = BrokerAddress("127.0.0.1", bureau.broker_port, BOX, None, tls=context)
    link = MqttLink(place, report.last_will, board)
    heartbeat = Heartbeat(report, link, clock, board)
    sender = Sender(outbox, link, clock, board)
    outbox.call_on_append(sender.wake)
    heartbeat.call_on_publish(server_clock.asked)
    sender.call_on_answer(server_clock.answered)
    commands = Commands(outbox, board, heartbeat.wake, sender.wake)
    board.call_on_change(heartbeat.wake)
    parts = (sender, heartbeat, commands)
    threads = [Thread(target=part.run) for part in parts]
    for thread in threads:
        thread.start()
    link.start(Reception(sender, heartbeat, commands, board))
    try:
        yield RunningBox(outbox, heartbeat, link, server_clock)
    finally:
        for part in parts:
            part.stop()
        link.stop()
        for thread in threads:
            thread.join()
        outbox.close()


@pytest.fixture
def stores(bureau: CertifiedBureau, tmp_path: Path) -> Path:
    folder = tmp_path / "stores"
    words = ["enrol", bureau.code(), "--server", bureau.door, "--stores", str(folder)]
    assert main(["edge", *words]) == 0
    bureau.keeper.step()
    return folder


def test_five_rows_deleted_at_the_server_come_back_with_one_heartbeat(
    bureau: CertifiedBureau, stores: Path
) -> None:
    with running(bureau, stores, "outbox.db") as box:
        box.raise_incidents(12, later(SystemClock().now(), -86_400.0))
        events = "SELECT count(*) FROM hazard_event"
        wait_until(lambda: box.outbox.backlog().pending == 0, 30, "everything is there")
        leads = bureau.count("SELECT count(*) FROM lead")
        with bureau.database.writing() as db:
            for statement in (
                "ALTER TABLE message DISABLE TRIGGER append_only",
                _FORGET,
                "DELETE FROM hazard_event WHERE message_row_id IN (SELECT id FROM gone)",
                "DELETE FROM message WHERE id IN (SELECT id FROM gone)",
                "ALTER TABLE message ENABLE TRIGGER append_only",
            ):
                db.execute(text(statement))
        assert bureau.count(events) == 7
        box.heartbeat.wake()
        wait_until(lambda: bureau.count(events) == 12, 30, "the five are there again")
        assert bureau.count("SELECT count(*) FROM lead") == leads == 12


def test_what_the_box_itself_has_lost_is_told_and_asked_for_no_more(
    bureau: CertifiedBureau, stores: Path
) -> None:
    with running(bureau, stores, "outbox.db") as box:
        box.raise_incidents(3, later(SystemClock().now(), -86_400.0))
        wait_until(lambda: box.outbox.backlog().pending == 0, 30, "everything is there")
    # The stores of the first run are lost; the server still misses one of its messages.
    with bureau.database.writing() as db:
        query = "UPDATE device_boot SET last_message_no = 5 WHERE last_message_no = 3"
        db.execute(text(query))
    with running(bureau, stores, "fresh.db"):
        lost = "SELECT coalesce(sum(last - first + 1), 0) FROM lost_messages"
        wait_until(lambda: bureau.count(lost) == 2, 30, "the box says what it has lost")


def test_two_boxes_with_one_certificate_are_noticed_and_neither_loses_anything(
    bureau: CertifiedBureau, stores: Path
) -> None:
    begun = later(SystemClock().now(), -86_400.0)
    with running(bureau, stores, "one.db") as one, running(bureau, stores, "two.db") as two:
        one.raise_incidents(4, begun)
        two.raise_incidents(4, later(begun, 1800.0))
        wait_until(
            lambda: not one.outbox.backlog().pending and not two.outbox.backlog().pending,
            60,
            "both have brought everything",
        )

        def noticed() -> bool:
            with bureau.database.reading() as db:
                return fleet.all_seen(db)[0].doubled_at is not None

        wait_until(noticed, 60, "the server notices two boxes")
    assert bureau.count("SELECT count(*) FROM hazard_event") == 8
    assert bureau.count("SELECT count(*) FROM audit_entry WHERE event = 'identity_doubled'") == 1


def test_the_box_learns_how_far_its_clock_is_from_the_servers(
    bureau: CertifiedBureau, stores: Path
) -> None:
    with running(bureau, stores, "outbox.db") as box:
        wait_until(lambda: box.server_clock.read().offset_ms is not None, 30, "a comparison")
        offset_ms = box.server_clock.read().offset_ms
        box.heartbeat.wake()
        query = "SELECT count(*) FROM device_state WHERE state->'clock'->>'offset_ms' IS NOT NULL"
        wait_until(lambda: bureau.count(query) == 1, 30, "the server learns it too")
    assert offset_ms is not None
    # One machine, one clock: what is left is half the way there and back.
    assert abs(offset_ms) <= 2500
