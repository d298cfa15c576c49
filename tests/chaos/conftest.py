"""Every test here is one row of the table of faults in docs/RELIABILITY.md.

The rows of a run are kept as lines of JSON in the file that CHAOS_ROWS names, with the logs of its
programs beside it, and printed at its end.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from row import Row, table

_ROWS: list[Row] = []


@pytest.fixture
def tell() -> Callable[[Row], None]:
    """Write a row down, before anything is asserted of it."""

    def write(row: Row) -> None:
        _ROWS.append(row)
        if (file := os.environ.get("CHAOS_ROWS")) is not None:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            with Path(file).open("a", encoding="utf-8") as rows:
                rows.write(row.line() + "\n")

    return write


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    if _ROWS:
        terminalreporter.write_line("\n" + table(_ROWS))
