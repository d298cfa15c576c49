"""A site where something always begins to burn: incidents keep opening and closing at every camera.

Lamps are lit one after the other at four places of the picture, each watched by five zones. A
camera's film is a link that can be put onto another one, which begins with another lamp: a box that
begins its films anew finds something new.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from edge.testing.painted_film import GREEN, Visit, write_film
from edge.testing.painted_model import write_painted_package
from hazard_library.contract.ids import CameraId
from server.demo.plan import DemoCamera, Settings

PLACES = 4
ZONES_AT_A_PLACE = 5
_EVERY_S = 19
_LIT_S = 8
#: So long that a lamp is dark for longer than the hazard's cool-down of 60 s.
LASTS_S = PLACES * _EVERY_S
_WIDTH, _HEIGHT, _LAMP, _STEP = 416, 312, 96, 104
QUIET = "quiet"
#: Pictures of a camera that are analysed in a second.
FPS = 5


@dataclass(frozen=True, slots=True)
class Lamp:
    """Lit in every round from `begin_s` to `end_s`; x, y: its left upper corner, in pixels."""

    begin_s: float
    end_s: float
    x: int
    y: int = 100
    every_s: float = LASTS_S


def lamps(film: str) -> tuple[Lamp, ...]:
    """Return the lamps of a film, 0 to 3, one place after the other."""
    places = [(int(film) + step) % PLACES for step in range(PLACES)]
    begins = [2 + turn * _EVERY_S for turn in range(PLACES)]
    return tuple(
        Lamp(begin, begin + _LIT_S, _left(place))
        for begin, place in zip(begins, places, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Fires:
    """The films and the model of such a site, in a folder."""

    folder: Path
    cameras: int = 3

    @classmethod
    def painted(cls, folder: Path, cameras: int = 3) -> "Fires":
        """Put films and model into a folder within a test's own; they are painted once a run."""
        of_the_run = folder.parent.parent / "painted"
        if not of_the_run.exists():
            _paint(of_the_run)
        shutil.copytree(of_the_run, folder)
        fires = cls(folder, cameras)
        fires.show("0")
        return fires

    def show(self, film: str) -> None:
        """Let every camera begin with this film the next time it is opened: 0 to 3, or quiet."""
        for number in range(self.cameras):
            after = QUIET if film == QUIET else str((int(film) + number) % PLACES)
            link, new = self._link(number), self.folder / "new.mp4"
            new.symlink_to(self.folder / f"{after}.mp4")
            new.replace(link)

    def settings(self) -> Settings:
        """Return what a box's configuration needs beside its cameras."""
        return {
            "models": ["painted"],
            "models_folder": str(self.folder / "models"),
            "evidence": {"pre_roll": "1s", "post_roll": "1s"},
        }

    def all(self) -> tuple[DemoCamera, ...]:
        """Return the cameras."""
        return tuple(self._camera(number) for number in range(self.cameras))

    def _link(self, number: int) -> Path:
        return self.folder / f"camera-{number + 1}.mp4"

    def _camera(self, number: int) -> DemoCamera:
        zones = [
            {"id": f"place-{place}-{zone}", "points": _zone(place)}
            for place in range(PLACES)
            for zone in range(ZONES_AT_A_PLACE)
        ]
        name = CameraId(f"camera-{number + 1}")
        settings: Settings = {
            "id": name,
            "source": {"kind": "file", "path": str(self._link(number)), "loop": True},
            "mode": "live",
            "sample_fps": FPS,
            "zones": zones,
            "hazards": [{"id": "FIRE-01", "zones": [zone["id"] for zone in zones]}],
        }
        return DemoCamera(name, self._link(number).name, settings)


def _paint(folder: Path) -> None:
    write_painted_package(folder / "models")
    write_film(folder / f"{QUIET}.mp4", 20)
    for first in range(PLACES):
        lit = [Visit(one.begin_s, one.end_s, one.x, one.y, GREEN) for one in lamps(str(first))]
        write_film(folder / f"{first}.mp4", LASTS_S, tuple(lit))


def _left(place: int) -> int:
    return 4 + place * _STEP


def _zone(place: int) -> list[list[float]]:
    left, right = place * _STEP / _WIDTH, (place + 1) * _STEP / _WIDTH
    return [[left, 0.2], [right, 0.2], [right, 1], [left, 1]]
