"""A box in a folder of its own: painted model, painted films, a configuration, the real command."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from ports import free_port

from edge.testing.painted_model import write_painted_package

START = "2026-03-02T08:00:00+08:00"
PIT = {"id": "pit", "points": [[0, 0.2], [1, 0.2], [1, 1], [0, 1]]}

Settings = dict[str, object]


def camera(name: str, film: str, **changes: object) -> Settings:
    """Return a camera that replays a film with one drawn zone."""
    return {
        "id": name,
        "source": {"kind": "file", "path": film, "start_at": START},
        "mode": "replay",
        "zones": [PIT],
        "hazards": [{"id": "ZONE-01", "zones": ["pit"]}],
    } | changes


@dataclass
class Box:
    """What a test runs."""

    folder: Path
    settings: Settings = field(default_factory=dict)
    status_port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        write_painted_package(self.folder / "models")

    @property
    def config(self) -> Path:
        return self.folder / "site.yaml"

    @property
    def model_file(self) -> Path:
        return self.folder / "models" / "painted" / "0.0.1" / "model.onnx"

    def write(self, *cameras: Settings, **changes: object) -> "Box":
        self.settings = {
            "site": "yard",
            "device": "box-1",
            "stores": "stores",
            "models": ["painted"],
            "models_folder": "models",
            "evidence": {"pre_roll": "2s", "post_roll": "1s"},
            "status": {"port": self.status_port},
            "cameras": list(cameras),
        } | changes
        self.config.write_text(yaml.safe_dump(self.settings, sort_keys=False), encoding="utf-8")
        return self

    def patrol(self, *words: str, timeout_s: float = 90) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "patrol", *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def start(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "patrol", "edge", "run", "--config", "site.yaml", *words],
            cwd=self.folder,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run_once(self) -> subprocess.CompletedProcess[str]:
        return self.patrol("edge", "run", "--config", "site.yaml", "--once")

    def report(self) -> dict[str, list[Settings]]:
        done = self.patrol("edge", "report", "--config", "site.yaml", "--json")
        assert done.returncode == 0, done.stderr
        found: dict[str, list[Settings]] = json.loads(done.stdout)
        return found
