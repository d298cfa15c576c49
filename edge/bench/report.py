"""Figures with name, unit and precision: printed as a table, and as one JSON object at the end."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from edge.inference.tuned import machine_name

_PACKAGES = ("onnxruntime", "openvino", "opencv-python", "av", "numpy")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    precision: in what the model computed, "-" where none did. bar: what is asked for, as written
    ("at least 1.4"), with whether it is met. note: what else one must know to read it.
    """

    name: str
    value: float
    unit: str
    precision: str = "-"
    note: str = ""
    bar: str = ""
    is_met: bool | None = None


def at_least(bar: float, value: float) -> tuple[str, bool]:
    """Write a lower bar and say whether it is met."""
    return f"at least {bar:g}", value >= bar


def at_most(bar: float, value: float) -> tuple[str, bool]:
    """Write an upper bar and say whether it is met."""
    return f"at most {bar:g}", value <= bar


def show(figure: Figure) -> Figure:
    """Print one row at once: a bench that is cut off has told what it knew."""
    met = {None: "", True: "  met", False: "  NOT MET"}[figure.is_met]
    bar = f"  ({figure.bar}{met})" if figure.bar else ""
    note = f"  {figure.note}" if figure.note else ""
    row = f"{figure.name:<44} {figure.value:>9.3f} {figure.unit:<12} {figure.precision:<9}"
    print(f"{row}{bar}{note}", flush=True)
    return figure


def to_json(figures: Sequence[Figure], skipped: Sequence[str]) -> str:
    """Write everything as one JSON object on one line."""
    return json.dumps(
        {
            "schema": "edge-bench/1",
            "machine": machine_name(),
            "load_before": _load(),
            "platform": platform.platform(),
            "versions": {name: found for name in _PACKAGES if (found := _version(name))},
            "figures": [asdict(figure) for figure in figures],
            "skipped": list(skipped),
        },
        ensure_ascii=False,
    )


def _load() -> float | None:
    try:
        return float(Path("/proc/loadavg").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        return None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
