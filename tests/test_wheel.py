"""The tests run on what was installed, not on the checkout; nothing that is needed is missing."""

import os
import subprocess
import sys
from importlib.metadata import distribution, version
from importlib.resources import files
from pathlib import Path

import pytest

import edge
import hazard_library
import server

ROOT = Path(__file__).parent.parent


def is_editable() -> bool:
    return "editable" in (distribution("hazard-patrol").read_text("direct_url.json") or "")


@pytest.mark.parametrize("package", [edge, hazard_library, server])
def test_the_packages_come_from_the_wheel(package: object) -> None:
    if is_editable():
        pytest.skip("an editable environment (make dev): the wheel is not what is tested")
    home = Path(str(getattr(package, "__file__", ""))).resolve()
    assert ROOT / package.__name__ not in home.parents  # type: ignore[attr-defined]  # a module


def test_the_wheel_carries_what_the_programs_read() -> None:
    if is_editable():
        pytest.skip("an editable environment (make dev): the wheel is not what is tested")
    library = files("hazard_library")
    assert list((library / "contract" / "schema").iterdir())
    assert list((library / "bundled" / "models").iterdir())
    assert list((library / "bundled" / "configs").iterdir())
    assert (files("server") / "console" / "dist" / "index.html").is_file()


def test_help_lists_every_verb_quickly_and_loads_nothing_heavy(tmp_path: Path) -> None:
    script = (
        "import sys, patrol; patrol.main(['--help']);"
        "print(sorted({'numpy','cv2','fastapi','torch','av','onnxruntime'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert "patrol VERB" in told.stdout
    assert told.stdout.rstrip().endswith("[]")


def test_the_command_says_its_version_from_any_folder(tmp_path: Path) -> None:
    command = Path(sys.executable).parent / "patrol"
    told = subprocess.run(
        [command, "--version"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
    )
    assert told.stdout.strip() == version("hazard-patrol")


def test_an_unknown_verb_is_misuse_and_says_so(tmp_path: Path) -> None:
    command = Path(sys.executable).parent / "patrol"
    told = subprocess.run(
        [command, "fly"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert told.returncode == 2
    assert "unknown verb 'fly'" in told.stderr
    assert "Traceback" not in told.stderr
