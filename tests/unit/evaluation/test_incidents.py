"""Incidents against what films show: hits, misses, false ones, delays, and no rate too early."""

import json
from pathlib import Path

import pytest

from hazard_library.bundle import configs_root
from hazard_library.cli import main
from hazard_library.errors import DatasetError
from hazard_library.evaluation.incident_matching import Reported, Span
from hazard_library.evaluation.incidents import (
    Film,
    Truth,
    compare,
    read_found,
    read_truth,
)

PUBLIC = configs_root() / "evaluation" / "public-clips.yaml"


def truth(*spans: Span, seconds: float = 60.0, hazards: tuple[str, ...] = ("FIRE-01",)) -> Truth:
    film = Film(seconds=seconds, hazards=hazards, incidents=spans)
    return Truth(schema="incident-truth/1", films={"hall": film})


def fire(start_s: float, end_s: float, late_s: float | None = None) -> Span:
    return Span(hazard="FIRE-01", start_s=start_s, end_s=end_s, late_s=late_s)


def told(start_s: float, end_s: float, hazard: str = "FIRE-01") -> Reported:
    return Reported(hazard=hazard, start_s=start_s, end_s=end_s)


def test_a_hit_a_miss_and_a_false_one() -> None:
    account = compare(truth(fire(10, 20), fire(50, 55)), {"hall": [told(12, 19), told(30, 31)]})
    total = account.total
    assert (total.hits, total.missed, total.false) == (1, 1, 1)
    assert total.delays_s == [2.0]


def test_one_incident_may_last_through_a_gap_and_cover_both_spans() -> None:
    account = compare(truth(fire(10, 20), fire(22, 30)), {"hall": [told(9, 29)]})
    assert (account.total.hits, account.total.false, account.total.delays_s) == (2, 0, [0.0, 0.0])


def test_an_incident_that_comes_too_late_is_a_miss_but_not_false() -> None:
    account = compare(truth(fire(0, 30, late_s=10)), {"hall": [told(25, 30)]})
    assert (account.total.hits, account.total.missed, account.total.false) == (0, 1, 0)


def test_a_hazard_nobody_looked_for_is_not_judged() -> None:
    account = compare(truth(), {"hall": [told(1, 2, "PPE-01")]})
    assert (account.total.not_judged, account.total.false) == (1, 0)


def test_a_film_that_found_nothing_still_counts_its_misses() -> None:
    assert compare(truth(fire(0, 5)), {"hall": []}).total.missed == 1


def test_films_on_one_side_only_are_named() -> None:
    account = compare(truth(), {"yard": [told(1, 2)]})
    assert account.remarks == [
        "yard: not in the truth, 1 incidents not judged",
        "films of the truth that were not looked at: hall",
    ]
    assert account.total.false == 0


@pytest.mark.parametrize(("seconds", "rate"), [(3600.0, None), (7200.0, 0.5)])
def test_a_rate_needs_more_than_an_hour_of_film(seconds: float, rate: float | None) -> None:
    account = compare(truth(seconds=seconds), {"hall": [told(1, 2)]})
    assert account.total.false_per_hour == rate


DEMO = {
    "cameras": [{"id": "camera-1", "source": "/films/hall.mp4", "frames": 9, "seconds": 60.0}],
    "incidents": [{"id": "x", "hazard": "FIRE-01", "camera": "camera-1", "start_s": 1, "end_s": 2}],
}
INCIDENT = {"hazard": "FIRE-01", "source": "hall.mp4", "start_s": 1, "end_s": 2}


@pytest.mark.parametrize(
    "text",
    [
        "the demo says much before\n" + json.dumps(DEMO),
        json.dumps(DEMO),
        json.dumps([INCIDENT]),
        json.dumps(INCIDENT) + "\n" + json.dumps(INCIDENT | {"start_s": 3, "end_s": 4}),
    ],
    ids=["demo output", "one object", "a list", "lines"],
)
def test_every_form_of_incidents_is_read(tmp_path: Path, text: str) -> None:
    file = tmp_path / "found.json"
    file.write_text(text, encoding="utf-8")
    assert read_found(file)["hall"][0].start_s == 1.0


@pytest.mark.parametrize("text", ["", "nothing here", "{}", '[{"hazard": "FIRE-01"}]'])
def test_a_file_without_incidents_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "found.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError, match=r"found\.json: no incidents .* ONCE=1"):
        read_found(file)


def test_a_truth_whose_span_ends_before_it_starts_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "truth.yaml"
    span = "{hazard: FIRE-01, start_s: 9, end_s: 3}"
    text = f"hall: {{seconds: 9, hazards: [FIRE-01], incidents: [{span}]}}"
    file.write_text(f"schema: incident-truth/1\nfilms:\n  {text}\n", encoding="utf-8")
    with pytest.raises(DatasetError, match="must come after start_s"):
        read_truth(file)


def test_the_truth_about_the_public_clips_fits_its_schema() -> None:
    assert set(read_truth(PUBLIC).films) >= {"house6", "worker-zone-detection"}


def test_the_verb_prints_counts_and_says_why_there_is_no_rate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = tmp_path / "found.json"
    found.write_text(json.dumps([INCIDENT | {"source": "house6.mp4"}]), encoding="utf-8")
    words = ["eval", "incidents", "--truth", str(PUBLIC), "--found", str(found)]
    assert main(words) == 0
    assert "no rate an hour" in capsys.readouterr().out
    assert main([*words, "--json", "--out", str(tmp_path / "out")]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["all"]["hits"], said["all"]["missed"]) == (1, 1)
    assert (tmp_path / "out" / "incidents.json").is_file()
