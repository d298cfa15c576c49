from pathlib import Path

import pytest
from broken_catalogues import copied


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copied(tmp_path / "catalogue")
