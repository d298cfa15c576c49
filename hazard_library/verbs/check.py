"""`patrol library check`: every mistake in hazards and law at once."""

import argparse
from pathlib import Path

HELP = "list every mistake in hazards and law at once"
EXAMPLE = "patrol library check --catalogue hazard_library/catalogue"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say where the catalogue lies."""
    parser.add_argument("--catalogue", type=Path, help="folder with hazards/ and legal/")


def run(arguments: argparse.Namespace) -> int:
    """Load the catalogue, which checks it, and count what it holds."""
    from hazard_library.catalogue.load import load_catalogue

    catalogue = load_catalogue(arguments.catalogue)
    print(f"{len(catalogue.hazards)} hazards and {len(catalogue.legal)} legal bases are consistent")
    print(f"{len(catalogue.unreviewed)} legal bases are UNREVIEWED 未经法制审核")
    return 0
