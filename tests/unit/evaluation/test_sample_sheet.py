"""A sheet shows labelled and found boxes where they are."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from hazard_library.datasets.version import Box, Picture
from hazard_library.evaluation.detector import Found
from hazard_library.evaluation.sample_sheet import chosen, draw_sheet


def picture(name: str, *boxes: Box) -> Picture:
    return Picture(
        file=f"{name}.png",
        sha256=name * 64,
        source="rendered",
        licence="own",
        split="val",
        width=260,
        height=200,
        known=("fire",),
        boxes=boxes,
    )


FIRE = Box(label="fire", cx=0.5, cy=0.5, w=0.5, h=0.5)


def test_pictures_with_boxes_come_first_and_are_spread() -> None:
    pictures = [picture(name, *([FIRE] if name in "bdf" else [])) for name in "abcdef"]
    assert [one.sha256[0] for one in chosen(pictures, 2)] == ["b", "f"]
    assert [one.sha256[0] for one in chosen(pictures, 9)] == ["b", "d", "f"]
    assert [one.sha256[0] for one in chosen(pictures[:1], 4)] == ["a"]


@pytest.mark.parametrize(("score", "drawn"), [(0.9, True), (0.1, False)])
def test_boxes_are_drawn_from_the_score_shown(tmp_path: Path, score: float, *, drawn: bool) -> None:
    shown = picture("a", FIRE)
    cv2.imwrite(str(tmp_path / shown.file), np.zeros((200, 260, 3), np.uint8))
    found = Found(np.array([0]), np.array([score]), np.array([[20.0, 30.0, 100.0, 120.0]]))
    file = tmp_path / "sheet.png"
    draw_sheet([shown], lambda _: found, lambda one: tmp_path / one.file, ("fire",), file)
    sheet = cv2.imread(str(file))
    assert sheet is not None
    body = sheet[24:]
    # The labelled box's left side is white; the found one's is there only above the score shown.
    assert body[100, 65].tolist() == [255, 255, 255]
    assert bool(body[80, 20].any()) is drawn
