"""The table of docs/RELIABILITY.md, written from the raw rows: the last one of each test counts.

Run as a program: table.py ROWS.jsonl … [--into DOCUMENT.md]
"""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from row import Beside, Pace

#: One raw row, as it stands in the file.
Line = dict[str, Any]

BEGIN, END = "<!-- rows: make chaos-table -->", "<!-- end of rows -->"
_HEADS = (
    "fault",
    "done",
    "incidents",
    "events",
    "lost",
    "twice",
    "analysing again after",
    "other cameras",
    "the operator reads",
    "holds",
)
_SHORTENED = "¹"


def read_rows(files: Iterable[Path]) -> list[Line]:
    """Return the last row of each test, in the order in which the tests first ran."""
    last: dict[str, Line] = {}
    for file in files:
        for text in file.read_text(encoding="utf-8").splitlines():
            line: Line = json.loads(text)
            last[line["test"]] = line
    return list(last.values())


def table(lines: Sequence[Line]) -> str:
    """Write rows as a table, and below it what has to be known of it."""
    told = ["| " + " | ".join(_HEADS) + " |", "|---" * len(_HEADS) + "|"]
    told += ["| " + " | ".join(_cells(line)) + " |" for line in lines]
    days = sorted({line["at"][:10] for line in lines})
    held = sum(_holds(line) for line in lines)
    span = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    took = {line["test"].rpartition("#")[0]: line["took_s"] for line in lines}
    told += ["", f"{held} of {len(lines)} rows hold. Measured {span}; "]
    told[-1] += f"the tests took {sum(took.values()) / 60:.0f} minutes; "
    told[-1] += f"load of the machine up to {max(line['load'] for line in lines):.1f}."
    if not all(line["full_length"] for line in lines):
        told[-1] += f" {_SHORTENED} A shortened run."
    return "\n".join(told)


def into(document: Path, written: str) -> None:
    """Put a table in the place of the one in a document.

    Raises:
        ValueError: the document has no place for it.
    """
    before, begin, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{document}: the lines {BEGIN} and {END} are missing; add both")
    document.write_text(f"{before}{BEGIN}\n{written}\n{END}{after}", encoding="utf-8")


def _cells(line: Line) -> list[str]:
    mark = "" if line["full_length"] else f" {_SHORTENED}"
    back = "never stopped" if line.get("back_s") is None else f"{line['back_s']:.1f} s"
    if line.get("incidents") is None:
        back = "–"
    cells = [line["fault"] + mark, line["done"]]
    cells += [str(line.get(name, "–")) for name in ("incidents", "events", "lost", "duplicates")]
    cells += [back, _beside(line), line.get("told") or "–", _verdict(line)]
    return [cell.replace("|", "\\|").replace("\n", " ") for cell in cells]


def _beside(line: Line) -> str:
    if (beside := line.get("beside")) is None:
        return "–"
    return str(Beside(Pace(**beside["before"]), Pace(**beside["meanwhile"])))


def _holds(line: Line) -> bool:
    return line["outcome"] == "passed" and not line["missed"]


def _verdict(line: Line) -> str:
    if _holds(line):
        return "yes"
    return "**no**: " + ("; ".join(line["missed"]) or line["why"])


def main() -> None:
    """Write the table to the standard output, or into a document."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("rows", nargs="+", type=Path)
    words.add_argument("--into", type=Path)
    said = words.parse_args()
    written = table(read_rows(said.rows))
    if said.into is None:
        sys.stdout.write(written + "\n")
    else:
        into(said.into, written)


if __name__ == "__main__":
    main()
