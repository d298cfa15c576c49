"""The committed page of permissions is what the tables say."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_page_is_fresh() -> None:
    told = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "permissions.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert told.returncode == 0, told.stdout + told.stderr
