"""`patrol library check` and `patrol train`."""

import argparse
import sys
from pathlib import Path

from hazard_library.errors import LibraryError


def main(argv: list[str]) -> int:
    """Run a verb of the library; 0 well, 1 found problems, 2 misuse."""
    try:
        return _train(argv[1:]) if argv[0] == "train" else _library(argv[1:])
    except LibraryError as fault:
        print(fault, file=sys.stderr)
        return 1


def _library(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="patrol library",
        description="The hazard catalogue.",
        epilog="Example: patrol library check --catalogue hazard_library/catalogue",
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    check = verbs.add_parser("check", help="list every mistake in hazards and law at once")
    check.add_argument("--catalogue", type=Path, help="folder with hazards/ and legal/")
    arguments = parser.parse_args(argv)

    from hazard_library.catalogue.load import load_catalogue

    catalogue = load_catalogue(arguments.catalogue)
    print(f"{len(catalogue.hazards)} hazards and {len(catalogue.legal)} legal bases are consistent")
    print(f"{len(catalogue.unreviewed)} legal bases are UNREVIEWED 未经法制审核")
    return 0


def _train(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="patrol train",
        description="Train a detector from a recipe, export it and write its card.",
        epilog="Example: patrol train configs/training/site-hazards.yaml --out runs/site-hazards",
    )
    parser.add_argument("recipe", type=Path, help="YAML recipe")
    parser.add_argument("--out", type=Path, required=True, help="folder for the run")
    arguments = parser.parse_args(argv)

    from hazard_library.training import cli

    return cli.run(arguments.recipe, arguments.out)
