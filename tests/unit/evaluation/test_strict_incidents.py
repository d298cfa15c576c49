"""The incidents that a person sees and no others: films whose truth has a tolerance and zones."""

import json
from pathlib import Path

import pytest

from hazard_library.bundle import configs_root
from hazard_library.cli import main
from hazard_library.errors import DatasetError
from hazard_library.evaluation.incident_matching import Reported, Span, Tolerance
from hazard_library.evaluation.incidents import Film, Truth, check_films, compare, read_truths

CLIPS = sorted((configs_root() / "clips" / "truth").glob("*.yaml"))
TOLERANCE = Tolerance(early_s=1, late_s=3, end_s=3)
PIT = Span(hazard="ZONE-01", zone="pit", start_s=10, end_s=20)


def told(start_s: float, end_s: float, zone: str | None = "pit") -> Reported:
    return Reported(hazard="ZONE-01", zone=zone, start_s=start_s, end_s=end_s)


def counted(*incidents: Reported, spans: tuple[Span, ...] = (PIT,)) -> tuple[int, int, int]:
    film = Film(seconds=60, hazards=("ZONE-01",), incidents=spans, tolerance=TOLERANCE)
    truth = Truth(schema="incident-truth/1", films={"hall": film})
    total = compare(truth, {"hall": list(incidents)}).total
    return total.hits, total.missed, total.false


@pytest.mark.parametrize(
    ("incidents", "outcome"),
    [
        ([told(9, 23)], (1, 0, 0)),
        ([told(13, 17)], (1, 0, 0)),
        ([], (0, 1, 0)),
        # It says less than there is: missed, but nothing false was said.
        ([told(14, 20)], (0, 1, 0)),
        ([told(11, 15)], (0, 1, 0)),
        # It says more than there is.
        ([told(8, 20)], (0, 1, 1)),
        ([told(10, 25)], (0, 1, 1)),
        ([told(10, 20), told(40, 45)], (1, 0, 1)),
        # The same once more, and another place.
        ([told(10, 20), told(15, 20)], (1, 0, 1)),
        ([told(10, 20, "yard")], (0, 1, 1)),
        ([told(10, 20, None)], (0, 1, 1)),
    ],
)
def test_a_span_takes_one_incident_that_fits_it(
    incidents: list[Reported], outcome: tuple[int, int, int]
) -> None:
    assert counted(*incidents) == outcome


def test_two_spans_take_two_incidents_whatever_their_order() -> None:
    later = Span(hazard="ZONE-01", zone="pit", start_s=30, end_s=40)
    assert counted(told(30, 40), told(10, 20), spans=(later, PIT)) == (2, 0, 0)


def test_the_whole_picture_is_a_place_of_its_own_and_no_zone_means_any() -> None:
    whole = Span(hazard="ZONE-01", zone=None, start_s=10, end_s=20)
    assert counted(told(10, 20, None), spans=(whole,)) == (1, 0, 0)
    assert counted(told(10, 20), spans=(whole,)) == (0, 1, 1)
    anywhere = Span(hazard="ZONE-01", start_s=10, end_s=20)
    assert counted(told(10, 20), spans=(anywhere,)) == (1, 0, 0)


def test_what_came_near_is_named() -> None:
    film = Film(seconds=60, hazards=("ZONE-01",), incidents=(PIT,), tolerance=TOLERANCE)
    truth = Truth(schema="incident-truth/1", films={"hall": film})
    account = compare(truth, {"hall": [told(15, 21), told(50, 55)]})
    assert account.remarks == [
        "hall: ZONE-01 pit: begins at 15.0 s instead of 10.0 s",
        "hall: ZONE-01 pit 50.0-55.0 s: nobody sees that",
    ]


def replayed(folder: Path, clip: str, sha256: str, incidents: list[dict[str, object]]) -> Path:
    said = {
        "clip": {"path": f"/films/{clip}.mp4", "sha256": sha256},
        "cameras": [{"id": "gate", "source": f"/films/{clip}.mp4"}],
        "incidents": incidents,
        "incomplete": ["ended after 3.0 s"],
    }
    file = folder / f"{clip}.json"
    file.write_text(json.dumps(said), encoding="utf-8")
    return file


def test_another_film_than_the_truth_is_about_is_refused(tmp_path: Path) -> None:
    truth = read_truths(CLIPS)
    right = str(truth.films["house6"].sha256)
    assert check_films(truth, replayed(tmp_path, "house6", right, [])) == [
        "house6: ended after 3.0 s"
    ]
    with pytest.raises(DatasetError, match="another film than the truth about house6"):
        check_films(truth, replayed(tmp_path, "house6", "0" * 64, []))


def test_the_truth_about_the_five_clips_names_each_file_and_leaves_two_without_an_incident() -> (
    None
):
    films = read_truths(CLIPS).films
    assert len(films) == 5
    assert all(film.sha256 for film in films.values())
    assert {name for name, film in films.items() if not film.incidents} == {
        "bottle-detection",
        "car-detection",
    }


def test_a_film_that_two_files_speak_of_is_refused() -> None:
    with pytest.raises(DatasetError, match="as another file does; keep one"):
        read_truths([CLIPS[0], CLIPS[0]])


def test_the_verb_is_strict_if_it_is_asked_to_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = read_truths(CLIPS).films["car-detection"]
    none = replayed(tmp_path, "car-detection", str(truth.sha256), [])
    words = ["eval", "incidents", "--truth", *map(str, CLIPS), "--strict", "--found"]
    assert main([*words, str(none)]) == 0
    assert "car-detection" in capsys.readouterr().out
    one = {"hazard": "FIRE-01", "camera": "gate", "zone": None, "start_s": 1, "end_s": 2}
    wrong = replayed(tmp_path, "car-detection", str(truth.sha256), [one])
    assert main([*words, str(wrong)]) == 1
