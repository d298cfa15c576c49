"""`patrol compare`: short runs that differ in one thing each."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from hazard_library.verbs.train import add_version, shelf_of

if TYPE_CHECKING:
    from hazard_library.training.cli import Shelf

HELP = "train short runs of a recipe that differ in one thing each, or leave one source out"
EXAMPLE = (
    "patrol compare configs/training/ppe.comparison.yaml --version ppe-1 --library lib "
    "--out runs/compare-ppe --score runs/compare-ppe/left-out.json"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which comparison, and where the runs go."""
    parser.add_argument("comparison", type=Path, help="YAML file beside the recipe")
    parser.add_argument("--out", type=Path, required=True, help="folder for the runs")
    parser.add_argument("--only", nargs="+", metavar="RUN", help="just these runs")
    parser.add_argument(
        "--score",
        type=Path,
        metavar="F",
        help="score the runs on validation pictures; rows of sources left out go into this file",
    )
    add_version(parser)


def run(arguments: argparse.Namespace) -> int:
    """Train every run that is not finished; each goes on where it stopped."""
    from hazard_library.training import cli

    shelf = shelf_of(arguments)
    done = cli.compare(arguments.comparison, arguments.out, arguments.only, shelf)
    if arguments.score:
        _score(arguments, shelf)
    return done


def _score(arguments: argparse.Namespace, shelf: "Shelf | None") -> None:
    """Score base and the other runs on the same validation pictures; print and write."""
    from hazard_library.datasets.version import DatasetVersion
    from hazard_library.evaluation.left_out import rows, table
    from hazard_library.evaluation.scoring import evaluate_subject
    from hazard_library.evaluation.subject import MANIFEST, open_subject
    from hazard_library.training.comparison import BASE, read_comparison
    from hazard_library.training.recipe import read_recipe
    from hazard_library.verbs.eval import locator

    where = locator(shelf.library if shelf else None)
    data = DatasetVersion.read(arguments.out / BASE / MANIFEST)
    names = [
        *dict.fromkeys([BASE, *(arguments.only or read_comparison(arguments.comparison).runs)])
    ]
    results, found = {}, []
    for name in names:
        folder = arguments.out / name
        results[name] = evaluate_subject(open_subject(str(folder)), data, where).evaluation
        print(f"{name}: mAP50 {results[name].map50.text()}")
        left_out = read_recipe(folder / "recipe.yaml").leave_out
        found += rows(results[BASE], results[name], left_out)
    content = [row.model_dump(mode="json", by_alias=True) for row in found]
    arguments.score.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(table(found))
