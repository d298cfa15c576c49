"""A camera that somebody covers, or whose picture stands still: incident, pictures, clip."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from boxes import Box, camera

from edge.ports import Pixels
from edge.testing.painted_film import Span, write_film
from hazard_library.contract.events import HazardEvent
from hazard_library.contract.evidence import EvidenceKind, EvidenceManifest, EvidenceSealed, find
from hazard_library.contract.message import parse

COVERED_S: Span = (30.0, 125.0)


def messages(box: Box, channel: str) -> list[bytes]:
    with closing(sqlite3.connect(box.folder / "stores" / "outbox.db")) as db:
        rows = db.execute(
            "SELECT payload FROM message WHERE channel = ? ORDER BY rowid", (channel,)
        )
        return [bytes(row[0]) for row in rows]


def events(box: Box) -> list[HazardEvent]:
    return [parse(HazardEvent, payload) for payload in messages(box, "incident")]


def manifest(box: Box) -> EvidenceManifest:
    (sealed,) = (parse(EvidenceSealed, payload) for payload in messages(box, "evidence"))
    return EvidenceManifest.model_validate_json(sealed.manifest)


def picture(box: Box, sealed: EvidenceManifest, kind: EvidenceKind) -> Pixels:
    ref = find(sealed.files, kind)
    assert ref is not None
    (path,) = (box.folder / "stores").rglob(f"{ref.sha256}.jpg")
    return np.asarray(cv2.imread(str(path)), np.uint8)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    made = Box(tmp_path / "box")
    hazards = [{"id": name} for name in ("CAM-01", "CAM-03", "CAM-05")]
    evidence = {"pre_roll": "10s", "post_roll": "2s"}
    return made.write(camera("gate", "film.mp4", zones=[], hazards=hazards), evidence=evidence)


def test_a_covered_lens_is_one_incident_with_a_good_and_a_bad_picture_and_the_change(
    box: Box,
) -> None:
    write_film(box.folder / "film.mp4", 130, covered=COVERED_S)
    done = box.run_once()
    assert done.returncode == 0, done.stderr
    told = events(box)
    assert {event.incident_id for event in told} == {told[0].incident_id}
    assert (told[0].hazard, told[0].zone, told[0].models, told[0].boxes) == ("CAM-01", None, (), ())
    begin = told[0].opened_at.replace(microsecond=0)
    assert told[-1].ended_at is not None
    sealed = manifest(box)
    assert sealed.lost == {}
    assert {ref.kind for ref in sealed.files} == set(EvidenceKind)
    assert picture(box, sealed, EvidenceKind.BEFORE_ORIGINAL).std() > 30
    assert picture(box, sealed, EvidenceKind.FRAME_ORIGINAL).std() < 5
    assert sealed.last_good_at is not None
    assert sealed.span is not None
    # Told ten seconds after it happened; the clip is of then, not of a minute later.
    covered_at = told[0].opened_at - timedelta(seconds=told[0].measured["held_s"] + 10)
    assert sealed.span.cut_short is None
    assert sealed.span.from_at < covered_at < sealed.trigger_at < sealed.span.to_at
    assert (begin - sealed.trigger_at).total_seconds() == pytest.approx(60, abs=2)
    assert 2 <= (sealed.trigger_at - sealed.last_good_at).total_seconds() <= 18
    checked = box.patrol("evidence", "verify", str(box.folder / "stores"), "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_picture_that_stands_still_is_told_and_a_short_cover_is_not(box: Box) -> None:
    write_film(box.folder / "film.mp4", 150, covered=(10.0, 55.0), frozen=(65.0, 145.0))
    assert box.run_once().returncode == 0
    assert [(one.hazard, one.change.value) for one in events(box) if one.change != "updated"] == [
        ("CAM-03", "opened"),
        ("CAM-03", "closed"),
    ]


def test_a_film_that_ends_and_a_camera_that_is_well_tell_nothing(box: Box) -> None:
    write_film(box.folder / "film.mp4", 100)
    assert box.run_once().returncode == 0
    assert events(box) == []
