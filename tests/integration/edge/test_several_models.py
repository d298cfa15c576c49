import json
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from boxes import Box, Settings, camera

from edge.ports import Pixels
from edge.testing.painted_film import GREEN, Visit, paint, write_film
from edge.testing.painted_model import write_painted_package

SOMEBODY = Visit(2.0, 9.0, x=48, y=100)
LAMP = Visit(2.0, 9.0, x=256, y=100, colour=GREEN)
MODELS = ["people", "burning", "yard"]
LOOKS_FOR_ALL = camera(
    "gate", "walk.mp4", hazards=[{"id": "ZONE-01", "zones": ["pit"]}, {"id": "FIRE-01"}]
)
LOOKS_FOR_FIRE = camera("lamp", "walk.mp4", hazards=[{"id": "FIRE-01"}])


def _box(folder: Path) -> Box:
    box = Box(folder)
    write_painted_package(box.folder / "models", name="people", labels=("person", "helmet"))
    write_painted_package(box.folder / "models", name="burning", labels=("fire", "smoke"))
    write_painted_package(box.folder / "models", name="yard", labels=("person",))
    return box


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return _box(tmp_path / "box")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Box, subprocess.CompletedProcess[str]]:
    """A box with three models, whose one camera looks for people and fire, the other for fire."""
    box = _box(tmp_path_factory.mktemp("ran") / "box")
    write_film(box.folder / "walk.mp4", 12, (SOMEBODY, LAMP))
    done = box.write(LOOKS_FOR_ALL, LOOKS_FOR_FIRE, models=MODELS).run_once()
    assert done.returncode == 0, done.stderr
    return box, done


def _messages(box: Box, channel: str) -> list[dict[str, Any]]:
    db = sqlite3.connect(box.folder / "stores" / "outbox.db")
    rows = db.execute(
        "SELECT payload FROM message WHERE channel = ? ORDER BY position", (channel,)
    ).fetchall()
    db.close()
    return [json.loads(row[0]) for row in rows]


def _opened(box: Box) -> dict[tuple[str, str], dict[str, Any]]:
    events = [event for event in _messages(box, "incident") if event["change"] == "opened"]
    found = {(event["camera"], event["hazard"]): event for event in events}
    assert len(found) == len(events)
    return found


def _logged(done: subprocess.CompletedProcess[str], event: str) -> list[Settings]:
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == event]


Ran = tuple[Box, subprocess.CompletedProcess[str]]


def test_a_camera_runs_the_models_of_its_hazards_and_no_other(ran: Ran) -> None:
    chosen = {line["camera"]: line["models"] for line in _logged(ran[1], "models_chosen")}
    assert chosen == {"gate": ["people", "burning"], "lamp": ["burning"]}


def test_events_and_manifests_name_the_models_that_saw_their_classes(ran: Ran) -> None:
    wanted = {
        ("gate", "ZONE-01"): ["people"],
        ("gate", "FIRE-01"): ["burning"],
        ("lamp", "FIRE-01"): ["burning"],
    }
    named = {key: [m["name"] for m in event["models"]] for key, event in _opened(ran[0]).items()}
    assert named == wanted
    manifests = [json.loads(sealed["manifest"]) for sealed in _messages(ran[0], "evidence")]
    assert {(m["camera"], m["hazard"]): list(m["models"]) for m in manifests} == wanted


def test_somebody_whom_two_models_know_is_there_once(ran: Ran) -> None:
    event = _opened(ran[0])["gate", "ZONE-01"]
    assert event["persons"] == 1
    assert sorted(box["label"] for box in event["boxes"]) == ["fire", "person"]


def test_who_stands_by_a_fire_is_counted_though_nobody_looked_for_people(ran: Ran) -> None:
    events = [event for event in _messages(ran[0], "incident") if event["camera"] == "lamp"]
    assert [(event["change"], event["persons"]) for event in events] == [
        ("opened", 1),
        ("closed", 1),
    ]


