"""Measuring which cut of which network tells changed equipment from unchanged.

Every map of every network sees the same looks: composed ones of many scenes, and the real ones of
films. Each scene's scores are one line of a file, so that a trial that was stopped goes on where it
stood, and candidates that put maps together differently need no second trial.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from hazard_library.errors import RegistryError
from hazard_library.evaluation.state_material import FilmLooks
from hazard_library.evaluation.state_scenes import (
    CHANGES,
    HARMLESS,
    Pixels,
    Scene,
    changed_look,
    harmless_look,
    taught_looks,
)
from hazard_library.registry.feature_network import FeatureNetwork, Floats, feature_network
from hazard_library.registry.features import BackboneRun
from hazard_library.registry.state_memory import Look, describe, map_scores, remember, strangeness

PIXELS = "pixels"
"""Name of the comparison that needs no network."""
SCORES = "scores.jsonl"
Tell = Callable[[int, int, str], None]
Sight = Callable[[Pixels], Look]


class Plan(BaseModel):
    """How many looks of each scene are taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    taught: int = 5
    light: int = 8
    hard: int = 3
    changed: int = 2


class SceneScores(BaseModel):
    """What every map said of the looks at one scene.

    `scores` holds one row a look, in the order of `kinds`; its columns are `Trial.maps`.
    """

    model_config = ConfigDict(frozen=True)

    number: int
    name: str
    source: str
    licence: str
    film: bool
    kinds: tuple[str, ...]
    scores: tuple[tuple[float, ...], ...]


class Trial(BaseModel):
    """All that was scored, and what decided it."""

    model_config = ConfigDict(frozen=True)

    networks: dict[str, str]
    """Network → SHA-256 of its file."""
    seed: int
    plan: Plan
    maps: tuple[str, ...]
    """`network/map`, and `pixels`."""
    places: str
    """SHA-256 over the names of all scenes: each lends its thing to the others."""
    scenes: tuple[SceneScores, ...] = ()

    def head(self) -> str:
        """Return what must be equal for a stopped trial to go on, as one line."""
        return self.model_dump_json(exclude={"scenes"})


def read_run(folder: Path) -> BackboneRun:
    """Read what `patrol backbone export` left behind, its files checked.

    Raises:
        RegistryError: the run or a network is missing, or a file is not the one it names.
    """
    file = folder / "run.json"
    try:
        run = BackboneRun.model_validate_json(file.read_bytes())
        digests = {
            one.file: hashlib.sha256((folder / one.file).read_bytes()).hexdigest()
            for one in run.networks
        }
    except (OSError, ValidationError) as error:
        message = f"{file}: no finished export ({error}); run patrol backbone export"
        raise RegistryError(message) from error
    wrong = [one.file for one in run.networks if one.sha256 != digests[one.file]]
    if wrong:
        message = f"{folder}: {wrong} are not the files that run.json names; export again"
        raise RegistryError(message)
    return run


def run_trial(
    folder: Path,
    scenes: Sequence[Scene],
    films: Sequence[FilmLooks],
    plan: Plan,
    tell: Tell,
    first: int | None = None,
) -> Trial:
    """Score every look on every map that a candidate uses; go on with a trial of equal terms.

    Args:
        folder: of a run; the scores are kept there.
        scenes: regions whose changes are composed, at least two.
        films: regions with real looks.
        plan: how many looks.
        tell: is told (done, of how many, what).
        first: on how many of the scenes changes are composed, all if none; all lend their things,
            so that a shorter trial gives the same scores for what it does.

    Raises:
        RegistryError: a network cannot be opened.
    """
    run = read_run(folder)
    networks = {one.name: feature_network(folder / one.file, one.input) for one in run.networks}
    used = tuple(
        dict.fromkeys(
            f"{one.network}/{name}" if one.network else PIXELS
            for one in run.candidates
            for name in one.maps or (PIXELS,)
        )
    )
    digests = {one.name: one.sha256 for one in run.networks}
    names = "\n".join(scene.name for scene in scenes).encode()
    trial = Trial(
        networks=digests,
        seed=run.seed,
        plan=plan,
        maps=used,
        places=hashlib.sha256(names).hexdigest(),
    )
    sight = _sight(used, networks)
    done = _taken_up(folder / SCORES, trial)
    jobs: list[tuple[int, Scene, FilmLooks | None]] = []
    jobs += [(number, scene, None) for number, scene in enumerate(scenes[:first])]
    jobs += [(number, film.scene, film) for number, film in enumerate(films, len(scenes))]
    with (folder / SCORES).open("a", encoding="utf-8") as file:
        for place, (number, scene, film) in enumerate(jobs, 1):
            if number not in done:
                rng = np.random.default_rng((run.seed, number))
                others = [one for one in scenes if one is not scene]
                looks = film.looks if film else _composed(scene, others, plan, rng)
                job = Job(number, scene, film is not None, plan.taught)
                done[number] = _scored(job, looks, sight, rng)
                file.write(done[number].model_dump_json() + "\n")
                file.flush()
            tell(place, len(jobs), scene.name)
    return trial.model_copy(update={"scenes": tuple(done[number] for number, _, _ in jobs)})


