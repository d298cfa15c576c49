"""`patrol edge tune`: measure this machine with the site's models and keep the best layout."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.bench.agreement import agree
from edge.bench.clips import film_of
from edge.bench.tied import tied
from edge.bench.trials import Trial, best_of, candidates
from edge.config import Site, load_site
from edge.config.inference import Precision
from edge.errors import ConfigError, EdgeError
from edge.fleet.system_clock import SystemClock
from edge.inference import tuned
from edge.inference.layout import Layout
from edge.inference.machine import look_around
from hazard_library.catalogue.load import load_catalogue

#: Above this share of all cores in use by others, figures say nothing about the machine.
_BUSY = 0.25
_WATCH_S = 2.0
_IDLE, _WAITING = 3, 4


@dataclass(frozen=True, slots=True)
class TuneOptions:
    """allowed: precisions that may be chosen though their boxes differ; seconds: a layout."""

    config: Path
    film: Path | None
    seconds: float
    allowed: frozenset[Precision]
    is_forced: bool


def tune(options: TuneOptions) -> int:
    """Measure, print the table, keep the best; 1 when the machine is too busy to be measured.

    Raises:
        ConfigError: the configuration has mistakes.
        EdgeError: the film is not there, or nothing could be measured.
    """
    site = load_site(options.config, load_catalogue(), is_enrolled=False)
    film = film_of(options.film)
    busy = _busy_share()
    if busy > _BUSY and not options.is_forced:
        print(
            f"本机正忙（处理器占用 {busy:.0%}），测出的数字不可信；请先停下其他程序，"
            "或加 --force\n"
            f"this machine is busy ({busy:.0%} of its processors): figures would say nothing; stop "
            "what runs (patrol edge run too), or give --force"
        )
        return 1
    print(f"{tuned.machine_name()}\nbusy before {busy:.0%}; film {film.name}")
    print("each look asks all listed models")
    print(f"{'layout':<46} {'looks/s':>8} {'boxes differ':>13} {'memory':>8}")
    trials = list(_measured(site, film, options.seconds))
    best = best_of(trials, options.allowed)
    if best is None:
        raise EdgeError("nothing could be measured: see the lines above")
    figures = {
        "busy_share_before": round(busy, 3),
        "film": film.name,
        "trials": [_row(trial) for trial in trials],
    }
    file = tuned.write(site.stores, best.layout, figures)
    print(f"最佳 / best: {best.layout}\n{file}: patrol edge run takes it from its next start on")
    return 0


def _measured(site: Site, film: Path, seconds: float) -> Iterator[Trial]:
    """Yield and print one trial after the other; a layout that fails is told and left out."""
    exact: list[list[list[float]]] | None = None
    with tempfile.TemporaryDirectory(prefix="patrol-tune-") as folder:
        for layout in candidates(site.config.inference, look_around()):
            said = _tried(site, layout, film, seconds, Path(folder) / "out.json")
            if said.get("failed"):
                print(f"{layout!s:<46} {said['failed']}")
                continue
            if exact is None:
                # The first is the careful one: float32, unless the site wants another precision.
                exact = said["boxes"]
            compared = agree(exact, said["boxes"])
            different = compared.unmatched / max(compared.boxes, 1)
            trial = Trial(layout, said["looks_per_second"], different, said["megabytes"])
            print(
                f"{layout!s:<46} {trial.looks_per_second:>8.1f} {different:>12.1%} "
                f"{trial.megabytes:>6.0f} MB",
                flush=True,
            )
            yield trial


def _tried(site: Site, layout: Layout, film: Path, seconds: float, out: Path) -> dict[str, Any]:
    root = site.config.models_folder
    job = {
        "models": [str(name) for name in site.config.models],
        "root": None if root is None else str(site.path(root)),
        "backend": layout.backend.value,
        "precision": layout.precision.value,
        "workers": layout.workers,
        "threads": layout.threads_per_run,
        "fitted": layout.is_fitted,
        "film": str(film),
        "seconds": seconds,
    }
    child = [sys.executable, "-P", "-m", "edge.bench.trial_child", json.dumps(job), str(out)]
    command = tied(child)
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        return {"failed": (done.stderr.strip().splitlines() or ["it said nothing"])[-1]}
    said: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return said | ({"failed": said["refused"][0]} if said["refused"] else {})


def _row(trial: Trial) -> dict[str, Any]:
    return {
        "layout": str(trial.layout),
        "looks_per_second": round(trial.looks_per_second, 2),
        "boxes_differ": round(trial.different, 4),
        "megabytes": round(trial.megabytes, 1),
    }


def _busy_share() -> float:
    """Return which share of all processors' time is taken by others, over two seconds."""
    first = _times()
    SystemClock().wait(_WATCH_S)
    spent = [later - before for before, later in zip(first, _times(), strict=True)]
    return 1 - (spent[_IDLE] + spent[_WAITING]) / max(sum(spent), 1)


def _times() -> list[int]:
    try:
        line = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
    except OSError as fault:
        raise ConfigError(f"/proc/stat cannot be read ({fault}); give --force") from fault
    return [int(field) for field in line.split()[1:9]]
