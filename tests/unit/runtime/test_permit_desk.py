"""Work permits while the box runs: read when the file changes, counted and shown when used."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.config import Site, load_site
from edge.core.findings import Finding
from edge.core.moment import Moment
from edge.core.permits import Excused
from edge.fleet.status_board import StatusBoard
from edge.runtime.permit_desk import PermitDesk
from edge.testing.fake_clock import FakeClock
from hazard_library.catalogue.load import Catalogue, load_catalogue
from hazard_library.contract.ids import CameraId, HazardId

SITE = """\
site: yard
device: box-1
stores: stores
cameras:
  - id: gate
    source: {kind: file, path: a.mp4}
    hazards: [{id: FIRE-02}]
"""
GATE = CameraId("gate")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def site(tmp_path: Path, catalogue: Catalogue) -> Site:
    (tmp_path / "site.yaml").write_text(SITE, encoding="utf-8")
    return load_site(tmp_path / "site.yaml", catalogue)


class Desk:
    """A desk with its board, and a clock that a test turns."""

    def __init__(self, site: Site, catalogue: Catalogue) -> None:
        self.clock = FakeClock()
        self.board = StatusBoard()
        self.desk = PermitDesk(self.clock, self.board)
        self._site = site
        self._catalogue = catalogue
        self._written = 0

    def write(self, permit: str, hours: float = 8.0, *, hazard: str = "FIRE-02") -> None:
        begins = self.clock.now().utc
        ends = begins + timedelta(hours=hours)
        text = (
            f"permits:\n  - {{id: {permit}, kind: 动火, cameras: [gate], hazards: [{hazard}], "
            f"from: {begins.isoformat()!r}, to: {ends.isoformat()!r}}}\n"
        )
        self.write_text(text)

    def write_text(self, text: str) -> None:
        file = self._site.folder / "permits.yaml"
        file.write_text(text, encoding="utf-8")
        # Two writes within one tick of the file system are two changes all the same.
        self._written += 1
        os.utime(file, ns=(self._written, self._written))
        self.look()

    def touch(self) -> None:
        """Write the same text again."""
        self.write_text((self._site.folder / "permits.yaml").read_text(encoding="utf-8"))

    def look(self) -> None:
        self.desk.look(self._site, self._catalogue)

    def excuse(self, permit: str) -> None:
        finding = Finding(HazardId("FIRE-02"), None, True, 0.0, 0.9, ())  # noqa: FBT003
        at = Moment(0.0, datetime(2026, 1, 1, tzinfo=UTC))
        self.desk.tell(GATE, Excused(permit, HazardId("FIRE-02"), None, at, finding))


@pytest.fixture
def office(site: Site, catalogue: Catalogue) -> Desk:
    return Desk(site, catalogue)


def test_a_permit_that_is_written_while_the_box_runs_is_known(office: Desk) -> None:
    office.look()
    assert office.desk.of(GATE) == ()
    office.write("DH-1")
    assert [one.id for one in office.desk.of(GATE)] == ["DH-1"]
    assert office.desk.of(CameraId("hall")) == ()
    (shown,) = office.board.snapshot().permits
    assert (shown.id, shown.kind, shown.excused) == ("DH-1", "hot_work", 0)


def test_a_file_with_mistakes_keeps_the_permits_known_before_and_says_why(office: Desk) -> None:
    office.write("DH-1")
    office.write("DH-2", hazard="PPE-01")
    assert [one.id for one in office.desk.of(GATE)] == ["DH-1"]
    error = office.board.snapshot().permits_error
    assert error is not None
    assert "does not excuse PPE-01" in error
    office.write("DH-2")
    assert [one.id for one in office.desk.of(GATE)] == ["DH-2"]
    assert office.board.snapshot().permits_error is None


def test_a_file_that_is_taken_away_ends_all_permits(office: Desk, site: Site) -> None:
    office.write("DH-1")
    (site.folder / "permits.yaml").unlink()
    office.look()
    assert office.desk.of(GATE) == ()


def test_what_a_permit_excuses_is_counted_and_shown(office: Desk) -> None:
    office.write("DH-1")
    office.excuse("DH-1")
    office.excuse("DH-1")
    assert office.board.counters()["incidents_excused"] == 2
    assert [one.excused for one in office.board.snapshot().permits] == [2]


def test_a_permit_that_is_over_is_shown_only_if_it_excused_something(office: Desk) -> None:
    office.write("DH-1", hours=1.0)
    office.clock.wait(7200.0)
    office.touch()
    assert office.board.snapshot().permits == ()
    office.excuse("DH-1")
    assert [one.id for one in office.board.snapshot().permits] == ["DH-1"]
