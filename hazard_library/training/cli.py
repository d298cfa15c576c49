"""`patrol train CONFIG`: build the dataset version, train, and leave checkpoint and manifest."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from hazard_library.datasets.material import material_root
from hazard_library.datasets.version import build_version
from hazard_library.training.recipe import read_recipe

MANIFEST = "dataset.jsonl"
SUMMARY = "run.json"


def run(config: Path, out: Path) -> int:
    """Train by the recipe `config` into the folder `out`; started again, it goes on.

    Leaves `dataset.jsonl` (the dataset version), `last.pt` (the checkpoint) and `run.json`.

    Raises:
        LibraryError: recipe, material or checkpoint do not fit; the message says which.
    """
    from hazard_library.training.train import train  # noqa: PLC0415 - torch only when training

    recipe = read_recipe(config)
    material = material_root(os.environ, Path.cwd())
    out.mkdir(parents=True, exist_ok=True)
    data = build_version(recipe.data, recipe.labels, material, config.parent)
    data.write(out / MANIFEST)
    result = train(recipe, data, material, out)
    summary = {
        "recipe": recipe.model_dump(mode="json", by_alias=True),
        "data_sha256": data.sha256,
        "epochs": result.epoch,
        "steps": result.step,
        "seconds": round(result.elapsed_s),
    }
    (out / SUMMARY).write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    return 0


def main(argv: Sequence[str]) -> int:
    """Run `CONFIG OUT` from a shell."""
    config, out = argv
    return run(Path(config), Path(out))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
