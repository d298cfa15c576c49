"""Where scenes come from: labelled things in pictures, and regions of films with known states."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

import cv2
import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hazard_library.datasets.version import Box, DataSpec, Picture, SetSpec, build_version
from hazard_library.errors import DatasetError
from hazard_library.evaluation.detector import read_pixels
from hazard_library.evaluation.state_scenes import MARGIN, Corners, Pixels, Scene

SMALLEST_THING = 36
"""Pixels of the shorter side below which nothing of a thing's state can be seen."""
LARGEST_SHARE = 0.55
"""Of the picture's side: around a larger thing there is no room to shift it."""
FRAME_STEP_S, LOOK_STEP_S = 0.5, 0.4
FILM_LICENCES = "CC BY 4.0 (Intel IoT DevKit sample-videos, re-encoded)"

Span = tuple[float, float]
State = Literal["normal", "abnormal", "covered"]
Place = Annotated[tuple[int, int, int, int], Field(description="x1, y1, x2, y2 in pixels")]


class FilmRegion(BaseModel):
    """A region of a film, and when it shows which state; times are seconds from the start."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    region: Place
    thing: Place
    taught: Span
    normal: tuple[Span, ...]
    abnormal: tuple[Span, ...] = ()
    covered: tuple[Span, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        inner, outer = self.thing, self.region
        if min(inner[0] - outer[0], inner[1] - outer[1], outer[2] - inner[2]) < 0:
            message = f"{self.id}: thing {inner} lies outside region {outer}; mend one of them"
            raise ValueError(message)
        spans = sorted([self.taught, *self.normal, *self.abnormal, *self.covered])
        for one, other in pairwise(spans):
            if one[1] > other[0]:
                message = f"{self.id}: spans {one} and {other} overlap; one state at a time"
                raise ValueError(message)
        return self

    def state_at(self, time: float) -> State | None:
        """Return the state that somebody saw at that time; None where nothing was stated."""
        stated: tuple[tuple[State, tuple[Span, ...]], ...] = (
            ("normal", self.normal),
            ("abnormal", self.abnormal),
            ("covered", self.covered),
        )
        for state, spans in stated:
            if any(start <= time <= end for start, end in spans):
                return state
        return None


class StatePictures(BaseModel):
    """Which labelled things are taken from which sets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sets: tuple[SetSpec, ...]
    things: tuple[str, ...] = Field(min_length=1)


class EquipmentStates(BaseModel):
    """What the states of equipment are measured on; paths are relative to the material."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_: Literal["equipment-states/1"] = Field(alias="schema")
    pictures: StatePictures
    films: dict[str, tuple[FilmRegion, ...]]


@dataclass(frozen=True, slots=True)
class FilmLooks:
    """What a region of a film looks like.

    Attributes:
        scene: the region while its state was taught, as a scene.
        looks: (state, region uint8 (height, width, 3), RGB) at the judged times, in their order.
    """

    scene: Scene
    looks: tuple[tuple[State, Pixels], ...]


def read_states(file: Path) -> EquipmentStates:
    """Read what states are measured on.

    Raises:
        DatasetError: the file cannot be read or a field does not fit.
    """
    try:
        return EquipmentStates.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        message = f"{file}: no readable equipment states ({error}); mend these fields"
        raise DatasetError(message) from error


def picture_scenes(spec: StatePictures, material: Path, count: int, seed: int) -> list[Scene]:
    """Take one thing a picture, sources in turn, chosen by the seed.

    Raises:
        DatasetError: a set or a picture of the material is missing or changed.
    """
    version = build_version(DataSpec(sets=spec.sets), spec.things, material, material)
    rng = np.random.default_rng(seed)
    fitting = [
        (picture, thing)
        for picture in version.of("val")
        if (thing := _thing_of(picture, spec.things, rng)) is not None
    ]
    order = [fitting[int(n)] for n in rng.permutation(len(fitting))]
    seen: Counter[str] = Counter()
    ranked = []
    for picture, thing in order:
        ranked.append((seen[picture.source], picture, thing))
        seen[picture.source] += 1
    ranked.sort(key=lambda row: row[0])
    return [_scene(picture, thing, material) for _, picture, thing in ranked[:count]]


def _thing_of(picture: Picture, things: Sequence[str], rng: np.random.Generator) -> Corners | None:
    """Return the corners of one thing of a fitting size, None if there is none."""
    places = [_corners(box, picture) for box in picture.boxes if box.label in things]
    fitting = [
        (x1, y1, x2, y2)
        for x1, y1, x2, y2 in places
        if min(x2 - x1, y2 - y1) >= SMALLEST_THING
        and max((x2 - x1) / picture.width, (y2 - y1) / picture.height) <= LARGEST_SHARE
        and x1 > MARGIN
        and y1 > MARGIN
        and x2 < picture.width - MARGIN
        and y2 < picture.height - MARGIN
    ]
    return fitting[int(rng.integers(len(fitting)))] if fitting else None


def _corners(box: Box, picture: Picture) -> Corners:
    """Return a box's corners in whole pixels."""
    left, top = (box.cx - box.w / 2) * picture.width, (box.cy - box.h / 2) * picture.height
    right, bottom = left + box.w * picture.width, top + box.h * picture.height
    return round(left), round(top), round(right), round(bottom)


