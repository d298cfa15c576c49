"""Writing the package of a feature network: file, card with figures and limits, self-test."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Literal

import cv2
import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hazard_library.errors import CardInvalid
from hazard_library.evaluation.detector import Detector
from hazard_library.evaluation.intervals import Figure
from hazard_library.evaluation.self_test import rendered_scene
from hazard_library.evaluation.state_report import CandidateFigures, KindFigures, behind
from hazard_library.evaluation.state_scenes import EVERYDAY
from hazard_library.evaluation.state_trial import Trial
from hazard_library.registry.card import Limit, ModelOutput
from hazard_library.registry.feature_network import (
    FeatureNetwork,
    feature_network,
    means,
)
from hazard_library.registry.features import (
    BackboneRun,
    Candidate,
    ChangeFigures,
    ExpectedMap,
    ExportedNetwork,
    FeatureCard,
    FeatureFigures,
    FeatureMap,
    FeaturePackage,
    FeatureSelfTest,
    RivalFigures,
    StatedFigure,
    load_features,
)
from hazard_library.registry.package import CARD, SELF_TEST_FOLDER

MODEL, PICTURE = "model.onnx", "rendered-scene.png"
TOLERANCE = 0.005
"""How far the mean of a channel may lie off; the means are a few tenths in size."""
ROUNDS = 40


class FeatureStatement(BaseModel):
    """What people say about a feature network beside what is measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_: Literal["feature-statement/1"] = Field(alias="schema")
    title: Limit
    purpose: Limit
    method: Limit
    composed: Limit
    films: Limit
    limits: tuple[Limit, ...] = Field(min_length=1)


def read_feature_statement(file: Path) -> FeatureStatement:
    """Read what people say about a feature network.

    Raises:
        CardInvalid: the file is missing or a field does not fit.
    """
    try:
        return FeatureStatement.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, ValidationError, yaml.YAMLError) as error:
        message = f"{file}: no readable statement ({error}); mend these fields"
        raise CardInvalid(message) from error


def write_package(
    run: BackboneRun,
    shipped: Path,
    figures: FeatureFigures,
    statement: FeatureStatement,
    models: Path,
) -> FeaturePackage:
    """Write `models/<name>/<version>` and open it.

    Args:
        run: what was exported.
        shipped: the network of the candidate that ships, with its maps alone.
        figures: of that candidate and its rivals.
        statement: what people say about it.
        models: where packages lie.

    Raises:
        CardInvalid: the candidate that ships has no network.
    """
    candidate, network = shipping(run)
    folder = models / run.name / run.version
    (folder / SELF_TEST_FOLDER).mkdir(parents=True, exist_ok=True)
    content = shipped.read_bytes()
    shutil.copyfile(shipped, folder / MODEL)
    maps = tuple(one for one in network.maps if one.name in candidate.maps)
    card = FeatureCard(
        schema="model-card/1",
        kind="features",
        name=run.name,
        version=run.version,
        title=statement.title,
        purpose=statement.purpose,
        file=MODEL,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        licence=run.licence,
        input=network.input,
        precision="float32",
        maps=maps,
        outputs=tuple(_output(one, network.input.side) for one in maps),
        initial_weights=network.weights,
        recipe=f"configs/training/{run.recipe}",
        recipe_sha256=run.recipe_sha256,
        seed=run.seed,
        frameworks=run.frameworks,
        parity=network.parity,
        figures=figures,
        limits=statement.limits,
        self_test=(_self_test(folder, feature_network(folder / MODEL, network.input)),),
    )
    text = card.model_dump(mode="json", by_alias=True)
    lines = yaml.safe_dump(text, sort_keys=False, allow_unicode=True, width=100)
    (folder / CARD).write_text(lines, encoding="utf-8")
    return load_features(folder)


def _output(one: FeatureMap, side: int) -> ModelOutput:
    """Describe a map as an output of a network whose input has that side, in pixels."""
    cells = side // one.stride
    return ModelOutput(
        name=one.name,
        shape=(1, one.channels, cells, cells),
        meaning=f"{one.channels} features of every cell of {one.stride} x {one.stride} "
        "pixels of the input; rows from the top, columns from the left",
    )


