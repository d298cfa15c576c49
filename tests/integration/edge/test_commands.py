import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import pytest
from boxes import Box, camera

from edge.testing.painted_film import Visit, paint, write_film

KEYS = ["source", "frame", "time_s", "width", "height", "detections"]


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path / "box")


def _detect(box: Box, *words: str) -> subprocess.CompletedProcess[str]:
    return box.patrol("detect", "--model", str(box.model_file.parent), *words)


def _lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def _picture(path: Path, visits: tuple[Visit, ...] = (Visit(0, 1),)) -> Path:
    cv2.imwrite(str(path), paint(0, visits, (416, 312)))
    return path


def test_detect_prints_one_object_a_picture_with_boxes_in_its_pixels(box: Box) -> None:
    _picture(box.folder / "有人.png")
    done = _detect(box, "有人.png", "--json")
    assert done.returncode == 0, done.stderr
    (line,) = _lines(done)
    assert list(line) == KEYS
    assert (line["source"], line["frame"], line["time_s"]) == ("有人.png", 0, 0.0)
    assert (line["width"], line["height"]) == (416, 312)
    (found,) = line["detections"]
    assert list(found) == ["class", "score", "box"]
    assert found["class"] == "person"
    assert found["box"] == pytest.approx([160, 100, 256, 260], abs=12)


def test_detect_prints_every_frame_of_a_film_in_order_with_its_time(box: Box) -> None:
    write_film(box.folder / "walk.mp4", 3, (Visit(1, 2),))
    lines = _lines(_detect(box, "walk.mp4", "--json"))
    assert [line["frame"] for line in lines] == list(range(30))
    assert [line["time_s"] for line in lines] == pytest.approx([n / 10 for n in range(30)])
    assert [bool(line["detections"]) for line in lines] == [10 <= n < 20 for n in range(30)]


def test_detect_takes_the_pictures_of_a_folder_by_name_and_a_lower_score(box: Box) -> None:
    (box.folder / "pictures").mkdir()
    _picture(box.folder / "pictures" / "b.jpg")
    _picture(box.folder / "pictures" / "a.png", ())
    (box.folder / "pictures" / "notes.txt").write_text("nothing")
    lines = _lines(_detect(box, "pictures", "--json"))
    assert [line["source"] for line in lines] == ["pictures/a.png", "pictures/b.jpg"]
    low = _lines(_detect(box, "pictures", "--json", "--min-score", "0.001"))
    assert len(low[1]["detections"]) > len(lines[1]["detections"])


