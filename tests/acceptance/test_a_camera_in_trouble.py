"""A lens that somebody covers and a camera that is away become leads, each with what there is."""

from collections.abc import Iterator

import pytest
from chain import Part, WholeChain, whole_chain
from waiting import wait_until

from edge.testing.painted_film import write_film
from edge.testing.painted_model import write_painted_package
from hazard_library.contract.ids import CameraId
from server.demo.officer import Answer, Officer
from server.demo.plan import DemoCamera, Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

START = "2026-03-02T08:00:00+08:00"
STATES = [{"id": name} for name in ("CAM-01", "CAM-03", "CAM-05")]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeChain]:
    """One camera is covered in its film, one is a film that is not there, one is well."""
    folder = tmp_path_factory.mktemp("states")
    write_painted_package(folder / "models")
    covered = write_film(folder / "covered.mp4", 110, covered=(15.0, 105.0))
    well = write_film(folder / "well.mp4", 110)
    replay = {"mode": "replay", "source": {"kind": "file", "path": str(covered), "start_at": START}}
    loop = {"kind": "file", "path": str(well), "loop": True}
    cameras = (
        _camera("hall", replay),
        _camera("lost", {"mode": "live", "source": {"kind": "file", "path": str(folder / "no")}}),
        _camera("yard", {"mode": "live", "source": loop}),
    )
    models = {"models": ["painted"], "models_folder": str(folder / "models")}
    with whole_chain(cameras, once=False, extra=models) as running:
        running.start(Part.BROKER, Part.SERVER, Part.EDGE)
        yield running


def _camera(name: str, settings: Settings) -> DemoCamera:
    return DemoCamera(CameraId(name), name, {"id": name, "hazards": STATES} | settings)


def _page(officer: Officer, hazard: str) -> Answer:
    (lead,) = (one for one in officer.leads() if _hazard(one) == hazard)
    page: Answer = officer._http.get(f"/api/v1/leads/{lead['id']}").json()
    return page


def _hazard(lead: Answer) -> str:
    named = lead["hazard"]
    assert isinstance(named, dict)
    return str(named["id"])


def _files(officer: Officer, hazard: str) -> dict[str, Answer]:
    found = _page(officer, hazard)["evidence"]
    assert isinstance(found, list)
    return {str(one["kind"]): one for one in found}


def test_each_is_one_lead_with_its_law_and_with_what_evidence_there_is(chain: WholeChain) -> None:
    with chain.officer() as officer:
        wait_until(lambda: len(officer.leads()) >= 2, 240, "two leads")
        wait_until(lambda: len(_files(officer, "CAM-01")) == 6, 60, "the evidence of the cover")
        wait_until(lambda: len(_files(officer, "CAM-05")) == 6, 60, "what there is of the outage")
        assert sorted(map(_hazard, officer.leads())) == ["CAM-01", "CAM-05"]
        cover, outage = _page(officer, "CAM-01"), _page(officer, "CAM-05")
        assert (cover["times_seen"], outage["times_seen"]) == (1, 1)
        assert cover["basis"]
        wait_until(lambda: _is_there(officer, "before_shown"), 60, "the picture's upload")
        shown = _files(officer, "CAM-01")["before_shown"]
        assert officer._http.get(f"/api/v1/evidence/{shown['id']}/content").is_success
        lost = _files(officer, "CAM-05")
        assert {one["state"] for one in lost.values()} == {"missing"}
        assert officer.confirm(str(cover["id"]))["task_id"]


def _is_there(officer: Officer, kind: str) -> bool:
    return _files(officer, "CAM-01")[kind]["state"] == "verified"
