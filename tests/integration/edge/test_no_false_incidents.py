"""Where a box is easily fooled: a beginning, a connection that breaks, another light, an end.

Films go through the engine's own path, as `patrol edge replay` plays them.
"""

import json
from pathlib import Path

import pytest
from boxes import Box, Settings, camera
from infra_red import by_day_and_night
from rendered_films import pictures_of, write_pictures

from edge import cli
from edge.testing.painted_film import PERSON, Visit, write_film

#: Beside the pit: the feet are above its upper edge.
BESIDE = Visit(begin_s=0.0, end_s=1000.0, x=160, y=0)
PIT_FROM_HALF = {"id": "pit", "points": [[0, 0.6], [1, 0.6], [1, 1], [0, 1]]}
YARD = Path("/usr/share/doc/opencv-doc/examples/data/vtest.avi")


@pytest.fixture
def box(tmp_path: Path) -> Box:
    made = Box(tmp_path / "box")
    return made.write(camera("gate", "film.mp4", zones=[PIT_FROM_HALF]))


def incidents(
    config: Path, film: Path, capsys: pytest.CaptureFixture[str], *, whole: bool = True
) -> list[Settings]:
    capsys.readouterr()
    words = ["edge", "replay", str(film), "--config", str(config), "--json", "--camera", "gate"]
    assert (cli.main(words) == 0) is whole
    found: list[Settings] = json.loads(capsys.readouterr().out)["incidents"]
    return found


@pytest.mark.parametrize(
    ("visits", "opened"),
    [
        # Somebody is there when the film begins, and leaves before the rule's 3 s.
        ((Visit(0.0, 2.6),), []),
        # Somebody is there when it ends, and came too late for the rule.
        ((Visit(7.4, 1000.0),), []),
        ((Visit(0.0, 2.6), Visit(7.4, 1000.0)), []),
        # Somebody is there from the first picture to the last: one incident, however it ends.
        ((Visit(0.0, 1000.0),), [(0.0, 9.9)]),
        ((Visit(6.0, 1000.0),), [(6.0, 9.9)]),
        ((BESIDE,), []),
    ],
)
def test_a_beginning_and_an_end_are_no_reason(
    box: Box,
    visits: tuple[Visit, ...],
    opened: list[tuple[float, float]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    film = write_film(box.folder / "film.mp4", 10, visits)
    found = incidents(box.config, film, capsys)
    assert [(one["start_s"], one["end_s"]) for one in found] == opened


def test_a_stream_that_is_joined_in_the_middle_again_and_again_shows_nothing_false(
    box: Box, capsys: pytest.CaptureFixture[str]
) -> None:
    film = write_film(box.folder / "whole.ts", 10, (BESIDE,)).read_bytes()
    packets = len(film) // 188
    # Each piece begins between two key frames: what it shows first has nothing to rest on.
    begins = [packets * share // 17 for share in (3, 5, 8, 11, 13)]
    pieces = [film[begin * 188 :] for begin in begins]
    joined = box.folder / "film.ts"
    joined.write_bytes(b"".join(pieces))
    assert incidents(box.config, joined, capsys) == []


def test_presence_in_bits_between_pictures_that_are_missing_never_adds_up(
    box: Box, capsys: pytest.CaptureFixture[str]
) -> None:
    film = write_film(box.folder / "all.mp4", 60, (Visit(0.0, 1000.0),))
    seen = [
        (number, pixels)
        for number, pixels in enumerate(pictures_of(film))
        # Two and a half seconds of pictures, then as many without one.
        if number % 50 < 25
    ]
    bits = write_pictures(box.folder / "film.mkv", seen)
    assert incidents(box.config, bits, capsys, whole=False) == []


def test_from_day_to_infra_red_and_back_people_stay_what_they_are_and_nothing_else_appears(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not YARD.is_file():
        pytest.skip("Debian's opencv-doc is not installed: no film of people in a yard")
    # Every second picture from 10 s on: people walk in a yard, nobody on the lawn at the left.
    footage = [one for number, one in enumerate(pictures_of(YARD, 220)) if number >= 100][::2]
    shown = [(n, by_day_and_night(n, one, dusk=20, dawn=40)) for n, one in enumerate(footage)]
    film = write_pictures(tmp_path / "film.mp4", shown, fps=5)
    yard = {"id": "yard", "points": [[0, 0.1], [1, 0.1], [1, 1], [0, 1]]}
    lawn = {"id": "lawn", "points": [[0, 0.55], [0.3, 0.6], [0.45, 1], [0, 1]]}
    on = ("ZONE-01", "PPE-01", "PPE-02")
    hazards: list[Settings] = [{"id": name, "zones": ["yard", "lawn"]} for name in on]
    hazards += [{"id": "VEH-05", "zones": ["yard"]}]
    hazards += [{"id": name} for name in ("FIRE-01", "FIRE-02", "BEH-01")]
    config = tmp_path / "site.yaml"
    site = {"site": "yard", "device": "box-1", "stores": "stores"}
    gate = camera("gate", "film.mp4", zones=[yard, lawn], hazards=hazards)
    config.write_text(json.dumps(site | {"cameras": [gate]}), encoding="utf-8")
    found = incidents(config, film, capsys)
    assert {one["zone"] for one in found} == {"yard"}
    # Nobody wears helmet or vest there: whether it is noticed is the models' affair.
    hazards_found = [str(one["hazard"]) for one in found]
    assert set(hazards_found) <= set(on)
    assert hazards_found.count("ZONE-01") == 1
    assert len(set(hazards_found)) == len(hazards_found)
    (zone,) = (one for one in found if one["hazard"] == "ZONE-01")
    assert (zone["start_s"], zone["end_s"]) == (pytest.approx(0, abs=1), pytest.approx(12, abs=1))


def test_a_painted_person_fits_into_the_pit_and_beside_it() -> None:
    # What the zones of these tests rest on.
    assert BESIDE.y + PERSON[1] < 0.6 * 312 < Visit(0, 1).y + PERSON[1]
