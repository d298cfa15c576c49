"""The fixtures that several folders of tests share: a real broker and a real database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from brokers import DEVICE, SECRETS, SERVER, Broker, device_acl, start_broker
from postgres import (  # noqa: F401 - fixtures
    _shared_url,
    database,
    database_url,
    db,
    own_database,
    postgres_url,
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that processes side by side end at the same time."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path not in slow, "unit" in item.path.parts))


@pytest.fixture(autouse=True)
def _logs_as_they_come() -> Iterator[None]:
    """A test that calls a program's `main` configures logging: the next one starts anew."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker that knows the device `box-1` and `server` by `brokers.SECRETS`."""
    running = start_broker(tmp_path / "broker", SECRETS, device_acl(SERVER, DEVICE))
    yield running
    running.stop()
