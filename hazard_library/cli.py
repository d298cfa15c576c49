"""`patrol library …`, `patrol train` and the other commands of a model's maintainer."""

import argparse
import sys
from importlib import import_module
from types import ModuleType

from hazard_library.errors import LibraryError

LIBRARY = (
    "check",
    "import",
    "export",
    "pull",
    "prelabel",
    "queue",
    "review",
    "version",
    "withdraw",
    "verify",
)
"""Verbs of `patrol library`, in the order of the work; each is a file in `verbs/`."""


def main(argv: list[str]) -> int:
    """Run a verb of the library; 0 well, 1 found problems, 2 misuse."""
    try:
        if argv[0] == "library":
            return _library(argv[1:])
        return _single(argv[0], argv[1:])
    except LibraryError as fault:
        print(fault, file=sys.stderr)
        return 1


def _verb(name: str) -> ModuleType:
    """Return the file of a verb; `a-b` lies in `a_b.py`."""
    return import_module(f"hazard_library.verbs.{name.replace('-', '_')}")


def _library(argv: list[str]) -> int:
    """Run `patrol library VERB`."""
    parser = argparse.ArgumentParser(
        prog="patrol library",
        description="隐患样本库 the hazard sample library: catalogue, samples, dataset versions.",
        epilog=f"Example: {_verb('check').EXAMPLE}",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name in LIBRARY:
        verb = _verb(name)
        described = verbs.add_parser(
            name, help=verb.HELP, description=verb.HELP, epilog=f"Example: {verb.EXAMPLE}"
        )
        verb.add_arguments(described)
    arguments = parser.parse_args(argv)
    return int(_verb(arguments.verb).run(arguments))


def _single(name: str, argv: list[str]) -> int:
    """Run a verb that stands by itself, as `patrol train`."""
    verb = _verb(name)
    parser = argparse.ArgumentParser(
        prog=f"patrol {name}", description=verb.HELP, epilog=f"Example: {verb.EXAMPLE}"
    )
    verb.add_arguments(parser)
    return int(verb.run(parser.parse_args(argv)))
