"""The set-up script makes a working edge from a bare copy; the images run that very script."""

import json
import os
import re
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a fresh clone of the present tree would hold, without anything built."""
    folder = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    archive = subprocess.run(
        ["tar", "--null", "--ignore-failed-read", "-T", "-", "-c"],
        cwd=ROOT,
        input=listed,
        capture_output=True,
        check=True,
    ).stdout
    subprocess.run(["tar", "-x"], cwd=folder, input=archive, check=True)
    return folder


def set_up(folder: Path, profile: str) -> subprocess.CompletedProcess[str]:
    # Python translates what it loads; what it never loads would be translated for nobody.
    return subprocess.run(
        ["tools/setup.sh", profile],
        cwd=folder,
        env=os.environ | {"PIP_COMPILE": "0"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_bare_copy_becomes_a_working_edge(copy: Path, tmp_path: Path) -> None:
    told = set_up(copy, "edge")
    assert told.returncode == 0, told.stderr
    again = set_up(copy, "edge")
    assert re.findall("==> (.*?)\x1b", again.stderr) == [
        re.findall("==> (.*?)\x1b", told.stderr)[-1]
    ]

    cv2.imwrite(str(tmp_path / "grey.png"), np.full((120, 160, 3), 128, np.uint8))
    patrol = copy / ".venv" / "bin" / "patrol"
    seen = subprocess.run(
        [patrol, "detect", "--model", "ppe", "--json", "grey.png"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(seen.stdout)["width"] == 160
    refused = subprocess.run(
        [patrol, "server", "openapi", "--out", "x.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2
    assert "pip install 'hazard-patrol[server]'" in refused.stderr


def test_an_unknown_profile_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    script = (ROOT / "tools" / "setup.sh").read_text()
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "setup.sh").write_text(script)
    told = subprocess.run(
        ["bash", "tools/setup.sh", "toaster"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 2
    assert "unknown profile 'toaster'" in told.stderr
    assert not (tmp_path / ".venv").exists()


def test_the_images_run_the_set_up_script_and_nothing_else_installs() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"RUN tools/setup\.sh (\w+)", dockerfile) == ["edge", "server"]
    assert "pip install" not in dockerfile
    assert "npm" not in dockerfile


@pytest.mark.parametrize("script", ["tools/setup.sh", ".ci/run"])
def test_the_scripts_parse(script: str) -> None:
    subprocess.run(["bash", "-n", ROOT / script], check=True)