@pytest.mark.parametrize("name", ["gate", "lamp"])
def test_heads_are_blurred_in_what_is_shown_whoever_looked(ran: Ran, name: str) -> None:
    box, _ = ran
    event = _opened(box)[name, "FIRE-01"]
    files = {ref["kind"]: _file(box, ref["sha256"]) for ref in event["evidence"]}
    original, shown = (_picture(files[kind]) for kind in ("frame_original", "frame_shown"))
    edge = slice(SOMEBODY.x - 12, SOMEBODY.x + 12)
    head = (slice(SOMEBODY.y, SOMEBODY.y + 20), edge)
    elsewhere = (slice(200, 250), slice(360, 410))
    assert np.abs(original[head] - shown[head]).mean() > 15
    assert np.abs(original[elsewhere] - shown[elsewhere]).mean() < 5


def _file(box: Box, sha256: str) -> Path:
    (file,) = [f for f in (box.folder / "stores").rglob("*") if sha256 in f.name]
    return file


def _picture(file: Path) -> "np.ndarray[Any, np.dtype[np.int16]]":
    pixels = cv2.imread(str(file))
    assert pixels is not None
    return pixels.astype(np.int16)


def test_the_same_film_and_models_give_the_same_events_byte_for_byte(
    ran: Ran, tmp_path: Path
) -> None:
    again = _box(tmp_path / "again")
    shutil.copy(ran[0].folder / "walk.mp4", again.folder)
    again.write(LOOKS_FOR_ALL, LOOKS_FOR_FIRE, models=MODELS, inference={"workers": 3})
    assert again.run_once().returncode == 0
    assert _comparable(again) == _comparable(ran[0])


def _comparable(box: Box) -> str:
    # The number of workers is part of the configuration, and its hash of every event.
    aside = ("sent_at", "message_no", "boot", "clock", "config_sha256")
    kept = [
        {k: v for k, v in event.items() if k not in aside} for event in _messages(box, "incident")
    ]
    return json.dumps(sorted(kept, key=lambda event: (event["incident_id"], event["seq"])))


def test_a_broken_model_takes_its_hazards_away_and_leaves_the_others(box: Box) -> None:
    write_film(box.folder / "walk.mp4", 8, (Visit(1.0, 7.0, x=48), LAMP))
    box.write(LOOKS_FOR_ALL, LOOKS_FOR_FIRE, models=MODELS)
    file = box.folder / "models" / "burning" / "0.0.1" / "model.onnx"
    file.write_bytes(file.read_bytes() + b"!")
    checked = box.patrol("edge", "check", "--config", "site.yaml")
    assert checked.returncode == 1
    assert f"models: burning is refused: {file}: SHA-256 is" in checked.stdout
    off = "FIRE-01 stays off: no model that runs sees fire (burning was refused)"
    assert f"gate: {off}" in checked.stdout
    assert "lamp: runs no model" in checked.stdout
    done = box.run_once()
    assert done.returncode == 1
    assert str(file) in done.stderr
    assert "Traceback" not in done.stderr
    assert list(_opened(box)) == [("gate", "ZONE-01")]
    assert [line["model"] for line in _logged(done, "model_refused")] == ["burning"]


def test_check_names_the_model_that_would_bring_what_is_not_seen(box: Box) -> None:
    box.write(LOOKS_FOR_ALL, models=["people"])
    done = box.patrol("edge", "check", "--config", "site.yaml")
    assert done.returncode == 2
    assert (
        "FIRE-01 needs a model that sees fire; add burning or painted to models, or remove it"
        in done.stderr
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"models": ["people", "nobody"]},
            "models: no model package 'nobody'; give one of [burning, painted, people, yard]",
        ),
        ({"models": ["people", "burning:int9"]}, "no variant 'int9'; it has float32"),
        ({"models": ["people", "people/0.0.1"]}, "site.yaml: models: people is listed twice"),
        ({"model": "people"}, "model: is now models: [people]"),
    ],
)
def test_a_list_that_is_wrong_is_one_sentence(
    box: Box, changes: dict[str, object], said: str
) -> None:
    done = box.write(LOOKS_FOR_ALL, **changes).patrol("edge", "check", "--config", "site.yaml")
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_detect_lets_several_models_look_together(box: Box) -> None:
    pixels: Pixels = paint(3.0, (SOMEBODY, LAMP), (416, 312))
    cv2.imwrite(str(box.folder / "a.png"), pixels)
    folders = [str(box.folder / "models" / name / "0.0.1") for name in MODELS]
    words = [word for folder in folders for word in ("--model", folder)]
    done = box.patrol("detect", *words, "a.png", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["detections"]
    assert sorted(one["class"] for one in found) == ["fire", "person"]
