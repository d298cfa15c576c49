"""The table of faults says what a row measured, and does not call good what is not."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from row import Beside, Pace, Row, paced
from table import BEGIN, END, Line, into, read_rows, table

GOOD = Row("broker away", "10 s", 15, 30, 0, 0, told="broker_lost")
STEADY = Pace(5.0, 0.05, 0.3)


def line(row: Row, test: str = "test_x#0", **changes: object) -> Line:
    raw = json.loads(json.dumps(asdict(row))) | {"missed": row.missed(), "test": test}
    raw |= {"at": "2026-11-24T10:00:00+00:00", "took_s": 60.0, "load": 1.0}
    return raw | {"full_length": True, "outcome": "passed", "why": ""} | changes


@pytest.mark.parametrize(
    ("row", "missed"),
    [
        (GOOD, []),
        (Row("f", "d", 1, 2, 1, 0), ["1 events lost"]),
        (Row("f", "d", 1, 2, 0, 3), ["3 things twice"]),
        (Row("f", "d", 1, 2, 0, 0, false=1), ["1 false incidents"]),
        (Row("f", "d", 1, 2, 0, 0, back_s=3.1, back_within_s=3.0), ["back after 3.1 s, not 3 s"]),
        (Row("f", "d", 1, 2, 0, 0, back_s=2.9, back_within_s=3.0), []),
        (Row("f", "d", 1, 2, 0, 0, told=""), ["the operator is told nothing"]),
        (Row("f", "d", 1, 2, 0, 0, beside=Beside(STEADY, STEADY)), []),
        (
            Row("f", "d", 1, 2, 0, 0, beside=Beside(STEADY, Pace(4.0, 0.05, 1.5))),
            ["another camera got 4.00 pictures a second", "another camera paused 1.5 s"],
        ),
    ],
)
def test_a_row_says_what_of_it_is_not_as_it_has_to_be(row: Row, missed: list[str]) -> None:
    assert row.missed() == missed


def counted(*pictures: int) -> list[tuple[float, int]]:
    """Return counts that are taken once a second."""
    return [(float(second), sum(pictures[:second])) for second in range(len(pictures) + 1)]


@pytest.mark.parametrize(
    ("counts", "fps", "pause_s"),
    [
        (counted(5, 5, 5, 5), 5.0, 0.2),
        # Two pictures too few, never made up for: 0.4 s more than usual.
        (counted(5, 3, 5, 5), 4.5, 0.6),
        # Late and made up for at once.
        (counted(5, 3, 7, 5), 5.0, 0.6),
        # A pause across the moment of counting.
        (counted(5, 2, 3, 5), 3.75, 1.2),
        # No picture for a whole second: the count changed after two.
        ([(0.0, 0), (1.0, 5), (3.0, 10), (4.0, 15)], 3.75, 1.2),
    ],
)
def test_a_pause_shows_in_rarer_counts(
    counts: list[tuple[float, int]], fps: float, pause_s: float
) -> None:
    pace = paced(counts, 5.0)
    assert pace.fps == pytest.approx(fps)
    assert pace.pause_s == pytest.approx(pause_s)


def test_the_error_of_a_pace_is_that_of_its_mean() -> None:
    assert paced(counted(4, 6, 4, 6), 5.0).error == pytest.approx((4 / 3 / 4) ** 0.5)
    assert paced(counted(5, 5, 5), 5.0).error == 0


def test_of_each_test_the_last_row_counts_and_an_interrupted_run_keeps_its_rows(
    tmp_path: Path,
) -> None:
    rows = tmp_path / "rows.jsonl"
    lines = [line(GOOD, "a#0", outcome="failed", why="x"), line(GOOD, "b#0"), line(GOOD, "a#0")]
    rows.write_text("".join(json.dumps(one) + "\n" for one in lines))
    assert [(one["test"], one["outcome"]) for one in read_rows([rows])] == [
        ("a#0", "passed"),
        ("b#0", "passed"),
    ]


def test_the_table_calls_good_only_what_holds() -> None:
    slow = Row("camera away", "10 s", 1, 2, 0, 0, back_s=4.0, back_within_s=3.0)
    none = {"fault": "test_y", "done": "", "missed": ["no camera"], "outcome": "skipped"}
    said = table(
        [
            line(GOOD),
            line(slow, "y#0", outcome="failed", why="assert"),
            {**none, "test": "z#0", "at": "2026-11-25", "took_s": 1.0, "load": 9.0, "why": "no"}
            | {"full_length": False},
        ]
    ).splitlines()
    assert [row.split(" | ")[-1] for row in said[2:5]] == [
        "yes |",
        "**no**: back after 4.0 s, not 3 s |",
        "**no**: no camera |",
    ]
    assert said[-1] == (
        "1 of 3 rows hold. Measured 2026-11-24 to 2026-11-25; the tests took 2 minutes; "
        "load of the machine up to 9.0. ¹ A shortened run."
    )


def test_a_document_gets_the_table_between_its_marks_and_keeps_the_rest(tmp_path: Path) -> None:
    document = tmp_path / "R.md"
    document.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    into(document, "new")
    assert document.read_text() == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    document.write_text("nothing")
    with pytest.raises(ValueError, match="missing; add both"):
        into(document, "new")
