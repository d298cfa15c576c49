"""`patrol edge report`: what the stores say, while the box runs or after it."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from edge.config import load_site
from edge.delivery.message_rows import Raised, read_raised
from edge.disk.stores import EVIDENCE_DATABASE, OUTBOX
from edge.errors import ConfigError
from edge.runtime import figures, sqlite_report
from edge.runtime.figures import CameraFigures
from edge.runtime.sqlite_report import KeptFile, KeptIncident
from hazard_library.catalogue.load import Catalogue, load_catalogue
from hazard_library.contract.ids import HazardId

Row = dict[str, object]


def print_report(config: Path, *, as_json: bool) -> int:
    """Print what the stores of a configuration say.

    Raises:
        ConfigError: it has mistakes, or there are no stores that can be read.
    """
    catalogue = load_catalogue()
    stores = load_site(config, catalogue, is_enrolled=False).stores
    found = report(stores, catalogue)
    print(json.dumps(found, ensure_ascii=False, indent=None if as_json else 2))
    return 0


def report(stores: Path, catalogue: Catalogue) -> dict[str, object]:
    """Gather the report of the stores in a folder.

    Raises:
        ConfigError: there are none, or they cannot be read.
    """
    with reading(stores):
        cameras = figures.read(stores)
        raised = read_raised(stores / OUTBOX)
        incidents = sqlite_report.incidents(stores / OUTBOX)
        evidence = sqlite_report.evidence_files(stores / EVIDENCE_DATABASE)
    return {
        "cameras": [_camera(camera) for camera in cameras],
        "incidents": _incidents(incidents, cameras, catalogue),
        "events": [
            {"incident_id": str(one.incident_id), "seq": one.seq, "outcome": one.outcome}
            for one in raised
            if one.incident_id is not None
        ],
        "message_numbers": _numbers(raised),
        "pending": sum(one.outcome is None for one in raised),
        "evidence": [_file(file) for file in evidence],
    }


@contextmanager
def reading(stores: Path) -> Iterator[None]:
    """Say in one sentence that a folder holds no stores, or none that can be read.

    Raises:
        ConfigError: something within could not be read.
    """
    try:
        yield
    except (sqlite3.DatabaseError, OSError, ValueError) as fault:
        raise ConfigError(
            f"{stores}: holds no stores that can be read ({fault}); "
            "run patrol edge run with this configuration first"
        ) from fault


def _camera(camera: CameraFigures) -> Row:
    return {
        "id": camera.id,
        "source": camera.source,
        "mode": camera.mode,
        "started_at": camera.started_at,
        "frames": camera.frames,
        "packets": camera.packets,
        "seconds": camera.seconds,
        "dropped": camera.dropped,
        "ended_early": camera.ended_early,
        "failure": camera.failure,
    }


def _incidents(
    incidents: tuple[KeptIncident, ...], cameras: tuple[CameraFigures, ...], catalogue: Catalogue
) -> list[Row]:
    starts = {
        camera.id: datetime.fromisoformat(camera.started_at)
        for camera in cameras
        if camera.started_at is not None
    }
    return [_incident(one, starts.get(one.camera), catalogue) for one in incidents]


def _incident(one: KeptIncident, start: datetime | None, catalogue: Catalogue) -> Row:
    hazard = catalogue.hazards.get(HazardId(one.hazard))
    return {
        "id": one.id,
        "hazard": one.hazard,
        "camera": one.camera,
        "zone": one.zone,
        "start_s": _since(start, one.started_at),
        "end_s": _since(start, one.last_held_at),
        "severity": None if hazard is None else hazard.severity,
        "open": one.is_open,
    }


def _since(start: datetime | None, at: datetime) -> float | None:
    return None if start is None else round((at - start).total_seconds(), 3)


def _numbers(raised: tuple[Raised, ...]) -> Row:
    """Return the message numbers of every boot: a gap in them is a lost message."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for one in raised:
        numbers[one.boot].append(one.message_no)
    return {boot: sorted(found) for boot, found in numbers.items()}


def _file(file: KeptFile) -> Row:
    return {
        "sha256": file.sha256,
        "kind": file.kind,
        "uploaded": file.uploaded,
        "state": file.state,
    }