def _taken_up(file: Path, trial: Trial) -> dict[int, SceneScores]:
    """Return the scenes of a stopped trial of equal terms; begin the file anew otherwise."""
    if file.is_file():
        head, *rows = file.read_text(encoding="utf-8").splitlines()
        if json.loads(head) == json.loads(trial.head()):
            done = [SceneScores.model_validate_json(row) for row in rows]
            return {one.number: one for one in done}
    file.write_text(trial.head() + "\n", encoding="utf-8")
    return {}


def _sight(used: Sequence[str], networks: Mapping[str, FeatureNetwork]) -> Sight:
    """Return what turns a region into a look with one grid a map of `used`."""

    def see(region: Pixels) -> Look:
        maps = {
            f"{name}/{one}": grid
            for name, network in networks.items()
            for one, grid in network.maps(region).items()
        }
        maps[PIXELS] = plain_pixels(region)
        return describe([maps[name] for name in used])

    return see


def _composed(
    scene: Scene, others: Sequence[Scene], plan: Plan, rng: np.random.Generator
) -> Iterator[tuple[str, Pixels]]:
    """Yield (kind, look) of a scene."""
    for how in HARMLESS:
        for _ in range(plan.light if how == "light" else plan.hard):
            yield how, harmless_look(scene, how, rng)
    for change in CHANGES:
        for _ in range(plan.changed):
            yield change, changed_look(scene, change, others, rng)


@dataclass(frozen=True, slots=True)
class Job:
    """A scene to be scored: its number, whether its looks are a film's, how much is taught."""

    number: int
    scene: Scene
    film: bool
    taught: int


def _scored(
    job: Job, looks: Iterable[tuple[str, Pixels]], sight: Sight, rng: np.random.Generator
) -> SceneScores:
    """Teach the normal state of a scene, then score the looks."""
    taught = [[sight(look) for look in taught_looks(job.scene, rng)] for _ in range(job.taught)]
    memory = remember(taught)
    kinds, rows = [], []
    for kind, look in looks:
        kinds.append(kind)
        rows.append(
            tuple(
                round(one, 4) for one in map_scores(strangeness(sight(look), memory), memory.inside)
            )
        )
    return SceneScores(
        number=job.number,
        name=job.scene.name,
        source=job.scene.source,
        licence=job.scene.licence,
        film=job.film,
        kinds=tuple(kinds),
        scores=tuple(rows),
    )


def plain_pixels(region: Pixels) -> Floats:
    """Return what a comparison without any network sees: 4 x 4 RGB values of each of 28 x 28 cells.

    float32 (48, 28, 28), of a region uint8 (height, width, 3).
    """
    cells, inner = 28, 4
    small = cv2.resize(region, (cells * inner,) * 2, interpolation=cv2.INTER_AREA)
    blocks = small.astype(np.float32).reshape(cells, inner, cells, inner, 3) / 255
    return np.ascontiguousarray(blocks.transpose(1, 3, 4, 0, 2).reshape(-1, cells, cells))
