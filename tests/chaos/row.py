"""One row of the table of faults."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was done to the chain, and what became of it.

    incidents, events: raised by the box in all. lost: raised and not at the server in the end.
    duplicates: things that stand twice in the database. back_s: longest time from the end of a
    fault until the box analyses again; None where it never stopped. others: what the cameras that
    were left alone noticed. told: what the operator reads.
    """

    fault: str
    done: str
    incidents: int
    events: int
    lost: int
    duplicates: int
    back_s: float | None = None
    others: str = "–"
    told: str = "–"

    def line(self) -> str:
        """Write it as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


def table(rows: Sequence[Row]) -> str:
    """Write rows as the table of the documentation."""
    heads = ["fault", "done", "incidents", "events", "lost", "twice", "analysing again after"]
    heads += ["other cameras", "the operator reads"]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for row in rows:
        back = "never stopped" if row.back_s is None else f"{row.back_s:.1f} s"
        cells = [row.fault, row.done, row.incidents, row.events, row.lost, row.duplicates]
        lines.append(
            "| " + " | ".join(str(cell) for cell in (*cells, back, row.others, row.told)) + " |"
        )
    return "\n".join(lines)
