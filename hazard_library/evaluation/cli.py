"""`patrol eval MODEL` and the making of a package from a finished run."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from hazard_library.bundle import models_root
from hazard_library.datasets.material import material_root
from hazard_library.datasets.version import DatasetVersion
from hazard_library.evaluation.publish import publish, score_package
from hazard_library.registry import find_package


def run(model: str, dataset: Path, environment: Mapping[str, str] = os.environ) -> int:
    """Score the package `model` on the dataset version in the file `dataset`; print JSON.

    Raises:
        LibraryError: package, dataset version or material cannot be used.
    """
    material = material_root(environment, Path.cwd())
    scored = score_package(find_package(model), DatasetVersion.read(dataset), material)
    figures = {label: figure.model_dump() for label, figure in scored.items()}
    print(json.dumps(figures, indent=2))
    return 0


def publish_run(
    folder: Path,
    statement: Path,
    models: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> int:
    """Write the package of the finished run in `folder`; print where it lies.

    Raises:
        LibraryError: run, statement or material cannot be used.
    """
    material = material_root(environment, Path.cwd())
    package = publish(folder, statement, material, models or models_root())
    print(package.folder)
    return 0


def main(argv: Sequence[str]) -> int:
    """Run `eval MODEL DATASET` or `publish RUN STATEMENT [MODELS]` from a shell."""
    verb, *rest = argv
    if verb == "eval":
        model, dataset = rest
        return run(model, Path(dataset))
    folder, statement, *models = (Path(argument) for argument in rest)
    return publish_run(folder, statement, models[0] if models else None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
