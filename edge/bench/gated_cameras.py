"""How many more cameras are held with the gate, where something moves now and then.

And that the same incidents are found: the film is walked through once with the gate and once
without, picture by picture.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from edge.bench.cameras import GATED_RATIO, RATE, CamerasBench, Site, engine, held, most_held
from edge.bench.gated_walk import Walked, sampled, walk
from edge.bench.pipeline_loop import core_of
from edge.bench.quiet_film import QuietFilm
from edge.bench.report import Figure, at_least
from edge.bench.rtsp import serving
from edge.core.looking_gate import LookingGate
from edge.core.tracking import TrackingSettings
from edge.inference.layout import Layout
from edge.inference.loading import in_precision
from edge.inference.site_models import SiteModels, panel_of
from hazard_library.contract.events import Change
from hazard_library.contract.ids import CameraId


def measure(bench: CamerasBench, film: QuietFilm, layout: Layout) -> Iterator[Figure]:
    """Yield how many cameras are held without and with the gate, and what both find."""
    note = f"{film.files[0].name}, moves {film.moving_share:.0%} of the time, {film.stretch_s:g} s"
    precision = layout.precision
    with ExitStack() as stack:
        servers = tuple(stack.enter_context(serving(file, "h264")) for file in film.files)
        site = Site(servers, layout)
        every = most_held(partial(engine, bench, site), 4)
        gated = most_held(partial(engine, bench, Site(servers, layout, gate=True)), 8)
    yield from held("engine without gate", every, precision, note)
    yield from held("engine with gate", gated, precision, note)
    ratio = (gated.cameras if gated else 0) / (every.cameras if every else 1)
    bar = at_least(GATED_RATIO, ratio)
    yield Figure("cameras held, with / without gate", ratio, "x", precision, note, *bar)
    yield from _same_incidents(bench, film.files[0], layout)


def _same_incidents(bench: CamerasBench, file: Path, layout: Layout) -> Iterator[Figure]:
    every, gated = (_walked(bench, file, layout, gate) for gate in (None, LookingGate()))
    found = [_opened(one) for one in (every, gated)]
    yield Figure(
        "pictures looked at with the gate",
        gated.looked_share * 100,
        "%",
        layout.precision,
        file.name,
    )
    yield Figure(
        "incidents found without / with gate that differ",
        len(set(found[0]) ^ set(found[1])),
        "incidents",
        layout.precision,
        f"{len(found[0])} without, {len(found[1])} with",
        "at most 0",
        found[0] == found[1],
    )


def _walked(bench: CamerasBench, file: Path, layout: Layout, gate: LookingGate | None) -> Walked:
    low = TrackingSettings().low
    models = SiteModels((in_precision(bench.package, layout.precision),))
    look = panel_of(models.packages, low, layout).detect
    return walk(sampled(file, RATE), look, core_of(CameraId("film"), models), gate)


def _opened(walked: Walked) -> list[tuple[str, str | None]]:
    return [
        (change.incident.hazard, change.incident.zone)
        for change in walked.changes
        if change.change is Change.OPENED
    ]
