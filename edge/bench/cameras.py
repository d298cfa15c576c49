"""How many cameras are held at 5 pictures a second each: the engine against a plain program.

Held means that every camera gets at least 95 % of its rate over the measured seconds. The number is
searched for upwards: twice as many while all are held, then halfway back.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from edge.bench.box import inference_of, written
from edge.bench.clips import FPS as FILM_FPS
from edge.bench.report import Figure, at_least
from edge.bench.rtsp import PATH, RtspServer, serving
from edge.bench.tied import tied
from edge.config.inference import Precision
from edge.errors import EdgeError
from edge.inference.layout import Layout
from hazard_library.registry.package import ModelPackage

RATE = 5.0
HELD = 0.95
PLAIN_RATIO, FASTEST, GATED_RATIO = 2.0, 8.0, 3.0
_MOST = 64
_LIMIT_S = 240.0
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class CamerasBench:
    """film: what every camera shows, codec: in which it is; seconds: that each trial is counted."""

    film: Path
    codec: str
    package: ModelPackage
    folder: Path
    seconds: float = 12.0
    warm_up_s: float = 4.0


@dataclass(frozen=True, slots=True)
class Trial:
    """One number of cameras tried. shares: of its rate that each camera got."""

    cameras: int
    shares: tuple[float, ...]
    cores: float
    server_cores: float

    @property
    def is_held(self) -> bool:
        """Whether every camera got its rate."""
        return min(self.shares) >= HELD


def most_held(trial: Callable[[int], Trial], begin: int = 2) -> Trial | None:
    """Return the trial with the most cameras that were held; None when not even one was."""
    best: Trial | None = None
    low, high, cameras = 0, _MOST + 1, begin
    while low < cameras < high:
        tried = trial(cameras)
        if tried.is_held:
            best, low = tried, cameras
        else:
            high = cameras
        cameras = min(low * 2, _MOST) if high > _MOST else (low + high) // 2
    return best


def plain(bench: CamerasBench, server: RtspServer, cameras: int) -> Trial:
    """Let the plain program run on so many cameras, in float32."""
    out = bench.folder / "opencv-cameras.json"
    url = f"rtsp://127.0.0.1:{server.port}{PATH}"
    counted = [str(cameras), str(RATE), str(bench.warm_up_s), str(bench.seconds), str(out)]
    said, took = _run(["opencv_cameras", str(bench.package.model_file), url, *counted], out, server)
    shares = tuple(looks / (RATE * said["seconds"]) for looks in said["looks"])
    return Trial(cameras, shares, said["cpu_s"] / said["seconds"], took)


@dataclass(frozen=True, slots=True)
class Site:
    """A box to try: its cameras are spread over the servers in turn."""

    servers: tuple[RtspServer, ...]
    layout: Layout
    gate: bool = False


def engine(bench: CamerasBench, site: Site, cameras: int) -> Trial:
    """Let the box run on so many cameras, every hazard that the model can see switched on."""
    out = bench.folder / "box.json"
    config = write_site(bench, site, cameras)
    words = ["box_child", str(config), str(bench.warm_up_s), str(bench.seconds), str(out)]
    said, took = _with_pictures(words, out, *site.servers)
    seconds = said["seconds"]
    shares = tuple(
        min(decoded / (FILM_FPS * seconds), 1.0) - dropped / (RATE * seconds)
        for decoded, dropped in zip(said["decoded"], said["dropped"], strict=True)
    )
    return Trial(cameras, shares, said["cpu_s"] / seconds, took)


def measure(bench: CamerasBench, chosen: tuple[Layout, ...]) -> Iterator[Figure]:
    """Yield how many cameras the plain program and the engine hold, without the gate."""
    note = f"{bench.package.card.name}, {bench.package.card.input.width}, {bench.film.name}"
    with serving(bench.film, bench.codec) as server:
        base = most_held(partial(plain, bench, server))
        yield from held("plain program", base, "float32", note)
        for layout in chosen:
            found = most_held(partial(engine, bench, Site((server,), layout)))
            yield from held(f"engine, {layout.backend}", found, layout.precision, note)
            number = 0 if found is None else found.cameras
            if layout.precision is Precision.FLOAT32:
                ratio = number / (base.cameras if base else 1)
                bar = at_least(PLAIN_RATIO, ratio)
                name = f"cameras held, engine / plain, {layout.backend}"
                yield Figure(name, ratio, "x", layout.precision, note, *bar)


def fastest(bench: CamerasBench, chosen: tuple[Layout, ...]) -> Iterator[Figure]:
    """Yield how many cameras the engine holds with a released model, in the faster precisions."""
    note = f"{bench.package.card.name}, {bench.package.card.input.width}, {bench.film.name}"
    best: tuple[int, str] = (0, "-")
    with serving(bench.film, bench.codec) as server:
        for layout in chosen:
            found = most_held(partial(engine, bench, Site((server,), layout)), 4)
            who = f"engine, {layout.backend}, as released"
            yield from held(who, found, layout.precision, note)
            best = max(best, (0 if found is None else found.cameras, layout.precision.value))
    bar = at_least(FASTEST, best[0])
    yield Figure("cameras held, fastest precision", best[0], "cameras", best[1], note, *bar)


def write_site(bench: CamerasBench, site: Site, cameras: int) -> Path:
    """Write the configuration of a box with so many cameras."""
    sources = [
        {"kind": "rtsp", "host": "127.0.0.1", "port": one.port, "path": PATH}
        for one in site.servers
    ]
    camera = {
        "sample_fps": RATE,
        "gate": site.gate,
        "all_with_model": True,
        "whole_picture": True,
    }
    document = {
        "site": "bench",
        "device": "bench",
        "stores": f"stores-{cameras}",
        "models": [str(bench.package.folder.resolve())],
        "inference": inference_of(site.layout),
        "cameras": [
            {"id": f"camera-{n + 1}", "source": sources[n % len(sources)], **camera}
            for n in range(cameras)
        ],
    }
    return written(document, bench.folder / "site")


def held(who: str, found: Trial | None, precision: str, note: str) -> Iterator[Figure]:
    """Yield how many cameras somebody holds, and what that takes."""
    cameras = 0 if found is None else found.cameras
    yield Figure(f"cameras held at {RATE:g}/s, {who}", cameras, "cameras", precision, note)
    if found is not None:
        yield Figure(f"processor at that, {who}", found.cores, "cores", precision)
        name = f"processor of the RTSP server at that, {who}"
        yield Figure(name, found.server_cores, "cores")


def _with_pictures(
    words: list[str], out: Path, *servers: RtspServer
) -> tuple[dict[str, Any], float]:
    """Run a box until the servers give it pictures; now and then a shared stream does not begin.

    Raises:
        EdgeError: some camera got none, again and again: that says nothing about the box.
    """
    for _ in range(_ATTEMPTS):
        said, took = _run(words, out, *servers)
        if min(said["decoded"]) > 0:
            return said, took
    raise EdgeError(f"some camera got no picture in {_ATTEMPTS} attempts; see the RTSP server")


def _run(words: list[str], out: Path, *servers: RtspServer) -> tuple[dict[str, Any], float]:
    command = tied([sys.executable, "-P", "-m", f"edge.bench.{words[0]}", *words[1:]])
    before = sum(server.cpu_s for server in servers)
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, check=False, timeout=_LIMIT_S
        )
    except subprocess.TimeoutExpired as late:
        raise EdgeError(f"{words[0]} did not end within {_LIMIT_S:g} s") from late
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise EdgeError(f"{words[0]} failed: {last[0]}")
    said = json.loads(out.read_text(encoding="utf-8"))
    return said, (sum(server.cpu_s for server in servers) - before) / said["seconds"]
