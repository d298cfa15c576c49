"""`patrol library check`: every mistake in hazards, law, classes and scenes at once."""

import argparse
import sys
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

HELP = "list every mistake in hazards and law at once, and say what the catalogue holds"
EXAMPLE = "patrol library check --catalogue hazard_library/catalogue"

_LAW_IS_LOCAL = ZoneInfo("Asia/Shanghai")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say where the catalogue lies, and of which day its law must be."""
    parser.add_argument(
        "--catalogue", type=Path, help="folder with hazards/, legal/, scenes/ and labels.yaml"
    )
    parser.add_argument(
        "--on",
        type=date.fromisoformat,
        metavar="DATE",
        help="the day on which all that is cited must be in force; today if not said",
    )


def run(arguments: argparse.Namespace) -> int:
    """Check a catalogue whole; 0 without mistakes, 1 with."""
    from hazard_library.catalogue.check import mistakes_on, mistakes_over_all
    from hazard_library.catalogue.load import HOME, catalogue_of, read_shelf
    from hazard_library.catalogue.summary import summary
    from hazard_library.clock import now

    root = arguments.catalogue or HOME
    if not (root / "labels.yaml").is_file():
        print(f"{root} is no catalogue: it has no labels.yaml; mend --catalogue", file=sys.stderr)
        return 1
    day = arguments.on or now().astimezone(_LAW_IS_LOCAL).date()
    shelf = read_shelf(root)
    mistakes = {*shelf.mistakes, *mistakes_over_all(shelf), *mistakes_on(shelf, day)}
    if mistakes:
        print(*sorted(mistakes), sep="\n", file=sys.stderr)
        print(f"共 {len(mistakes)} 处错误 · mistakes: {len(mistakes)}", file=sys.stderr)
        return 1
    print(*summary(catalogue_of(shelf)), sep="\n")
    return 0
