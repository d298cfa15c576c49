"""What a run says of itself: a bar on a terminal, lines elsewhere, and the curves of its losses."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from tqdm import tqdm

log = structlog.get_logger(__name__)

HISTORY, CURVES = "history.jsonl", "curves.png"
LOG_EVERY = 20


class RunLog:
    """Follows one run; on a terminal as a progress bar, in a log file as a line now and then."""

    def __init__(self, out: Path, steps: int, done: int) -> None:
        """Start at step `done` of `steps`; the history of `out` goes on where it was."""
        self._history = out / HISTORY
        self._steps = steps
        self._bar = tqdm(
            total=steps, initial=done, unit="step", disable=not sys.stderr.isatty(), smoothing=0.05
        )

    def step(self, step: int, elapsed_s: float, losses: Mapping[str, float]) -> None:
        """Count a step."""
        rounded = _rounded(losses)
        self._bar.set_postfix(rounded, refresh=False)
        self._bar.update(step - self._bar.n)
        if self._bar.disable and step % LOG_EVERY == 0:
            done = round(step / self._steps, 3)
            log.info("step", step=step, s=round(elapsed_s), done=done, **rounded)

    def epoch(self, epoch: int, step: int, elapsed_s: float, losses: Mapping[str, float]) -> None:
        """Add a finished epoch to the history."""
        row = {"epoch": epoch, "step": step, "elapsed_s": round(elapsed_s), **_rounded(losses)}
        with self._history.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        if self._bar.disable:
            log.info("epoch", **row)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._bar.close()


def _rounded(losses: Mapping[str, float]) -> dict[str, float]:
    """Return the losses as people read them."""
    return {name: round(term, 3) for name, term in losses.items()}


def draw_curves(out: Path) -> Path:
    """Draw the losses of `out/history.jsonl` over the epochs into a picture; return its file."""
    import matplotlib as mpl  # noqa: PLC0415 - a run without pictures needs no plotting

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    rows: list[dict[str, Any]] = [
        json.loads(line) for line in (out / HISTORY).read_text(encoding="utf-8").splitlines()
    ]
    names = [name for name in rows[0] if name not in {"epoch", "step", "elapsed_s"}]
    figure, axes = plt.subplots(1, len(names), figsize=(4 * len(names), 3), squeeze=False)
    for name, axis in zip(names, axes[0], strict=True):
        axis.plot([row["epoch"] for row in rows], [row[name] for row in rows], marker=".")
        axis.set(title=name, xlabel="epoch")
        axis.grid(alpha=0.3)
    figure.tight_layout()
    file = out / CURVES
    figure.savefig(file, dpi=110)
    plt.close(figure)
    return file
