import json
from pathlib import Path

import pytest
from boxes import Box

from edge.testing.painted_film import Visit, write_film


@pytest.mark.slow
def test_the_pipeline_and_the_plain_loop_find_the_same_boxes_on_the_same_frames(
    tmp_path: Path,
) -> None:
    box = Box(tmp_path / "box")
    write_film(box.folder / "walk.mp4", 10, (Visit(1, 9),))
    words = ("--video", "walk.mp4", "--model", str(box.model_file.parent), "--repeats", "1")
    done = box.patrol("bench", "edge", *words)
    assert done.returncode == 0, done.stderr + done.stdout
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["boxes_agree"]
    assert result["boxes"] >= 2 * 80
    assert result["ratio"] > 0
    for said in ("onnxruntime ", "float32", "processor", "100 frames"):
        assert said in done.stdout


@pytest.mark.slow
def test_a_box_with_two_cameras_takes_no_more_memory_than_is_allowed(tmp_path: Path) -> None:
    box = Box(tmp_path / "box")
    write_film(box.folder / "walk.mp4", 10, (Visit(1, 9),), size=(1280, 720))
    words = ("--video", "walk.mp4", "--model", str(box.model_file.parent), "--seconds", "8")
    done = box.patrol("bench", "memory", *words)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "together" in done.stdout


def test_a_film_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    box = Box(tmp_path / "box")
    done = box.patrol("bench", "edge", "--video", "nothing.mp4")
    assert done.returncode == 2
    assert "nothing.mp4: there is no such film" in done.stderr
    assert len(done.stderr.splitlines()) == 1
