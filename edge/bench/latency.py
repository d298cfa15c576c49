"""From the frame that completes a rule to its event at the broker's other side, on loopback.

Four cameras play real footage of a street; a grid of zones and some lines are drawn on each, so
that people who stand and who walk complete a rule again and again. The event names when its frame
was captured; the subscriber stands where the server's ingest stands and acknowledges what comes,
as it does. Storing it is the server's part.
"""

import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from statistics import quantiles
from uuid import UUID, uuid4

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from edge.bench.box import BoxBench, running, site_of, written
from edge.bench.report import Figure, at_most
from edge.bench.tied import tied
from edge.errors import EdgeError
from edge.fleet.system_clock import SystemClock
from hazard_library.contract.device import Ack, Outcome, Receipt
from hazard_library.contract.events import Change, HazardEvent
from hazard_library.contract.ids import MessageId
from hazard_library.contract.message import parse
from hazard_library.contract.topics import Channel, build, from_all_devices
from hazard_library.contract.topics import parse as read_topic

LIMIT_MS = 500.0
_COLUMNS, _ROWS, _LINES = 5, 4, 12
#: Whoever stays in a zone completes the first after 3 s, whoever walks the others at each line.
_IN_ZONES, _OVER_LINES = ("ZONE-01",), ("ZONE-07", "BEH-04")
_READY_S, _LEAVE_S = 20.0, 60.0
_LEAST = 20


def lacking() -> str | None:
    """Say what this machine lacks for it, if anything."""
    return None if _mosquitto() else "mosquitto is missing; apt-get install mosquitto"


def measure(bench: BoxBench) -> Iterator[Figure]:
    """Yield median and 95th percentile over all events that were opened.

    Raises:
        EdgeError: the broker or the box does not start, or too few events came.
    """
    with (
        _broker(bench.folder) as port,
        _ingest(port) as ingest,
        running(_config(bench, port)) as box,
    ):
        SystemClock().wait(bench.seconds)
        if box.poll() is not None:
            raise EdgeError("the box did not stay up; run patrol edge run to see why")
    arrivals = ingest.milliseconds
    if len(arrivals) < _LEAST:
        raise EdgeError(f"only {len(arrivals)} events came in {bench.seconds:g} s; measure longer")
    cuts = quantiles(arrivals, n=20)
    note = f"{bench.cameras} cameras, {len(arrivals)} events, to a subscriber at the broker"
    precision = bench.layout.precision
    yield Figure("frame to event, median", cuts[9], "ms", precision, note)
    bar = at_most(LIMIT_MS, cuts[18])
    yield Figure("frame to event, 95th percentile", cuts[18], "ms", precision, note, *bar)


def _config(bench: BoxBench, port: int) -> Path:
    zones = [
        {"id": f"z{column}{row}", "points": _cell(column, row)}
        for column in range(_COLUMNS)
        for row in range(_ROWS)
    ]
    lines = [
        {"id": f"l{column}", "points": [[column / _LINES, 0.0], [column / _LINES, 1.0]]}
        for column in range(1, _LINES)
    ]
    site = site_of(bench)
    for camera in site["cameras"]:
        del camera["all_with_model"], camera["whole_picture"]
        camera["zones"] = [*zones, *lines]
        camera["hazards"] = [
            {"id": hazard, "zones": [zone["id"] for zone in zones]} for hazard in _IN_ZONES
        ]
        camera["hazards"] += [
            {"id": hazard, "zones": [line["id"] for line in lines]} for hazard in _OVER_LINES
        ]
    folder = bench.folder / "latency"
    folder.mkdir(exist_ok=True)
    credential = folder / "credential.json"
    credential.write_text(json.dumps({"device": site["device"], "secret": "bench"}))
    credential.chmod(0o600)
    site["link"] = {
        "broker": {"host": "127.0.0.1", "port": port},
        # Nobody stands there: evidence waits, as it does behind events anyway.
        "server": "http://127.0.0.1:9",
        "credential_file": credential.name,
    }
    return written(site, folder)


def _cell(column: int, row: int) -> list[list[float]]:
    left, right = column / _COLUMNS, (column + 1) / _COLUMNS
    top, bottom = row / _ROWS, (row + 1) / _ROWS
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def _mosquitto() -> str | None:
    """Debian keeps it where ordinary users do not look."""
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def _broker(folder: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
    broker = subprocess.Popen(  # noqa: S603
        tied([_mosquitto() or "", "-c", str(config)]),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield port
    finally:
        broker.terminate()
        broker.wait(_LEAVE_S)


class _Ingest:
    """What the server is to a box: it acknowledges every message, and notes when each came."""

    def __init__(self) -> None:
        self.milliseconds: list[float] = []
        self.ready = threading.Event()
        self._clock = SystemClock()
        self._connected: datetime | None = None

    def on_connect(self, client: mqtt.Client, *_: object) -> None:
        """Listen to every box."""
        for channel in (Channel.STATE, Channel.INCIDENT, Channel.EVIDENCE):
            client.subscribe(from_all_devices(channel), qos=1)
        self.ready.set()

    def on_message(self, client: mqtt.Client, data: object, message: mqtt.MQTTMessage) -> None:
        """Note an opened incident, and let the box know that its message is kept."""
        del data
        now = self._clock.now().utc
        device, channel = read_topic(message.topic)
        if channel is Channel.STATE:
            # What was opened before the box had its connection says nothing about the way.
            self._connected = self._connected or now
            return
        if channel is Channel.INCIDENT:
            event = parse(HazardEvent, bytes(message.payload))
            if (
                event.change is Change.OPENED
                and self._connected
                and event.opened_at > self._connected
            ):
                self.milliseconds.append((now - event.opened_at).total_seconds() * 1000)
        known = MessageId(UUID(json.loads(message.payload)["id"]))
        receipt = Receipt(message_id=known, outcome=Outcome.ACCEPTED)
        ack = Ack(id=MessageId(uuid4()), device=device, sent_at=now, receipts=(receipt,))
        client.publish(build(device, Channel.ACK), ack.to_bytes(), qos=1)


@contextmanager
def _ingest(port: int) -> Iterator[_Ingest]:
    ingest = _Ingest()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.on_message = ingest.on_message
    client.on_connect = ingest.on_connect
    client.connect_async("127.0.0.1", port)
    client.loop_start()
    try:
        if not ingest.ready.wait(_READY_S):
            raise EdgeError("mosquitto did not start")
        yield ingest
    finally:
        client.disconnect()
        client.loop_stop()
