"""`docs/guides/add-a-hazard.md`, followed to the letter by somebody who only copies its blocks."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "guides" / "add-a-hazard.md"
_BLOCK = re.compile(r"```(sh|yaml|text)\n(.*?)```", re.DOTALL)


def without_counts(told: str) -> list[str]:
    """Lines as told, but for the figures of the whole catalogue: these change with every hazard."""
    return [
        line if ".yaml:" in line else re.sub(r"\d+", "N", line)
        for line in told.strip("\n").splitlines()
    ]


def test_who_follows_the_guide_sees_what_it_shows(tmp_path: Path) -> None:
    (tmp_path / "hazard_library").symlink_to(ROOT / "hazard_library")
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    told, compared = "", 0
    for kind, block in _BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        if kind == "yaml":
            path = tmp_path / block.splitlines()[0].removeprefix("# ")
            path.write_text(block, encoding="utf-8")
        elif kind == "sh":
            done = subprocess.run(
                ["bash", "-c", block],
                cwd=tmp_path,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            told = done.stdout
        else:
            assert without_counts(told) == without_counts(block)
            compared += 1
    assert compared >= 3
