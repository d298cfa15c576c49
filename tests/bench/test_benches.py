import json
from pathlib import Path

import pytest
from boxes import Box

from edge.testing.painted_film import Visit, write_film


def _figures(stdout: str) -> dict[str, dict[str, object]]:
    said = json.loads(stdout.splitlines()[-1])
    assert said["schema"] == "edge-bench/1"
    return {figure["name"]: figure for figure in said["figures"]}


@pytest.mark.slow
def test_the_engine_and_the_plain_loop_find_the_same_boxes_on_the_same_frames(
    tmp_path: Path,
) -> None:
    box = Box(tmp_path / "box")
    write_film(box.folder / "walk.mp4", 4, (Visit(1, 3),))
    words = ("--video", "walk.mp4", "--model", str(box.model_file.parent), "--as-released")
    done = box.patrol("bench", "edge", "speed", *words, "--repeats", "1", "--json")
    assert done.returncode in {0, 1}, done.stderr + done.stdout
    figures = _figures(done.stdout)
    ratio = figures["one camera, engine / plain f32, onnxruntime"]
    assert str(ratio["note"]).startswith("agree: ")
    assert (ratio["unit"], ratio["precision"]) == ("x", "int8")
    assert figures["one camera, ceiling, onnxruntime"]["value"] > 0  # type: ignore[operator]
    assert "SKIPPED ultralytics track" in done.stdout


@pytest.mark.slow
def test_a_box_with_four_cameras_takes_no_more_memory_than_is_allowed(tmp_path: Path) -> None:
    box = Box(tmp_path / "box")
    write_film(box.folder / "walk.mp4", 10, (Visit(1, 9),), size=(1280, 720))
    words = ("--video", "walk.mp4", "--model", str(box.model_file.parent), "--seconds", "6")
    done = box.patrol("bench", "edge", "memory", *words, "--json")
    assert done.returncode in {0, 1}, done.stderr + done.stdout
    assert _figures(done.stdout)["memory together, PSS"]["is_met"] is True


@pytest.mark.slow
def test_the_steps_of_a_frame_are_told_one_by_one(tmp_path: Path) -> None:
    box = Box(tmp_path / "box")
    write_film(box.folder / "walk.mp4", 4, (Visit(1, 3),))
    words = ("--video", "walk.mp4", "--model", str(box.model_file.parent), "--as-released")
    done = box.patrol("bench", "edge", "stages", *words, "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    names = _figures(done.stdout)
    for step in ("decode", "convert", "letterbox", "boxes", "track and rules"):
        assert f"time of a frame, {step}" in names


def test_a_film_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    box = Box(tmp_path / "box")
    done = box.patrol("bench", "edge", "speed", "--video", "nothing.mp4")
    assert done.returncode == 2
    assert "nothing.mp4: there is no such film" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_part_that_there_is_not_is_one_sentence_with_those_there_are(tmp_path: Path) -> None:
    done = Box(tmp_path / "box").patrol("bench", "edge", "colour")
    assert done.returncode == 2
    assert "no part 'colour'; name some of speed, cameras" in done.stderr
