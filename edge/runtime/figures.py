"""What every camera did in this run, kept in the stores for the report."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import structlog

from edge.disk.stores import FIGURES
from edge.disk.whole_file import write_whole
from edge.ports import Counters
from edge.runtime.camera_unit import CameraUnit
from edge.video.source import SourceSpec, shown_url

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CameraFigures:
    """One camera's row. `started_at` is the moment of its first picture; seconds count from it."""

    id: str
    source: str
    mode: str
    started_at: str | None
    packets: int
    frames: int
    seconds: float
    dropped: int
    ended_early: str | None
    failure: str | None


def keep(folder: Path, units: Sequence[CameraUnit], counters: Counters) -> None:
    """Write the figures of all cameras, whole or not at all.

    They are a report and no evidence: a disk that does not take them is told and counted, and the
    box goes on.
    """
    rows = [asdict(_figures(unit.spec, unit)) for unit in units]
    try:
        write_whole(folder / FIGURES, json.dumps(rows, ensure_ascii=False, indent=1).encode())
    except OSError as fault:
        counters.count("figures_not_kept")
        remedy = "make room on the disk of the stores"
        _log.warning(
            "figures_not_kept", file=str(folder / FIGURES), reason=str(fault), remedy=remedy
        )


def read(folder: Path) -> tuple[CameraFigures, ...]:
    """Return the figures of the last run; none before the first."""
    try:
        text = (folder / FIGURES).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    return tuple(CameraFigures(**row) for row in json.loads(text))


def _figures(spec: SourceSpec, unit: CameraUnit) -> CameraFigures:
    done = unit.figures
    return CameraFigures(
        id=spec.camera,
        source=shown_url(spec.address),
        mode=spec.mode.value,
        started_at=None if done.first_at is None else done.first_at.isoformat(),
        packets=done.packets,
        frames=done.frames,
        seconds=round(done.seconds, 3),
        dropped=done.dropped,
        ended_early=done.ended_early,
        failure=done.failure,
    )
