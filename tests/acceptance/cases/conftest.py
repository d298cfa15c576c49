"""One bureau at work, over HTTP on a real database, with a clock that the story moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from evidence_desk import EvidenceDesk, evidence_desk
from handover_desk import HandoverDesk, handover_desk


@pytest.fixture(scope="module")
def desk(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HandoverDesk]:
    folder: Path = tmp_path_factory.mktemp("desk")
    with handover_desk(postgres_url, folder) as opened:
        yield opened


@pytest.fixture
def fresh_desk(postgres_url: str, tmp_path: Path) -> Iterator[HandoverDesk]:
    """A bureau of a story's own, where what one story does another must find undone."""
    with handover_desk(postgres_url, tmp_path) as opened:
        yield opened


@pytest.fixture
def bench(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvidenceDesk]:
    """The bureau that reviews evidence, a new one for each story: one's cameras stay reviewed."""
    folder: Path = tmp_path_factory.mktemp("evidence")
    with evidence_desk(postgres_url, folder) as opened:
        yield opened
