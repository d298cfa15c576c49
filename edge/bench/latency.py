"""From the frame that completes a rule to its event at the broker's other side, on loopback.

Four cameras play real footage of a street; a grid of zones is drawn on each, so that people
complete the rule "somebody in a danger zone" again and again. The event names when its frame was
captured; the subscriber stands where the server's ingest stands. Storing it is the server's part.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

import paho.mqtt.client as mqtt
import yaml
from paho.mqtt.enums import CallbackAPIVersion

from edge.bench.memory import BoxBench, site_of
from edge.bench.report import Figure, at_most
from edge.errors import EdgeError
from edge.fleet.system_clock import SystemClock
from hazard_library.contract.events import Change, HazardEvent
from hazard_library.contract.message import parse
from hazard_library.contract.topics import Channel, from_all_devices

LIMIT_MS = 500.0
_COLUMNS, _ROWS = 5, 4
_HAZARD = "ZONE-01"
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
    arrivals: list[float] = []
    with _broker(bench.folder) as port, _subscriber(port, arrivals):
        config = _config(bench, port)
        command = [sys.executable, "-P", "-m", "patrol", "edge", "run", "--config", str(config)]
        box = subprocess.Popen(command, stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            SystemClock().wait(bench.seconds)
        finally:
            box.send_signal(signal.SIGTERM)
            box.wait(_LEAVE_S)
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
    site = site_of(bench)
    for camera in site["cameras"]:
        del camera["all_with_model"], camera["whole_picture"]
        camera["zones"] = zones
        camera["hazards"] = [{"id": _HAZARD, "zones": [zone["id"] for zone in zones]}]
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
    file = folder / "site.yaml"
    file.write_text(yaml.safe_dump(site), encoding="utf-8")
    return file


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
        [_mosquitto() or "", "-c", str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield port
    finally:
        broker.terminate()
        broker.wait(_LEAVE_S)


@contextmanager
def _subscriber(port: int, arrivals: list[float]) -> Iterator[None]:
    """Add to `arrivals` how many ms after its frame each opened incident's event came."""
    clock, ready = SystemClock(), threading.Event()

    def on_message(client: mqtt.Client, data: object, message: mqtt.MQTTMessage) -> None:
        del client, data
        event = parse(HazardEvent, bytes(message.payload))
        if event.change is Change.OPENED:
            arrivals.append((clock.now().utc - event.opened_at).total_seconds() * 1000)

    def on_connect(client: mqtt.Client, *_: object) -> None:
        client.subscribe(from_all_devices(Channel.INCIDENT), qos=1)
        ready.set()

    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.on_message = on_message
    client.on_connect = on_connect
    client.connect_async("127.0.0.1", port)
    client.loop_start()
    try:
        if not ready.wait(_READY_S):
            raise EdgeError("mosquitto did not start")
        yield
    finally:
        client.disconnect()
        client.loop_stop()
