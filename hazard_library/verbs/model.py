"""`patrol model …`: export a run, gate it, sign it, release it."""

import argparse
from pathlib import Path

HELP = "export a run, make variants, write a package, gate, sign and verify it"
EXAMPLE = "patrol model export runs/ppe --input 640"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what is done with which run or package."""
    verbs = parser.add_subparsers(dest="model_verb", required=True, metavar="VERB")
    export = verbs.add_parser("export", help="write a run's checkpoint as ONNX, float32")
    _run_arguments(export)
    export.set_defaults(act=_export)


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=Path, metavar="RUN", help="folder of a training run")
    parser.add_argument("--input", type=int, metavar="SIDE", help="of the input, pixels")
    parser.add_argument(
        "--recipe", type=Path, metavar="F", help="of the run; the one that run.json names if none"
    )


def run(arguments: argparse.Namespace) -> int:
    """Do what the verb says."""
    return int(arguments.act(arguments))


def _export(arguments: argparse.Namespace) -> int:
    """Export for one side, the checkpoint as it stands: a run may still be going on."""
    from hazard_library.evaluation.subject import exported_file
    from hazard_library.training.export import export
    from hazard_library.training.recipe import read_recipe
    from hazard_library.training.train import CHECKPOINT

    recipe = read_recipe(recipe_of(arguments.run, arguments.recipe))
    file = exported_file(arguments.run, arguments.input)
    parity = export(recipe, arguments.run / CHECKPOINT, file, arguments.input)
    print(f"{file}: at most {parity.box_px:.4f} px and {parity.score:.6f} from the trained network")
    return 0


def recipe_of(run_folder: Path, stated: Path | None) -> Path:
    """Return the recipe of a run: the one stated, that of run.json, or that of its name."""
    import json

    from hazard_library.bundle import configs_root

    if stated is not None:
        return stated
    summary = run_folder / "run.json"
    name = f"{run_folder.resolve().name}.yaml"
    if summary.is_file():
        name = str(json.loads(summary.read_text(encoding="utf-8"))["recipe"])
    return configs_root() / "training" / name
