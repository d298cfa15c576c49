"""`patrol train`: a detector from a recipe."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hazard_library.verbs.library_arguments import add_library, library_folder

if TYPE_CHECKING:
    from hazard_library.training.cli import Shelf

HELP = "train a detector from a recipe, export it and say what was done"
EXAMPLE = "patrol train configs/training/ppe.yaml --version ppe-1 --library lib --out runs/ppe"
SHEET, SHOWN = "samples.png", 16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which recipe, on which version, and where the run goes."""
    parser.add_argument("recipe", type=Path, help="YAML recipe")
    parser.add_argument("--out", type=Path, required=True, help="folder for the run")
    add_version(parser)


def add_version(parser: argparse.ArgumentParser) -> None:
    """Say which dataset version to learn from."""
    parser.add_argument(
        "--version", metavar="NAME", help="dataset version; without one the recipe's own data"
    )
    add_library(parser)


def shelf_of(arguments: argparse.Namespace) -> "Shelf | None":
    """Return the dataset version that the arguments name."""
    from hazard_library.training.cli import Shelf

    if arguments.version is None:
        return None
    return Shelf(library_folder(arguments), arguments.version)


def run(arguments: argparse.Namespace) -> int:
    """Train, or go on where the folder's run stopped; then draw what the model finds."""
    from hazard_library.training import cli

    shelf = shelf_of(arguments)
    done = cli.run(arguments.recipe, arguments.out, shelf=shelf)
    _draw(arguments.out, shelf.library if shelf else None)
    print(f"run 训练结果: {arguments.out} ({cli.MODEL}, {SHEET}, curves.png)")
    return done


def _draw(out: Path, library: Path | None) -> None:
    """Draw a sheet of validation pictures with what the exported model finds in them."""
    from hazard_library.datasets.version import DatasetVersion
    from hazard_library.evaluation.looking import finder
    from hazard_library.evaluation.sample_sheet import chosen, draw_sheet
    from hazard_library.evaluation.subject import open_subject
    from hazard_library.verbs.eval import locator

    subject, where = open_subject(str(out)), locator(library)
    version = DatasetVersion.read(out / "dataset.jsonl")
    find = finder(subject.detector(), where, subject.suppression_iou)
    draw_sheet(chosen(version.of("val"), SHOWN), find, where, subject.labels, out / SHEET)
