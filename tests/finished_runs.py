"""A finished, exported and measured training run, written without any training.

The network is that of the released site-hazards; the pictures are rendered. What the trained
network would answer is answered by the exported file itself.
"""

import hashlib
import json
import shutil
from pathlib import Path

import cv2
import yaml

from hazard_library.bundle import configs_root, models_root
from hazard_library.datasets.version import Box, DatasetVersion, Picture, Split
from hazard_library.evaluation.detector import Pixels
from hazard_library.evaluation.export_report import ExportReport, measure_export, report_file
from hazard_library.evaluation.self_test import HEIGHT, WIDTH, rendered_scene, rendered_yard
from hazard_library.evaluation.subject import open_subject

LABELS = ("person", "helmet", "no_helmet", "fire", "smoke")
STATEMENT = configs_root() / "training" / "site-hazards.card.yaml"
WORDS = {"en": "some words", "zh": "一些文字"}
SHOWN = {
    "scene": (
        Box(label="person", cx=112 / WIDTH, cy=167 / HEIGHT, w=73 / WIDTH, h=234 / HEIGHT),
        Box(label="helmet", cx=111 / WIDTH, cy=69 / HEIGHT, w=40 / WIDTH, h=32 / HEIGHT),
        Box(label="no_helmet", cx=240 / WIDTH, cy=74 / HEIGHT, w=27 / WIDTH, h=21 / HEIGHT),
        Box(label="fire", cx=387 / WIDTH, cy=198 / HEIGHT, w=92 / WIDTH, h=131 / HEIGHT),
    ),
    "yard": (Box(label="smoke", cx=412 / WIDTH, cy=70 / HEIGHT, w=114 / WIDTH, h=140 / HEIGHT),),
}


def write_run(folder: Path, version: str = "1.2.3") -> Path:
    """Write the run `folder/run`, its pictures into `folder`; return the run's folder."""
    run = folder / "run"
    run.mkdir()
    shutil.copyfile(models_root() / "site-hazards" / "0.1.0" / "model.onnx", run / "model.onnx")
    scene, yard = rendered_scene(), rendered_yard()
    pictures = (
        _picture(folder, "scene", scene, "val"),
        _picture(folder, "yard", yard, "val"),
        _picture(folder, "taught", cv2.GaussianBlur(scene[80:, 40:], (9, 9), 0), "train"),
    )
    DatasetVersion(labels=LABELS, pictures=pictures).write(run / "dataset.jsonl")
    finished = {
        "schema": "training-run/1",
        "name": "trial",
        "version": version,
        "labels": LABELS,
        "recipe": "trial.yaml",
        "recipe_sha256": "0" * 64,
        "initial_weights": {"file": "w.pt", "sha256": "1" * 64, "licence": "AGPL-3.0"},
        "seed": 1,
        "epochs": 2,
        "steps": 3,
        "seconds": 4,
        "frameworks": {"torch": "2"},
    }
    (run / "run.json").write_text(json.dumps(finished), encoding="utf-8")
    return run


def _picture(folder: Path, name: str, pixels: Pixels, split: Split) -> Picture:
    file = folder / f"{name}.png"
    cv2.imwrite(str(file), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return Picture(
        file=file.name,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        source="rendered",
        licence="see notes",
        split=split,
        width=pixels.shape[1],
        height=pixels.shape[0],
        known=LABELS,
        boxes=SHOWN.get(name, ()),
    )


def measured(run: Path) -> ExportReport:
    """Export the run: its variants, compared with the file itself as the trained network."""
    subject = open_subject(str(run))
    version = DatasetVersion.read(run / "dataset.jsonl")
    report = measure_export(
        subject, subject.detector().raw, version, lambda one: run.parent / one.file, seed=1
    )
    report_file(run, None).write_text(report.model_dump_json(by_alias=True), encoding="utf-8")
    return report


def write_statement(folder: Path, **changes: object) -> Path:
    """Write the statement of site-hazards, made complete, with some fields changed."""
    said = yaml.safe_load(STATEMENT.read_text(encoding="utf-8"))
    said |= {
        "title": WORDS,
        "finds": dict.fromkeys(LABELS, WORDS),
        "licences": {"rendered": "CC0-1.0"},
        "latency_bound": 100.0,
    }
    file = folder / "statement.yaml"
    file.write_text(yaml.safe_dump(said | changes, allow_unicode=True), encoding="utf-8")
    return file
