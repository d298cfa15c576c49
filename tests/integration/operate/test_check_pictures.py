from pathlib import Path

import cv2
import numpy as np
import pytest
from boxes import Box, camera
from rtsp_cameras import PATH, RtspCamera, need_rtsp_server

from edge.config import CameraConfig
from edge.fleet.system_clock import SystemClock
from edge.testing.painted_film import write_film
from edge.verbs.zone_picture import drawn_over
from edge.video.glimpse import glimpse
from edge.video.source import FileAddress, SourceSpec
from hazard_library.contract.ids import CameraId

PASSWORD = "p@:/?#%^&+"  # noqa: S105 - of a camera that these tests plug in
LINE = {"id": "皮带线", "points": [[0.2, 0.1], [0.8, 0.1]]}


@pytest.fixture
def box(tmp_path: Path) -> Box:
    made = Box(tmp_path / "box")
    write_film(made.folder / "walk.mp4", 2)
    return made


def _config(*zones: dict[str, object]) -> CameraConfig:
    source = {"kind": "file", "path": "walk.mp4"}
    given = {"id": "gate", "source": source, "zones": zones, "hazards": [{"id": "ZONE-01"}]}
    return CameraConfig.model_validate(given)


def test_every_camera_gets_a_picture_and_one_that_gives_none_says_why(box: Box) -> None:
    need_rtsp_server()
    rtsp = RtspCamera(write_film(box.folder / "camera.mp4", 20), credential=("patrol", PASSWORD))
    (box.folder / "good.password").write_text(PASSWORD + "\n")
    (box.folder / "bad.password").write_text("guessed\n")
    source = {"kind": "rtsp", "host": "127.0.0.1", "port": rtsp.port, "path": PATH}
    let_in = source | {"user": "patrol", "password_file": "good.password"}
    refused = source | {"user": "patrol", "password_file": "bad.password"}
    dead = {"kind": "rtsp", "host": "127.0.0.1", "port": 9, "path": PATH}
    box.write(
        camera("gate", "unused", source=let_in, mode="live"),
        camera("yard", "unused", source=refused, mode="live"),
        camera("lost", "unused", source=dead, mode="live"),
        camera("film", "walk.mp4"),
    )
    try:
        done = box.patrol("edge", "check", "--config", "site.yaml", "--pictures", "pictures")
    finally:
        rtsp.unplug()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "gate: pictures/gate.jpg: pit" in done.stdout
    assert "yard: no picture: " in done.stdout
    assert "refuses user or password" in done.stdout
    assert "lost: no picture: " in done.stdout
    assert "nothing listens at port 9" in done.stdout
    assert PASSWORD not in done.stdout + done.stderr
    made = sorted(file.name for file in (box.folder / "pictures").iterdir())
    assert made == ["film.jpg", "gate.jpg"]
    shown = cv2.imread(str(box.folder / "pictures" / "gate.jpg"))
    assert shown is not None
    assert shown.shape == (480, 640, 3)


def test_a_picture_without_a_problem_ends_well(box: Box) -> None:
    box.write(camera("gate", "walk.mp4"))
    done = box.patrol("edge", "check", "--config", "site.yaml", "--pictures", "pictures")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_zone_is_drawn_where_its_points_say_and_nowhere_else() -> None:
    grey = np.full((1000, 1000, 3), 128, np.uint8)
    corner = {"id": "a", "points": [[0.42, 0.42], [0.58, 0.42], [0.58, 0.58], [0.42, 0.58]]}
    difference = cv2.absdiff(drawn_over(grey, _config(), ""), drawn_over(grey, _config(corner), ""))
    rows, columns = np.nonzero(difference.any(axis=2))
    assert 415 <= columns.min() <= 425
    assert 575 <= columns.max() <= 585
    assert 575 <= rows.max() <= 585
    assert grey.min() == grey.max() == 128


def test_a_line_shows_which_way_it_runs() -> None:
    grey = np.full((1000, 1000, 3), 128, np.uint8)
    there = drawn_over(grey, _config(LINE), "")
    back = drawn_over(grey, _config(LINE | {"points": LINE["points"][::-1]}), "")  # type: ignore[index]
    assert cv2.absdiff(there, back).any()


def test_chinese_names_are_written_in_signs_of_their_own() -> None:
    grey = np.full((1000, 1000, 3), 128, np.uint8)
    texts = ("坡脚", "皮带", "禁区", "\U000f0000\U000f0001")
    drawn = [drawn_over(grey, _config(LINE | {"id": "x"}), text).tobytes() for text in texts]
    # The last is no sign at all: whatever stands for what a font lacks stands for none of ours.
    assert len(set(drawn)) == len(texts)


def test_a_glimpse_says_how_a_source_is_coded_and_how_fast_it_comes(box: Box) -> None:
    spec = SourceSpec(CameraId("gate"), FileAddress(box.folder / "walk.mp4"))
    seen = glimpse(spec, SystemClock(), for_s=1.5)
    assert seen.codec == "h264"
    assert seen.fps == pytest.approx(10)
    assert seen.pixels.shape == (312, 416, 3)
