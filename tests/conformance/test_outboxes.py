"""The real outbox and its fake keep the same promises."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.delivery.sqlite_outbox import SqliteOutbox
from edge.ports import Outbox
from edge.testing.conformance.outbox import (
    OPENED_AT,
    BoundedOutboxConformance,
    OutboxConformance,
    ThreadSafeOutboxConformance,
)
from edge.testing.memory_outbox import MemoryOutbox
from edge.testing.tally import Tally


class TestMemoryOutbox(OutboxConformance):
    @pytest.fixture
    def outbox(self) -> Outbox:
        return MemoryOutbox(opened_at=OPENED_AT)


class TestFullMemoryOutbox(BoundedOutboxConformance):
    @pytest.fixture
    def full(self) -> Outbox:
        return MemoryOutbox(opened_at=OPENED_AT, room=3)


class TestFullSqliteOutbox(BoundedOutboxConformance):
    @pytest.fixture
    def full(self, tmp_path: Path) -> Iterator[Outbox]:
        opened = SqliteOutbox(tmp_path / "outbox.sqlite", OPENED_AT, Tally(), room=3)
        yield opened
        opened.close()


class TestSqliteOutbox(ThreadSafeOutboxConformance):
    @pytest.fixture
    def outbox(self, tmp_path: Path) -> Iterator[Outbox]:
        opened = SqliteOutbox(tmp_path / "outbox.sqlite", OPENED_AT, Tally())
        yield opened
        opened.close()
