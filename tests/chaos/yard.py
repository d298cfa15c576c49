"""A real yard in which people walk, and where nothing is the matter: Debian's CCTV film.

Nobody walks on the lawn at the left in these twelve seconds, and nothing burns. The pictures run
forwards and backwards in turn, so that nobody ever jumps.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest
from infra_red import by_day_and_night
from rendered_films import pictures_of, write_pictures

from server.demo.plan import STREET_FILM, Settings

FPS = 5
#: One way through the pictures, in seconds.
ONE_WAY_S = 12
#: When the picture goes from day to infra-red and back, in a film of two ways.
DUSK_S, DAWN_S = 8, 16

_FIRST, _LAST = 100, 220
_YARD = {"id": "yard", "points": [[0, 0.1], [1, 0.1], [1, 1], [0, 1]]}
_LAWN = {"id": "lawn", "points": [[0, 0.55], [0.3, 0.6], [0.45, 1], [0, 1]]}
_EDGE = {"id": "edge of the lawn", "points": [[0.02, 0.75], [0.3, 0.8]]}
_ON_THE_LAWN = ("ZONE-01", "PPE-01", "PPE-02")
_ANYWHERE = ("FIRE-01", "FIRE-02")


@dataclass(frozen=True, slots=True)
class Yard:
    """The films, in a folder."""

    folder: Path

    @classmethod
    def filmed(cls, folder: Path) -> "Yard":
        """Write the films; skip where Debian's film is missing."""
        if not STREET_FILM.is_file():
            pytest.skip("Debian's opencv-doc is not installed: no film of people in a yard")
        folder.mkdir(parents=True, exist_ok=True)
        way = list(pictures_of(STREET_FILM, _LAST))[_FIRST:]
        there_and_back = way[::2] + way[::-2]
        yard = cls(folder)
        long = there_and_back * 3
        round_, dusk, dawn = (seconds * FPS for seconds in (2 * ONE_WAY_S, DUSK_S, DAWN_S))
        turning = [by_day_and_night(n % round_, one, dusk, dawn) for n, one in enumerate(long)]
        films = {yard.day: long, yard.short: way[::2], yard.day_and_night: turning}
        for path, pictures in films.items():
            write_pictures(path, enumerate(pictures), fps=FPS)
        return yard

    @property
    def day(self) -> Path:
        """Six ways, by day."""
        return self.folder / "day.mp4"

    @property
    def short(self) -> Path:
        """One way, by day: it ends soon."""
        return self.folder / "short.mp4"

    @property
    def day_and_night(self) -> Path:
        """Six ways; in each pair of them it becomes night and day again."""
        return self.folder / "day-and-night.mp4"


def watched_where_people_walk() -> Settings:
    """Return what a camera looks for that has to find something: it shows that the box looks."""
    zones: Settings = {"zones": [_YARD], "hazards": [{"id": "ZONE-01", "zones": ["yard"]}]}
    return {"mode": "live", "sample_fps": 2} | zones


def watched_where_nothing_is() -> Settings:
    """Return what a camera looks for that must find nothing."""
    hazards: list[Settings] = [{"id": name, "zones": ["lawn"]} for name in _ON_THE_LAWN]
    hazards += [{"id": "BEH-04", "zones": [_EDGE["id"]]}]
    hazards += [{"id": name} for name in _ANYWHERE]
    return {"mode": "live", "sample_fps": FPS, "zones": [_LAWN, _EDGE], "hazards": hazards}
