"""Every test here is one row of the table of faults in docs/RELIABILITY.md, or some.

A row is appended as one line of JSON to the file that CHAOS_ROWS names as soon as its test has
ended, whatever becomes of the next one; the logs of the programs lie beside it.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import length
import pytest
from row import Row
from table import Line, table

from server.kit.clock import SystemClock

_told: list[Row] = []
_lines: list[Line] = []


@pytest.fixture
def tell() -> Callable[[Row], None]:
    """Take a row down before anything is asserted of it."""
    return _told.append


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Write the rows of a test that has ended, and one for a test that came to none."""
    report: pytest.TestReport = yield  # type: ignore[misc, assignment]
    if report.when == "call" or (report.when == "setup" and report.failed):
        why = "" if call.excinfo is None else str(call.excinfo.value).strip().split("\n")[0]
        _write(item, report, why)
    return report  # type: ignore[return-value]


def _write(item: pytest.Item, report: pytest.TestReport, why: str) -> None:
    rows = [asdict(row) | {"missed": row.missed()} for row in _told]
    if not rows and not report.passed:
        rows = [{"fault": item.name, "done": "", "missed": [why]}]
    for number, row in enumerate(rows):
        line = row | {
            "test": f"{item.nodeid.rpartition('/')[2]}#{number}",
            "at": SystemClock().now().isoformat(timespec="seconds"),
            "took_s": round(report.duration, 1),
            "load": round(os.getloadavg()[1], 1),
            "full_length": length.IS_FULL,
            "outcome": report.outcome,
            "why": why,
        }
        _lines.append(line)
        if (file := os.environ.get("CHAOS_ROWS")) is not None:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            with Path(file).open("a", encoding="utf-8") as kept:
                kept.write(json.dumps(line, ensure_ascii=False) + "\n")
    _told.clear()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    if _lines:
        terminalreporter.write_line("\n" + table(_lines))
