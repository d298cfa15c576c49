"""`patrol edge run` of an enrolled box: `link: {}` is all that its configuration says."""

from pathlib import Path

from boxes import Box, camera
from certified_bureau import certified_bureau

from edge.testing.painted_film import Visit, write_film
from server.evidence.states import FileState
from server.kit.db import Database


def test_a_box_is_enrolled_and_brings_everything_away(
    own_database: Database, tmp_path: Path
) -> None:
    box = Box(tmp_path / "box")
    write_film(box.folder / "walk.mp4", 14, (Visit(begin_s=2.0, end_s=10.0),))
    box.write(camera("gate", "walk.mp4"), link={})
    refused = box.run_once()
    assert refused.returncode == 2
    assert "patrol edge enrol" in refused.stderr
    with certified_bureau(own_database, tmp_path / "server") as bureau, bureau.keeping():
        done = box.patrol(
            *("edge", "enrol", bureau.code(), "--server", bureau.door, "--config", "site.yaml")
        )
        assert done.returncode == 0, done.stderr
        ran = box.run_once()
        assert ran.returncode == 0, ran.stderr
        assert bureau.count("SELECT count(*) FROM hazard_event") == 2
        assert bureau.count("SELECT count(*) FROM evidence_manifest") == 1
        stored = "SELECT count(*) FROM evidence_file WHERE state = '{}'"
        assert bureau.count(stored.format(FileState.STORED.value)) == 4
        confirmed = "SELECT count(*) FROM device_certificate WHERE confirmed_at IS NOT NULL"
        assert bureau.count(confirmed) == 1


def test_a_certificate_of_another_box_is_named_before_anything_starts(
    own_database: Database, tmp_path: Path
) -> None:
    box = Box(tmp_path / "box")
    write_film(box.folder / "walk.mp4", 2)
    box.write(camera("gate", "walk.mp4"), link={}, device="box-7")
    with certified_bureau(own_database, tmp_path / "server") as bureau:
        words = ("edge", "enrol", bureau.code(), "--server", bureau.door)
        other = box.patrol(*words, "--config", "site.yaml")
        assert other.returncode == 2
        assert "box-7" in other.stderr
        assert box.patrol(*words, "--stores", "stores").returncode == 0
    ran = box.run_once()
    assert ran.returncode == 2
    assert "box-7 holds the certificate of box-1" in ran.stderr
