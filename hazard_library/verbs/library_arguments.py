"""Arguments that several verbs of `patrol library` share, and what they open."""

import argparse
import getpass
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hazard_library.errors import SampleError

if TYPE_CHECKING:
    from hazard_library.samples.review import Act
    from hazard_library.samples.store import SampleStore

VARIABLE = "PATROL_LIBRARY"


def add_library(parser: argparse.ArgumentParser) -> None:
    """Say where the library lies."""
    parser.add_argument(
        "--library", type=Path, metavar="DIR", help=f"the sample library 样本库 (or {VARIABLE})"
    )


def add_act(parser: argparse.ArgumentParser, why: str | None = None) -> None:
    """Say who does it and why; both stand in the history."""
    parser.add_argument("--by", default=getpass.getuser(), metavar="NAME", help="who 操作人")
    parser.add_argument(
        "--why", default=why, required=why is None, metavar="TEXT", help="why 原因, for the history"
    )


def library_folder(
    arguments: argparse.Namespace, environment: Mapping[str, str] = os.environ
) -> Path:
    """Return the folder of the library.

    Raises:
        SampleError: neither argument nor variable names one.
    """
    folder: Path | None = arguments.library
    if folder is None and not environment.get(VARIABLE):
        message = f"which library? give --library DIR or set {VARIABLE}"
        raise SampleError(message)
    return folder or Path(environment[VARIABLE])


def open_store(arguments: argparse.Namespace, *, create: bool = False) -> "SampleStore":
    """Open the library that the arguments name.

    Raises:
        SampleError: there is none.
    """
    from hazard_library.samples.store import SampleStore

    return SampleStore.open(library_folder(arguments), create=create)


def act_of(arguments: argparse.Namespace) -> "Act":
    """Return who does this now, and why."""
    from hazard_library.clock import now
    from hazard_library.samples.review import Act

    return Act(by=f"person:{arguments.by}", at=now(), why=arguments.why)
