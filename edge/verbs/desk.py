"""A clip through the engine at a desk: the box's own journey, with nobody to tell."""

import hashlib
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from edge.app import Box, compose
from edge.config.desk import Clip, at_desk, chosen_camera
from edge.errors import EdgeError, Unreachable
from edge.fleet.system_clock import SystemClock
from edge.runtime.stores_lock import take_stores
from edge.runtime.unit_account import UnitFigures
from edge.verbs.report import Row, report
from edge.video.frame_times import frame_times

_LOOK_S = 0.1
#: Clips of what was found in a film are cut within this time, or named as left.
_DRAIN_S = 120.0


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a clip.

    box: the one that played it; found: its stores' report; faults: why it may be incomplete.
    """

    box: Box
    found: Row
    figures: UnitFigures
    faults: tuple[str, ...]


def play(box: Box, clip: Clip, camera: str | None, stores: Path, *, keeps_evidence: bool) -> Played:
    """Run the rules of one camera on a clip to its end, and return what its stores then say.

    Raises:
        ConfigError: there is no such camera, several could be meant, or the stores are in use.
        Unreachable: there is no such clip.
        EdgeError: a part of the engine crashed.
    """
    if clip.path.is_dir():
        raise Unreachable(f"{clip.path}: is a folder; give the path of one film in it")
    if not clip.path.is_file():
        raise Unreachable(f"{clip.path}: there is no such film; mend the path")
    chosen = chosen_camera(box.site, clip.path, camera)
    box = replace(box, site=at_desk(box.site, chosen, clip, stores))
    for note in box.plan(box.site.cameras[0]).notes:
        print(f"{chosen.id}: {note}", file=sys.stderr)
    release = take_stores(box.site)
    try:
        figures, left = _run(box, keeps_evidence=keeps_evidence)
        found = report(box.site.stores, box.catalogue)
    finally:
        release()
    refused = tuple(one.reason for one in box.models.refused)
    return Played(box, found, figures, (*refused, *_faults(clip.path, figures), *left))


def _run(box: Box, *, keeps_evidence: bool) -> tuple[UnitFigures, tuple[str, ...]]:
    engine = compose(box, keeps_evidence=keeps_evidence)
    clock = SystemClock()
    engine.start()
    try:
        while not engine.are_sources_over() and engine.crashed is None:
            clock.wait(_LOOK_S)
        left = engine.drain(_DRAIN_S)
    finally:
        engine.stop()
    if engine.crashed is not None:
        raise EdgeError(f"the {engine.crashed} thread crashed; its log says why (--debug)")
    (unit,) = engine.units
    return unit.figures, (str(left),) if left else ()


def _faults(clip: Path, figures: UnitFigures) -> tuple[str, ...]:
    """Say what keeps the outcome from being the whole clip's."""
    said = [fault for fault in (figures.failure, figures.ended_early) if fault is not None]
    if figures.undecodable:
        said.append(
            f"{clip}: {figures.undecodable} packets could not be decoded; what they show was not "
            "seen, copy the file again"
        )
    said += [
        f"{clip}: no picture from {hole.begin_s:.1f} s to {hole.end_s:.1f} s; what happened there "
        "was not seen, copy the file again"
        for hole in frame_times(clip).holes
    ]
    return tuple(said)


def sha256_of(file: Path) -> str:
    """Return the hash of a file as hex digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