def _scene(picture: Picture, thing: Corners, material: Path) -> Scene:
    """Draw the region around a thing as an operator would: a third of its size around it."""
    pixels = read_pixels(material / picture.file)
    x1, y1, x2, y2 = thing
    around_x, around_y = (x2 - x1) // 3, (y2 - y1) // 3
    height, width = pixels.shape[:2]
    region = (
        max(MARGIN, x1 - around_x),
        max(MARGIN, y1 - around_y),
        min(width - MARGIN, x2 + around_x),
        min(height - MARGIN, y2 + around_y),
    )
    frames = (cut(pixels, region),)
    return Scene(picture.file, picture.source, picture.licence, frames, inside(thing, region))


def cut(pixels: Pixels, region: Corners) -> Pixels:
    """Return a region with `MARGIN` pixels around it, the picture's border mirrored."""
    wide = cv2.copyMakeBorder(pixels, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_REFLECT)
    x1, y1, x2, y2 = region
    return np.asarray(wide[y1 : y2 + 2 * MARGIN, x1 : x2 + 2 * MARGIN], np.uint8)


def inside(thing: Corners, region: Corners) -> Corners:
    """Return the thing's corners within what `cut` gives."""
    dx, dy = region[0] - MARGIN, region[1] - MARGIN
    return thing[0] - dx, thing[1] - dy, thing[2] - dx, thing[3] - dy


def film_looks(states: EquipmentStates, material: Path) -> list[FilmLooks]:
    """Read every region of every film.

    Raises:
        DatasetError: a film cannot be read.
    """
    return [
        looks
        for film, regions in states.films.items()
        for looks in _looks_of(material / film, film, regions)
    ]


def film_scenes(states: EquipmentStates, material: Path) -> list[Scene]:
    """Return every region as a scene of all its real normal frames, for composing changes.

    Raises:
        DatasetError: a film cannot be read.
    """
    scenes = []
    for film, regions in states.films.items():
        frames: dict[str, list[Pixels]] = {one.id: [] for one in regions}
        for time, pixels in frames_of(material / film, FRAME_STEP_S):
            for one in regions:
                taught = one.taught[0] <= time <= one.taught[1]
                if taught or one.state_at(time) == "normal":
                    frames[one.id].append(cut(pixels, one.region))
        scenes += [_film_scene(film, one, frames[one.id]) for one in regions]
    return scenes


def _looks_of(file: Path, film: str, regions: Sequence[FilmRegion]) -> list[FilmLooks]:
    """Read the regions of one film."""
    taught: dict[str, list[Pixels]] = {one.id: [] for one in regions}
    judged: dict[str, list[tuple[State, Pixels]]] = {one.id: [] for one in regions}
    for time, pixels in frames_of(file, LOOK_STEP_S):
        for one in regions:
            state = one.state_at(time)
            region = cut(pixels, one.region)
            if one.taught[0] <= time < one.taught[1]:
                taught[one.id].append(region)
            elif state is not None:
                judged[one.id].append((state, region[MARGIN:-MARGIN, MARGIN:-MARGIN]))
    return [
        FilmLooks(_film_scene(film, one, taught[one.id]), tuple(judged[one.id])) for one in regions
    ]


def _film_scene(film: str, one: FilmRegion, frames: Sequence[Pixels]) -> Scene:
    """Make a scene of a film's region."""
    thing = inside(one.thing, one.region)
    return Scene(one.id, film, FILM_LICENCES, tuple(frames), thing)


def frames_of(file: Path, step_s: float) -> Iterator[tuple[float, Pixels]]:
    """Yield (seconds, uint8 (height, width, 3) in RGB), one frame every `step_s`."""
    film = cv2.VideoCapture(str(file))
    if not film.isOpened():
        message = f"{file}: cannot be read as a film; restore the material"
        raise DatasetError(message)
    due = 0
    while film.grab():
        time = film.get(cv2.CAP_PROP_POS_MSEC) / 1000
        if time + 1e-6 < due * step_s:
            continue
        due += 1
        _, picture = film.retrieve()
        yield time, np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
    film.release()