def shipping(run: BackboneRun) -> tuple[Candidate, ExportedNetwork]:
    """Return the candidate that ships, and its network.

    Raises:
        CardInvalid: there is none, or it needs no network.
    """
    for candidate in run.candidates:
        for network in run.networks:
            if candidate.name == run.ships and candidate.network == network.name:
                return candidate, network
    message = f"{run.recipe}: ships {run.ships}, which is no candidate with a network; mend it"
    raise CardInvalid(message)


def measured(
    run: BackboneRun,
    trial: Trial,
    figures: list[CandidateFigures],
    statement: FeatureStatement,
    latency: tuple[str, float],
) -> FeatureFigures:
    """Put the figures of the card together.

    Args:
        run: what was exported.
        trial: what was scored.
        figures: of every candidate.
        statement: how they came about, in words.
        latency: name of the detector, and time of a region over time of a picture in it.
    """
    best = next(one for one in figures if one.name == run.ships)
    composed = [scene for scene in trial.scenes if not scene.film]
    return FeatureFigures(
        method=statement.method,
        threshold=best.threshold,
        scenes=len(composed),
        normal_looks=sum(kind in EVERYDAY for scene in composed for kind in scene.kinds),
        composed=statement.composed,
        overall=_change(best.overall),
        kinds={kind: _change(one) for kind, one in best.changes.items()},
        harmless={kind: _stated(share) for kind, share in best.hard.items()},
        rivals=tuple(
            RivalFigures(
                name=one.name,
                auroc=_stated(one.overall.auroc),
                recall=_stated(one.overall.recall),
                behind=_stated(behind(best, one)),
                film_false_alarms=sum(film.false_alarms for film in one.films),
                film_found=sum(film.found for film in one.films),
            )
            for one in figures
            if one.name != run.ships
        ),
        films_note=statement.films,
        films=best.films,
        latency_detector=latency[0],
        latency_ratio=round(latency[1], 3),
        pictures_of=dict(sorted({scene.source: scene.licence for scene in composed}.items())),
    )


def _change(one: KindFigures) -> ChangeFigures:
    return ChangeFigures(looks=one.looks, auroc=_stated(one.auroc), recall=_stated(one.recall))


def _stated(one: Figure) -> StatedFigure:
    """Return a figure as the card keeps it."""
    bounded = one.low is not None and one.high is not None
    return StatedFigure(value=one.value, interval=(one.low, one.high) if bounded else None)


def latency_ratio(
    network: FeatureNetwork, detector: Detector, clock: Callable[[], float], rounds: int = ROUNDS
) -> float:
    """Return the time of a region in `network` over that of a picture in `detector`.

    Both are taken in turn, so that what else the machine does meets both alike; medians are
    compared, preparing the picture included.

    Args:
        network: takes a region of 200 x 150 pixels.
        detector: takes a picture of 1280 x 720 pixels.
        clock: seconds.
        rounds: how often each is timed.
    """
    picture = np.asarray(cv2.resize(rendered_scene(), (1280, 720)), np.uint8)
    region = np.ascontiguousarray(picture[100:250, 200:400])
    times: dict[str, list[float]] = {"region": [], "picture": []}
    for _ in range(rounds):
        start = clock()
        network.maps(region)
        middle = clock()
        detector.find(picture, 0.25, 0.5)
        times["region"].append(middle - start)
        times["picture"].append(clock() - middle)
    return median(times["region"]) / median(times["picture"])


def _self_test(folder: Path, network: FeatureNetwork) -> FeatureSelfTest:
    """Render the self-test's picture and record the mean of every channel."""
    picture = rendered_scene()
    file = folder / SELF_TEST_FOLDER / PICTURE
    cv2.imwrite(str(file), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    return FeatureSelfTest(
        picture=PICTURE,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        maps=tuple(
            ExpectedMap(name=name, means=means) for name, means in means(network, picture).items()
        ),
        tolerance=TOLERANCE,
    )
