"""The measure of the blur: what counts as covered, and where the heads come from."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

import patrol
from edge.bench.blur import Tally, blurred_mask, share_covered
from edge.bench.labelled_heads import LabelledHead, LabelledPicture, labelled_pictures
from edge.errors import EdgeError
from edge.evidence.people import People

NAMES = "names:\n  0: person\n  1: helmet\n  2: no_helmet\n  3: fallen\n"


def data_set(folder: Path, *labels: str) -> Path:
    """Write a data set of grey pictures of 200 x 100 pixels."""
    for part in ("images/val", "labels/val"):
        (folder / part).mkdir(parents=True)
    (folder / "data.yaml").write_text(NAMES)
    for number, text in enumerate(labels):
        grey = np.full((100, 200, 3), 90, np.uint8)
        cv2.imwrite(str(folder / "images" / "val" / f"{number}.jpg"), grey)
        (folder / "labels" / "val" / f"{number}.txt").write_text(text)
    return folder


def pictured(*heads: LabelledHead, name: str = "a") -> LabelledPicture:
    return LabelledPicture(name, np.zeros((100, 200, 3), np.uint8), heads)


def test_heads_are_read_in_pixels_and_pictures_without_any_are_left_out(tmp_path: Path) -> None:
    folder = data_set(tmp_path, "0 0.5 0.5 0.2 0.2\n1 0.5 0.5 0.1 0.2", "0 0.5 0.5 0.2 0.2")
    [picture] = labelled_pictures(folder, "val")
    [head] = picture.heads
    assert head.label == "helmet"
    assert head.box == pytest.approx((90, 40, 110, 60))


def test_of_somebody_fallen_both_ends_are_asked_for(tmp_path: Path) -> None:
    [picture] = labelled_pictures(data_set(tmp_path, "3 0.5 0.5 0.5 0.2"), "val")
    assert [head.label for head in picture.heads] == ["fallen", "fallen"]
    left, right = (head.box for head in picture.heads)
    assert left == pytest.approx((50, 40, 85, 60))
    assert right == pytest.approx((115, 40, 150, 60))


def test_a_head_counts_only_when_nine_tenths_of_it_are_blurred() -> None:
    mask = blurred_mask((100, 200), [(10.0, 10.0, 50.0, 50.0)])
    assert share_covered(mask, (10, 10, 50, 50)) == 1.0
    assert share_covered(mask, (30, 10, 70, 50)) == 0.5
    assert share_covered(mask, (60, 60, 90, 90)) == 0.0
    assert (
        share_covered(blurred_mask((100, 200), [(-20.0, -20.0, 9.0, 9.0)]), (-20, -20, 9, 9)) == 1
    )


def test_shares_are_told_by_class_and_size_and_the_interval_holds_the_figure() -> None:
    tally = Tally()
    seen = People(0.0, (), ((20.0, 20.0, 40.0, 40.0),))
    for number in range(20):
        tally.add(
            pictured(
                LabelledHead("helmet", (20, 20, 40, 40)),
                LabelledHead("no_helmet", (120, 20, 190, 90)),
                name=str(number),
            ),
            seen if number % 4 else People(0.0, (), ()),
        )
    shares = tally.shares()
    assert (shares["helmet"].covered, shares["helmet"].heads) == (15, 20)
    assert shares["helmet"].low < 0.75 < shares["helmet"].high
    assert shares["no_helmet"].covered == 0
    assert shares["below 32 px"] == shares["helmet"]
    assert shares["64 px and more"].heads == 20
    assert shares["all"].heads == 40
    assert 0 < np.mean(tally.blurred_share) < 0.1


def test_a_folder_that_is_no_data_set_is_refused_with_the_file_named(tmp_path: Path) -> None:
    with pytest.raises(EdgeError, match=r"data\.yaml"):
        list(labelled_pictures(tmp_path, "val"))


def test_the_command_prints_one_json_object_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = data_set(tmp_path / "grey", "1 0.5 0.5 0.1 0.2")
    assert patrol.main(["bench", "blur", "--data", str(folder), "--model", "ppe"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    recall = told["every_detection"]["recall"]["helmet"]
    assert (recall["covered"], recall["heads"]) == (0, 1), "nothing is to be found on grey"
    assert told["pictures"] == 1


def test_a_split_without_heads_is_an_error_with_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = data_set(tmp_path, "0 0.5 0.5 0.1 0.2")
    assert patrol.main(["bench", "blur", "--data", str(folder), "--model", "ppe"]) == 2
    assert "name another set" in capsys.readouterr().err
