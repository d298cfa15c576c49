import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[3] / "deploy" / "systemd" / "hazard-patrol-edge.service"
#: What the installed program is on a box; here it need only be something that can be started.
INSTALLED = "/opt/hazard-patrol/bin/patrol"


def _verify(unit: Path) -> subprocess.CompletedProcess[str]:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed: the unit was not verified")
    return subprocess.run(
        [tool, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )


def _copy(folder: Path, text: str) -> Path:
    unit = folder / UNIT.name
    unit.write_text(text.replace(INSTALLED, sys.executable), encoding="utf-8")
    return unit


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    told = _verify(_copy(tmp_path, UNIT.read_text(encoding="utf-8")))
    assert (told.returncode, told.stdout + told.stderr) == (0, "")


def test_systemd_would_have_found_a_mistake(tmp_path: Path) -> None:
    broken = UNIT.read_text(encoding="utf-8").replace("WatchdogSec=5min", "WatchdogSek=5min")
    told = _verify(_copy(tmp_path, broken))
    assert "WatchdogSek" in told.stdout + told.stderr


def test_the_watchdog_is_slower_than_the_parent_that_mends_a_stuck_engine() -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(UNIT.read_text(encoding="utf-8"))
    service = parser["Service"]
    assert (service["Type"], service["WatchdogSec"]) == ("notify", "5min")
    assert service["KillMode"] == "mixed"
    assert "--keep-last-good" in service["ExecStart"]