def test_detect_draws_pictures_and_films_into_a_folder(box: Box) -> None:
    _picture(box.folder / "gate.png")
    write_film(box.folder / "walk.mp4", 1, (Visit(0, 1),))
    done = _detect(box, "gate.png", "walk.mp4", "--out", "drawn")
    assert done.returncode == 0, done.stderr
    drawn = cv2.imread(str(box.folder / "drawn" / "gate.jpg"))
    assert drawn is not None
    assert drawn.shape == (312, 416, 3)
    plain = cv2.imread(str(box.folder / "gate.png"))
    assert plain is not None
    assert cv2.absdiff(drawn, plain).max() > 100
    film = cv2.VideoCapture(str(box.folder / "drawn" / "walk.mp4"))
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) == 10
    film.release()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("nothing.png", None, "nothing.png: there is no such file"),
        ("broken.png", b"no picture", "broken.png: is no picture that can be read"),
        ("empty.jpg", b"", "empty.jpg: is no picture that can be read"),
        ("broken.mp4", b"no film" * 100, "broken.mp4"),
    ],
)
def test_detect_says_one_sentence_on_bad_input_and_looks_at_the_rest(
    box: Box, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (box.folder / name).write_bytes(content)
    _picture(box.folder / "good.png")
    done = _detect(box, name, "good.png", "--json")
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [line["source"] for line in _lines(done)] == ["good.png"]


def test_an_unknown_model_is_one_sentence_with_the_names_there_are(box: Box) -> None:
    done = box.patrol("detect", "--model", "no-such", "a.png")
    assert done.returncode == 2
    assert "no model package 'no-such'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_probe_counts_the_packets_of_a_film(box: Box) -> None:
    write_film(box.folder / "walk.mp4", 3)
    done = box.patrol("edge", "probe", "walk.mp4", "--json")
    found = json.loads(done.stdout)
    assert (found["packets"], found["width"], found["height"]) == (30, 416, 312)
    assert found["seconds"] == pytest.approx(3.0)
    assert box.patrol("edge", "probe", "nothing.mp4").returncode == 2


def test_check_tells_all_mistakes_and_says_when_all_is_well(box: Box) -> None:
    write_film(box.folder / "walk.mp4", 1)
    box.write(camera("gate", "walk.mp4"))
    well = box.patrol("edge", "check", "--config", "site.yaml")
    assert well.returncode == 0, well.stderr
    assert "site.yaml: well; 1 cameras, models painted" in well.stdout
    box.write(camera("gate", "gone.mp4"))
    assert box.patrol("edge", "check", "--config", "site.yaml").returncode == 1
    box.write(camera("gate", "walk.mp4", colour=1), mood="bad")
    bad = box.patrol("edge", "check", "--config", "site.yaml")
    assert bad.returncode == 2
    assert len(bad.stderr.splitlines()) == 2


def test_check_tells_what_permits_excuse_and_what_they_cannot(box: Box) -> None:
    write_film(box.folder / "walk.mp4", 1)
    box.write(camera("yard", "walk.mp4"))
    permits = box.folder / "permits.yaml"
    text = """permits:
  - {id: JX-7, kind: 检维修, cameras: [yard], hazards: [ZONE-01], from: 2026-03-02, to: 2026-03-03}
"""
    permits.write_text(text, encoding="utf-8")
    well = box.patrol("edge", "check", "--config", "site.yaml")
    assert "permit JX-7 (maintenance) excuses ZONE-01 at yard" in well.stdout
    assert well.returncode == 0
    permits.write_text(text.replace("ZONE-01", "FIRE-04"), encoding="utf-8")
    bad = box.patrol("edge", "check", "--config", "site.yaml")
    assert bad.returncode == 1
    assert "permits.yaml:2: permits.0.hazards.0: maintenance does not excuse FIRE-04" in bad.stdout


def test_identity_prints_one_key_before_and_after_enrolment(box: Box) -> None:
    link = {
        "broker": {"host": "127.0.0.1", "port": 1},
        "server": "http://127.0.0.1:1",
        "credential_file": "not-yet.json",
    }
    box.write(camera("gate", "walk.mp4"), link=link)
    first = box.patrol("edge", "identity", "--config", "site.yaml")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("-----BEGIN PUBLIC KEY-----")
    assert box.patrol("edge", "identity", "--config", "site.yaml").stdout == first.stdout


def test_a_credential_of_another_box_is_refused(box: Box) -> None:
    write_film(box.folder / "walk.mp4", 1)
    (box.folder / "credential.json").write_text('{"device": "box-2", "secret": "s3cret"}')
    link = {
        "broker": {"host": "127.0.0.1", "port": 1},
        "server": "http://127.0.0.1:1",
        "credential_file": "credential.json",
    }
    done = box.write(camera("gate", "walk.mp4"), link=link).run_once()
    assert done.returncode == 2
    assert "it belongs to 'box-2', not to 'box-1'" in done.stderr
    assert "s3cret" not in done.stderr


def test_a_report_without_stores_says_what_to_do(box: Box) -> None:
    box.write(camera("gate", "walk.mp4"))
    done = box.patrol("edge", "report", "--config", "site.yaml")
    assert done.returncode == 2
    assert "run patrol edge run with this configuration first" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_front_door_loads_nothing_heavy() -> None:
    program = (
        "import sys, patrol\n"
        "patrol.main(['--help'])\n"
        "heavy = {'numpy', 'cv2', 'av', 'onnxruntime', 'pydantic', 'edge'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
