"""The account of incidents for a terminal and as JSON."""

from collections.abc import Iterator

from hazard_library.evaluation.incidents import Account, Counts


def incident_table(account: Account) -> str:
    """Write counts and delays, a line a film and a line a hazard.

    A rate an hour is given only above one hour of film.
    """
    return "\n".join(_lines(account))


def incident_json(account: Account) -> dict[str, object]:
    """Return the account as plain data."""
    return {
        "schema": "incident-evaluation/1",
        "all": _plain(account.total),
        "by_hazard": {hazard: _plain(counts) for hazard, counts in account.by_hazard.items()},
        "by_film": {film: _plain(counts) for film, counts in account.by_film.items()},
        "remarks": account.remarks,
    }


def _plain(counts: Counts) -> dict[str, object]:
    derived = {
        "median_delay_s": counts.median_delay_s,
        "false_per_hour": counts.false_per_hour,
    }
    return counts.model_dump() | derived


def _lines(account: Account) -> Iterator[str]:
    total = account.total
    yield f"film 影片 {total.hours * 60:.1f} min"
    head = ("TP 命中", "FN 漏报", "FP 误报", "not judged 未评", "median delay 延迟中位数")
    names = {*account.by_hazard, *account.by_film, "all 合计"}
    wide = max(map(len, names)) + 2
    yield " " * wide + "".join(f"{word:>16}" for word in head)
    for film, counts in sorted(account.by_film.items()):
        yield _row(film, counts, wide)
    for hazard, counts in sorted(account.by_hazard.items()):
        yield _row(hazard, counts, wide)
    yield _row("all 合计", total, wide)
    if total.false_per_hour is None:
        yield "影片不足一小时，不给出每小时误报率 no rate an hour: that takes over an hour of film"
    else:
        yield f"false an hour 每小时误报: {total.false_per_hour:.2f}"
    yield from account.remarks


def _row(name: str, counts: Counts, wide: int) -> str:
    delay = "–" if counts.median_delay_s is None else f"{counts.median_delay_s:.1f} s"
    cells = (counts.hits, counts.missed, counts.false, counts.not_judged, delay)
    return f"{name:{wide}}" + "".join(f"{cell:>16}" for cell in cells)
