"""What `patrol edge tune` found to be best on this machine, kept in the stores.

The file names the machine and the versions it was measured with: on another machine, or with other
runtimes, it says nothing and is left aside.
"""

import json
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import structlog

from edge.config.inference import Backend, Precision
from edge.disk.whole_file import write_whole
from edge.inference.layout import Layout
from edge.inference.machine import cores

FILE = "inference-layout.json"
_SCHEMA = "inference-layout/1"
_RUNTIMES = ("onnxruntime", "onnxruntime-gpu", "openvino")

_log = structlog.get_logger(__name__)


def machine_name() -> str:
    """Name this machine as far as figures depend on it: processor, cores, runtimes."""
    runtimes = ", ".join(f"{name} {found}" for name in _RUNTIMES if (found := _version(name)))
    return f"{processor()} x {cores()}, {runtimes}"


def processor() -> str:
    """Return the processor's own name; an empty one where the kernel does not tell it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "")


def write(stores: Path, layout: Layout, figures: dict[str, Any]) -> Path:
    """Keep a layout with the figures that speak for it, whole or not at all."""
    document = {
        "schema": _SCHEMA,
        "machine": machine_name(),
        "layout": asdict(layout),
        "measured": figures,
    }
    file = stores / FILE
    write_whole(file, json.dumps(document, ensure_ascii=False, indent=1).encode())
    return file


def read(stores: Path) -> Layout | None:
    """Return what was measured on this machine; None if nothing was, or the file says nothing."""
    file = stores / FILE
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        layout = _layout(document["layout"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as fault:
        _log.warning("tuned_layout_unreadable", file=str(file), reason=str(fault), remedy=_REMEDY)
        return None
    if document.get("machine") != machine_name():
        _log.warning(
            "tuned_layout_of_another_machine",
            file=str(file),
            measured_on=document.get("machine"),
            here=machine_name(),
            remedy=_REMEDY,
        )
        return None
    return layout


_REMEDY = "run patrol edge tune again; until then the careful layout is used"


def _layout(fields: dict[str, Any]) -> Layout:
    layout = Layout(
        Backend(fields["backend"]),
        Precision(fields["precision"]),
        int(fields["workers"]),
        int(fields["threads_per_run"]),
    )
    if min(layout.workers, layout.threads_per_run) < 1:
        raise ValueError("workers and threads_per_run count from 1")
    return layout


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
