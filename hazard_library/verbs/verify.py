"""`patrol library verify`: whether every sample's bytes are there and unchanged."""

import argparse

from hazard_library.verbs.library_arguments import add_library, open_store

HELP = "compare index and files: missing, changed and stray pictures 核对样本库"
EXAMPLE = "patrol library verify --library library"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which library."""
    add_library(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print what does not fit, nothing being repaired; 1 when something does not."""
    with open_store(arguments) as store:
        problems = store.problems()
        samples = len(store.select())
    for problem in problems:
        print(problem)
    print(f"{samples} samples 样本, {len(problems)} problems 问题")
    return 1 if problems else 0
