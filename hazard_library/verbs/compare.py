"""`patrol compare`: short runs that differ in one thing each."""

import argparse
from pathlib import Path

from hazard_library.verbs.train import add_version, shelf_of

HELP = "train short runs of a recipe that differ in one thing each, or leave one source out"
EXAMPLE = "patrol compare configs/training/ppe.comparison.yaml --out runs/compare-ppe"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which comparison, and where the runs go."""
    parser.add_argument("comparison", type=Path, help="YAML file beside the recipe")
    parser.add_argument("--out", type=Path, required=True, help="folder for the runs")
    parser.add_argument("--only", nargs="+", metavar="RUN", help="just these runs")
    add_version(parser)


def run(arguments: argparse.Namespace) -> int:
    """Train every run that is not finished; each goes on where it stopped."""
    from hazard_library.training import cli

    shelf = shelf_of(arguments)
    return cli.compare(arguments.comparison, arguments.out, arguments.only, shelf)
