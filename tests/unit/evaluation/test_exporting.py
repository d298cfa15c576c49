"""An export is compared with the trained network box by box; what loses too much is refused."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from finished_runs import measured, write_run

from hazard_library.datasets.version import DatasetVersion, Picture
from hazard_library.evaluation.boxes import Rows
from hazard_library.evaluation.detector import Detector, Tensor, onnx_detector
from hazard_library.evaluation.export_report import why_refused
from hazard_library.evaluation.looking import Look
from hazard_library.evaluation.parity import compare_looks, latency_ratio
from hazard_library.evaluation.variants import calibration_pictures


def look(*found: tuple[float, ...], width: int = 208) -> Look:
    rows: Rows = np.array(found, np.float64).reshape(-1, 5)
    picture = Picture(
        file="a.png",
        sha256="",
        source="own",
        licence="CC0-1.0",
        split="val",
        width=width,
        height=100,
        known=("fire",),
        boxes=(),
    )
    return Look(picture, {"fire": rows})


def test_differences_are_told_in_pixels_of_the_input() -> None:
    trained = look((0.9, 10, 10, 50, 50))
    other = look((0.88, 10, 10, 50, 51))
    said = compare_looks([trained], [other], 416, -0.002)
    assert (said.box_px, said.score, said.matched, said.unmatched) == (2.0, 0.02, 1, 0)
    assert said.map50_change == -0.002


def test_boxes_that_only_one_of_both_found_are_counted() -> None:
    trained = look((0.9, 10, 10, 50, 50), (0.5, 60, 60, 90, 90))
    other = look((0.9, 10, 10, 50, 50), (0.4, 100, 10, 140, 50))
    assert compare_looks([trained], [other], 208, 0.0).unmatched == 2


def test_faint_boxes_are_not_compared_but_may_be_the_partner_of_a_sure_one() -> None:
    trained = look((0.26, 10, 10, 50, 50), (0.1, 60, 60, 90, 90))
    other = look((0.24, 10, 10, 50, 50))
    said = compare_looks([trained], [other], 208, 0.0)
    assert (said.matched, said.unmatched, said.score) == (1, 0, 0.02)


def test_the_ratio_of_times_is_the_middle_of_turns() -> None:
    def ticks() -> Iterator[float]:
        now = 0.0
        # Two turns to warm up, then pairs: one takes 2, the other 4; the last pair is disturbed.
        for spent in (9, 9, 2, 4, 2, 4, 50, 4):
            yield now
            now += spent
            yield now

    clock = ticks()
    shape = (1, 6, 21)

    def raw(_: Tensor) -> Tensor:
        return np.zeros(shape, np.float32)

    one, base = (Detector(raw, ("fire",), 32) for _ in range(2))
    assert latency_ratio(one, base, rounds=3, clock=lambda: next(clock)) == 0.5


@pytest.mark.parametrize(
    ("change", "ratio", "says"),
    [
        (-0.0099, 0.5, None),
        (0.02, 1.0, None),
        (-0.0101, 0.5, "loses 0.0101 mAP50, more than 0.01"),
        (0.0, 1.3, "takes 1.3 of the time"),
    ],
)
def test_what_loses_too_much_or_is_no_faster_is_refused(
    change: float, ratio: float, says: str | None
) -> None:
    why = why_refused(change, ratio)
    assert (why is None) == (says is None)
    assert says is None or says in str(why)


def test_an_export_brings_an_eight_bit_file_a_third_as_large(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    report = measured(run)
    main, small = report.files
    assert (main.parity.box_px, main.parity.score, main.refused) == (0.0, 0.0, None)
    assert main.parity.matched > 3
    assert small.bytes < main.bytes / 3
    labels = DatasetVersion.read(run / "dataset.jsonl").labels
    detector = onnx_detector(run / small.file, labels)
    assert detector.side == report.input
    # The last layers stay float32: boxes keep their place to a few pixels.
    assert small.parity.matched > 0
    assert small.parity.box_px < 25
    version = DatasetVersion.read(run / "dataset.jsonl")
    assert {one.split for one in calibration_pictures(version, 1)} == {"train"}
