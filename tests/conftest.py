"""Puts this folder on the path, so that tests find `brokers` and `waiting`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from brokers import DEVICE, SECRETS, SERVER, Broker, device_acl, start_broker


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker that knows the device `box-1` and `server` by `brokers.SECRETS`."""
    running = start_broker(tmp_path / "broker", SECRETS, device_acl(SERVER, DEVICE))
    yield running
    running.stop()
