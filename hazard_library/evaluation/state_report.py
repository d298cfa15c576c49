"""What a trial of feature networks says: figures a candidate, a kind of change, a film."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from hazard_library.evaluation.boxes import Rows
from hazard_library.evaluation.intervals import Figure, drawings, figure
from hazard_library.evaluation.state_figures import (
    FALSE_ALARMS,
    Scored,
    aurocs,
    shares_above,
    thresholds,
)
from hazard_library.evaluation.state_scenes import CHANGES, EVERYDAY, HARMLESS
from hazard_library.evaluation.state_trial import PIXELS, SceneScores, Trial
from hazard_library.registry.features import Candidate, RegionFigures

DRAWINGS = 500


@dataclass(frozen=True, slots=True)
class KindFigures:
    """How well looks of one kind are told from everyday ones."""

    looks: int
    auroc: Figure
    recall: Figure


@dataclass(frozen=True, slots=True)
class CandidateFigures:
    """What one candidate reaches.

    Attributes:
        name: of the candidate.
        threshold: score that 1 % of the everyday looks pass.
        overall: all kinds of change together.
        changes: kind of change → figures.
        hard: kind of harmless change → share of looks above the threshold.
        films: region by region, at the same threshold.
        recalls: float64 (1 + drawings,): overall recall of every drawing, for comparing in pairs.
    """

    name: str
    threshold: float
    overall: KindFigures
    changes: dict[str, KindFigures]
    hard: dict[str, Figure]
    films: tuple[RegionFigures, ...]
    recalls: Rows


def report(
    trial: Trial, candidates: Sequence[Candidate], times: int = DRAWINGS
) -> list[CandidateFigures]:
    """Put the maps of every candidate together and take its figures, scenes drawn by the seed."""
    return [_figures(trial, candidate, times) for candidate in candidates]


def behind(shipped: CandidateFigures, other: CandidateFigures) -> Figure:
    """Return how much more recall the shipped candidate has, drawing by drawing."""
    return figure(shipped.recalls - other.recalls)


def _figures(trial: Trial, candidate: Candidate, times: int) -> CandidateFigures:
    names = [f"{candidate.network}/{one}" for one in candidate.maps] or [PIXELS]
    columns = [trial.maps.index(name) for name in names]
    composed = [scene for scene in trial.scenes if not scene.film]
    weights = drawings(np.ones(len(composed), bool), times, trial.seed)
    everyday = _looks(composed, EVERYDAY, columns)
    limits = thresholds(everyday, weights)
    changed = _looks(composed, CHANGES, columns)
    films = [scene for scene in trial.scenes if scene.film]
    return CandidateFigures(
        name=candidate.name,
        threshold=round(float(limits[0]), 3),
        overall=_kind(everyday, changed, limits, weights),
        changes={
            kind: _kind(everyday, _looks(composed, [kind], columns), limits, weights)
            for kind in CHANGES
        },
        hard={
            kind: figure(shares_above(_looks(composed, [kind], columns), limits, weights))
            for kind in HARMLESS
        },
        films=tuple(_region(film, columns, float(limits[0])) for film in films),
        recalls=shares_above(changed, limits, weights),
    )


def _looks(scenes: Sequence[SceneScores], kinds: Iterable[str], columns: list[int]) -> Scored:
    """Return the looks of some kinds, the scores of a candidate's maps averaged."""
    wanted = set(kinds)
    rows = [
        (number, float(np.mean([row[column] for column in columns])))
        for number, scene in enumerate(scenes)
        for kind, row in zip(scene.kinds, scene.scores, strict=True)
        if kind in wanted
    ]
    return Scored(
        np.array([score for _, score in rows]), np.array([scene for scene, _ in rows], np.int64)
    )


def _kind(everyday: Scored, changed: Scored, limits: Rows, weights: Rows) -> KindFigures:
    return KindFigures(
        looks=len(changed.scores),
        auroc=figure(aurocs(everyday, changed, weights)),
        recall=figure(shares_above(changed, limits, weights)),
    )


def _region(film: SceneScores, columns: list[int], limit: float) -> RegionFigures:
    """Count real looks above the threshold that the composed ones gave."""
    states = {
        state: _looks([film], [state], columns) for state in ("normal", "abnormal", "covered")
    }
    normal, abnormal = states["normal"], states["abnormal"]
    apart = float(aurocs(normal, abnormal, np.ones((1, 1)))[0])
    return RegionFigures(
        region=film.name,
        film=film.source,
        normal=len(normal.scores),
        false_alarms=int((normal.scores > limit).sum()),
        abnormal=len(abnormal.scores),
        found=int((abnormal.scores > limit).sum()),
        covered=len(states["covered"].scores),
        covered_above=int((states["covered"].scores > limit).sum()),
        highest_normal=round(float(normal.scores.max()), 2),
        lowest_abnormal=round(float(abnormal.scores.min()), 2) if len(abnormal.scores) else None,
        auroc=None if np.isnan(apart) else round(apart, 4),
    )


def table(figures: Sequence[CandidateFigures], ships: str) -> str:
    """Write the figures as text, the shipped candidate marked."""
    shipped = next(one for one in figures if one.name == ships)
    recall = f"recall at {FALSE_ALARMS:.0%} false alarms"
    lines = [f"candidate | threshold | AUROC | {recall} | shipped is ahead by"]
    for one in figures:
        mark = "*" if one.name == ships else " "
        lead = "–" if one.name == ships else behind(shipped, one).text()
        row = (one.overall.auroc.text(), one.overall.recall.text(), lead)
        lines.append(f"{mark}{one.name} | {one.threshold:.2f} | " + " | ".join(row))
    for one in figures:
        lines += ["", f"{one.name}: kind | looks | AUROC | recall"]
        lines += [
            f"  {kind} | {got.looks} | {got.auroc.text()} | {got.recall.text()}"
            for kind, got in one.changes.items()
        ]
        harmless = (f"{kind} {share.text()}" for kind, share in one.hard.items())
        lines += ["  above the threshold though harmless: " + "; ".join(harmless)]
        lines += [_film_line(film) for film in one.films]
    return "\n".join(lines)


def _film_line(film: RegionFigures) -> str:
    found = (
        f"{film.found} of {film.abnormal} abnormal (lowest {film.lowest_abnormal}), "
        f"AUROC {film.auroc}; "
        if film.abnormal
        else ""
    )
    covered = f"; covered {film.covered_above} of {film.covered}" if film.covered else ""
    return (
        f"  real, {film.region}: {found}{film.false_alarms} of {film.normal} normal looks above "
        f"(highest {film.highest_normal}){covered}"
    )
