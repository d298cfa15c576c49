"""Puts this folder on the path, so that tests find `brokers` and `waiting`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from brokers import Broker, device_acl, start_broker

SERVER = "server"
DEVICE = "box-1"
SECRETS = {SERVER: "server-secret", DEVICE: "box-1-secret"}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker with one device `box-1` and one `server`; their passwords are in `SECRETS`."""
    running = start_broker(tmp_path / "broker", SECRETS, device_acl(SERVER, DEVICE))
    yield running
    running.stop()
