"""A region is taught from pictures and watched from then on: the whole way, by the commands."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml
from boxes import Box, Settings, camera

from edge.testing.painted_film import Visit, paint, write_film

SIZE = (416, 312)
#: The middle of the picture; what is painted blue into it is nobody, to the painted model.
GUARD = [[0.35, 0.25], [0.65, 0.25], [0.65, 0.9], [0.35, 0.9]]
BLUE = (200, 90, 40)
OPEN = Visit(20.0, 1000.0, x=160, y=100, colour=BLUE)
PASSES = Visit(40.0, 55.0, x=170, y=110)
TAUGHT = Path("stores") / "taught" / "gate" / "guard" / "taught.yaml"


@pytest.fixture
def box(tmp_path: Path) -> Box:
    box = Box(tmp_path / "box")
    write(box)
    return box


def write(box: Box, points: list[list[float]] | None = None) -> None:
    zone = {"id": "guard", "points": points or GUARD}
    hazards = [{"id": "EQP-01", "zones": ["guard"]}]
    box.write(camera("gate", "day.mp4", zones=[zone], hazards=hazards, sample_fps=2))


def pictures(folder: Path, visits: tuple[Visit, ...], count: int = 5) -> Path:
    """Paint whole pictures of the camera, each a little brighter."""
    folder.mkdir()
    for number in range(count):
        pixels = np.clip(paint(float(number), visits, SIZE) * (0.9 + 0.03 * number), 0, 255)
        cv2.imwrite(str(folder / f"{number}.png"), pixels.astype(np.uint8))
    return folder


def taught(box: Box, *words: str, code: int = 0) -> str:
    where = ("--config", "site.yaml", "--camera", "gate", "--region", "guard", "--by", "wang")
    done = box.patrol("edge", "teach", *where, *words)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def replayed(box: Box, film: str) -> tuple[list[Settings], str]:
    done = box.patrol("edge", "replay", film, "--config", "site.yaml", "--json")
    assert done.returncode == 0, done.stderr
    found: list[Settings] = json.loads(done.stdout)["incidents"]
    return found, done.stderr


@pytest.mark.slow
def test_an_open_guard_is_one_incident_and_a_passer_by_is_none(box: Box) -> None:
    said = taught(
        box,
        "--pictures",
        str(pictures(box.folder / "normal", ())),
        "--abnormal",
        str(pictures(box.folder / "open", (Visit(0, 99, 160, 100, BLUE),), 2)),
    )
    assert "fit to be watched" in said
    write_film(box.folder / "day.mp4", 170, (OPEN, PASSES))
    (found,), _ = replayed(box, "day.mp4")
    assert (found["hazard"], found["zone"]) == ("EQP-01", "guard")
    write_film(box.folder / "quiet.mp4", 170, (Visit(20.0, 160.0, x=160, y=100),))
    assert replayed(box, "quiet.mp4")[0] == []


def test_what_was_taught_is_kept_with_its_pictures_and_who_taught_it(box: Box) -> None:
    taught(box, "--pictures", str(pictures(box.folder / "normal", ())))
    card = yaml.safe_load((box.folder / TAUGHT).read_text(encoding="utf-8"))
    assert (card["taught_by"], card["camera"], card["hazards"]) == ("wang", "gate", ["EQP-01"])
    assert [one["state"] for one in card["pictures"]] == ["normal"] * 5
    assert card["threshold"] >= 2.2
    sheet = cv2.imread(str((box.folder / TAUGHT).with_name("taught.jpg")))
    assert sheet is not None
    assert sheet.shape[0] > SIZE[1]
    well = box.patrol("edge", "check", "--config", "site.yaml")
    assert "stays off" not in well.stdout


def test_pictures_with_somebody_before_the_region_do_not_teach(box: Box) -> None:
    pictures(box.folder / "normal", ())
    somebody = paint(0.0, (Visit(0, 9, x=160, y=100),), SIZE)
    cv2.imwrite(str(box.folder / "normal" / "9.png"), somebody)
    said = taught(box, "--pictures", "normal")
    assert "9.png: 不采用 not used: somebody stands before the region" in said
    assert "5 张正常 normal" in said
    only = pictures(box.folder / "crowd", (Visit(0, 99, x=160, y=100),))
    said = taught(box, "--pictures", str(only), code=2)
    assert "guard: 0 usable pictures of 5, at least 3 are needed" in said


def test_states_that_look_alike_are_not_fit_and_say_so(box: Box) -> None:
    normal = str(pictures(box.folder / "normal", ()))
    said = taught(box, "--pictures", normal, "--abnormal", normal, code=1)
    assert "not fit" in said


def test_pictures_of_another_light_are_added(box: Box) -> None:
    taught(box, "--pictures", str(pictures(box.folder / "normal", ())))
    said = taught(box, "--pictures", str(pictures(box.folder / "later", (), 3)), "--add")
    assert "8 张正常 normal" in said


def test_an_untaught_region_stays_off_and_says_what_to_do(box: Box) -> None:
    said = box.patrol("edge", "check", "--config", "site.yaml").stdout
    assert "EQP-01 stays off in zone guard: its normal state is not taught" in said
    assert "patrol edge teach --camera gate --region 'guard'" in said


def test_a_region_drawn_anew_or_of_another_network_is_taught_anew(box: Box) -> None:
    taught(box, "--pictures", str(pictures(box.folder / "normal", ())))
    write(box, [[0.3, 0.25], [0.65, 0.25], [0.65, 0.9], [0.3, 0.9]])
    said = box.patrol("edge", "check", "--config", "site.yaml").stdout
    assert "it was taught for other corners than are drawn now" in said
    write(box)
    file = box.folder / TAUGHT
    card = yaml.safe_load(file.read_text(encoding="utf-8"))
    card["network"]["sha256"] = "0" * 64
    file.write_text(yaml.safe_dump(card), encoding="utf-8")
    said = box.patrol("edge", "check", "--config", "site.yaml").stdout
    assert "with other weights, and thresholds do not carry over" in said


def test_a_changed_reference_picture_is_refused(box: Box) -> None:
    taught(box, "--pictures", str(pictures(box.folder / "normal", ())))
    (box.folder / TAUGHT).with_name("normal-01.png").write_bytes(b"x")
    said = box.patrol("edge", "check", "--config", "site.yaml").stdout
    assert "normal-01.png: is not the picture that taught.yaml names" in said


def test_a_region_that_is_not_drawn_is_named(box: Box) -> None:
    done = box.patrol(
        "edge", "teach", "--config", "site.yaml", "--camera", "gate", "--region", "door"
    )
    assert done.returncode == 2
    assert "has no area 'door' under zones (guard)" in done.stderr
