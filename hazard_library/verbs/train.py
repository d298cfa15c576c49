"""`patrol train`: a detector from a recipe."""

import argparse
from pathlib import Path

HELP = "train a detector from a recipe, export it and say what was done"
EXAMPLE = "patrol train configs/training/ppe.yaml --out runs/ppe"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which recipe, and where the run goes."""
    parser.add_argument("recipe", type=Path, help="YAML recipe")
    parser.add_argument("--out", type=Path, required=True, help="folder for the run")


def run(arguments: argparse.Namespace) -> int:
    """Train, or go on where the folder's run stopped."""
    from hazard_library.training import cli

    return cli.run(arguments.recipe, arguments.out)
