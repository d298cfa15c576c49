"""`patrol train CONFIG`: build the dataset version, train, export, and say what was done."""

import hashlib
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import yaml

from hazard_library.datasets.material import material_root
from hazard_library.datasets.shelf import open_version
from hazard_library.datasets.version import DatasetVersion, build_version
from hazard_library.errors import DatasetError
from hazard_library.training.comparison import read_comparison, recipe_of
from hazard_library.training.recipe import Recipe, read_recipe
from hazard_library.training.teaching_set import with_machine_labels, without_sources

MANIFEST = "dataset.jsonl"
MODEL = "model.onnx"
SUMMARY = "run.json"
FRAMEWORKS = ("numpy", "onnx", "onnxslim", "opencv-python", "torch", "ultralytics")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A dataset version of a sample library."""

    library: Path
    version: str


def compare(
    config: Path, out: Path, only: Sequence[str] | None = None, shelf: Shelf | None = None
) -> int:
    """Train the runs of a comparison, or `only` some, each into a folder of its name below `out`.

    Raises:
        LibraryError: the comparison, one of its recipes or the material do not fit.
    """
    comparison = read_comparison(config)
    for name in only or comparison.runs:
        folder = out / name
        if (folder / SUMMARY).is_file():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        recipe = folder / "recipe.yaml"
        content = recipe_of(comparison, name, config.parent)
        recipe.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), "utf-8")
        run(recipe, folder, config.parent, shelf)
    return 0


def run(config: Path, out: Path, lists: Path | None = None, shelf: Shelf | None = None) -> int:
    """Train by the recipe `config` into the folder `out`; started again, it goes on.

    Args:
        config: the recipe.
        out: the folder of the run.
        lists: the folder of the files that the recipe names; None: where the recipe lies.
        shelf: the dataset version to learn from; None: what the recipe's `data` takes straight
            from the outside material.

    Leaves `dataset.jsonl` (the dataset version), `last.pt` (the checkpoint), `history.jsonl` and
    `curves.png` (the losses), `model.onnx` (the exported network) and `run.json` (what was done,
    from which a model card is written).

    Raises:
        LibraryError: recipe, material or checkpoint do not fit; the message says which.
    """
    # torch takes seconds to load and is not installed where nobody trains.
    from hazard_library.training.export import export
    from hazard_library.training.run_log import draw_curves
    from hazard_library.training.train import CHECKPOINT, train

    recipe = read_recipe(config)
    lists = lists or config.parent
    data, pictures = _version(recipe, lists, shelf)
    out.mkdir(parents=True, exist_ok=True)
    data.write(out / MANIFEST)
    done = train(recipe, _taught(recipe, data, lists), pictures, out)
    draw_curves(out)
    parity = export(recipe, out / CHECKPOINT, out / MODEL)
    summary = {
        "schema": "training-run/1",
        "name": recipe.name,
        "version": recipe.version,
        "labels": recipe.labels,
        "recipe": config.name,
        "recipe_sha256": hashlib.sha256(config.read_bytes()).hexdigest(),
        "initial_weights": recipe.initial_weights.model_dump(include={"file", "sha256", "licence"}),
        "seed": recipe.seed,
        "data_sha256": data.sha256,
        "data_version": data.name or None,
        "epochs": done.epoch,
        "steps": done.step,
        "seconds": round(done.elapsed_s),
        "frameworks": {"python": platform.python_version()}
        | {package: version(package) for package in FRAMEWORKS},
        "parity": {"box_px": parity.box_px, "score": parity.score},
    }
    (out / SUMMARY).write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    return 0


def _version(recipe: Recipe, lists: Path, shelf: Shelf | None) -> tuple[DatasetVersion, Path]:
    """Return the dataset version of a run, and the folder that its pictures lie in.

    Raises:
        DatasetError: there is no such version, or it is of other labels than the recipe.
    """
    if shelf is None:
        material = material_root(os.environ, Path.cwd())
        return build_version(recipe.data, recipe.labels, material, lists), material
    data, pictures = open_version(shelf.library, shelf.version)
    if data.labels != recipe.labels:
        message = (
            f"version {shelf.version} has the labels {', '.join(data.labels)}, "
            f"the recipe teaches {', '.join(recipe.labels)}; create a version for this recipe"
        )
        raise DatasetError(message)
    return data, pictures


def _taught(recipe: Recipe, data: DatasetVersion, lists: Path) -> DatasetVersion:
    """Return what the run is taught with: the version, less and more as the recipe says."""
    return with_machine_labels(
        without_sources(data, recipe.leave_out), recipe.machine_labels, lists
    )
