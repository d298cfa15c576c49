"""The console's own checks: types against the server's document, lint, unit tests."""

import os
import shutil
import subprocess

import pytest
from browser import ROOT

_CONSOLE = ROOT / "server" / "console"
_PATH = f"{ROOT / 'build' / 'node' / 'bin'}:{os.environ['PATH']}"


def test_the_console_passes_its_types_lint_and_unit_tests() -> None:
    npm = shutil.which("npm", path=_PATH)
    if npm is None or not (_CONSOLE / "node_modules" / "vue-tsc").is_dir():
        pytest.skip("npm or the console's packages are missing; run npm ci in server/console")
    done = subprocess.run(
        [npm, "run", "check"],
        cwd=_CONSOLE,
        env=os.environ | {"PATH": _PATH},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
