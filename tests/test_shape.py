"""The house keeps its shape: short functions, short files, no mocks, one direction."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("hazard_library", "edge", "server")
LONGEST_FUNCTION = 60
LONGEST_FILE = 400
LONGEST_COMPONENT = 250

MOCKS = re.compile(
    r"unittest\.mock|from unittest import mock|\bMagicMock\b|\bmocker\b"
    r"|monkeypatch\.(setattr|delattr)"
)


def python_files() -> Iterator[Path]:
    # Migrations are generated and never edited: a table's columns stand there one below another.
    skipped = {"node_modules", "migrations"}
    for folder in (*PACKAGES, "tests", "tools"):
        yield from (path for path in (ROOT / folder).rglob("*.py") if not skipped & set(path.parts))
    yield ROOT / "patrol.py"


def vue_files() -> list[Path]:
    return sorted((ROOT / "server" / "console" / "src").rglob("*.vue"))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, the docstring left out."""
    body = function.body
    docstring = 0
    first = body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        docstring = (first.end_lineno or first.lineno) - first.lineno + 1
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {length(node)} lines"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and length(node) > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_python_file_has_more_than_one_subject_worth_of_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for path in python_files()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]
    assert long == []


def test_no_component_is_longer_than_its_page() -> None:
    assert vue_files(), "the console has no components: the search is broken"
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for path in vue_files()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_COMPONENT
    ]
    assert long == []


def test_nothing_is_mocked() -> None:
    mocked = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in python_files()
        if path != Path(__file__)
        for found in MOCKS.finditer(path.read_text(encoding="utf-8"))
    ]
    assert mocked == []


def test_no_room_is_empty() -> None:
    empty = [
        str(folder.relative_to(ROOT))
        for package in PACKAGES
        for folder in [ROOT / package, *(ROOT / package).rglob("*")]
        if (folder / "__init__.py").is_file()
        and not any(
            child.name != "__init__.py" and child.suffix == ".py" for child in folder.iterdir()
        )
        and not any(
            (child / "__init__.py").is_file() for child in folder.iterdir() if child.is_dir()
        )
    ]
    assert empty == []


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("ruff", ["check", "."]),
        ("ruff", ["format", "--check", "."]),
        ("mypy", []),
        ("lint-imports", ["--no-cache"]),
    ],
    ids=["lint", "format", "types", "direction"],
)
def test_the_checkers_agree(tool: str, arguments: list[str]) -> None:
    command = Path(sys.executable).parent / tool
    told = subprocess.run(
        [command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=280
    )
    assert told.returncode == 0, told.stdout[-6000:] + told.stderr[-2000:]
