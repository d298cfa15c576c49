from pathlib import Path

import pytest

from edge.evidence.directory_store import DirectoryStore
from edge.evidence.evidence_database import EvidenceDatabase
from edge.testing.conformance.evidence_store import EvidenceStoreConformance
from edge.testing.fake_clock import START, FakeClock
from edge.testing.memory_evidence_store import MemoryEvidenceStore
from edge.testing.tally import Tally


class TestDirectoryStore(EvidenceStoreConformance):
    @pytest.fixture
    def store(self, tmp_path: Path) -> DirectoryStore:
        database = EvidenceDatabase(tmp_path / "evidence.db", START)
        return DirectoryStore(tmp_path / "files", database, FakeClock(), Tally())


class TestMemoryEvidenceStore(EvidenceStoreConformance):
    @pytest.fixture
    def store(self, tmp_path: Path) -> MemoryEvidenceStore:
        return MemoryEvidenceStore(tmp_path)
