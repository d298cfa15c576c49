# ruff: noqa: N999 - the file has the name of its verb
"""`patrol library import`: pictures and labels into the sample store."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hazard_library.bundle import configs_root
from hazard_library.errors import SampleError
from hazard_library.verbs.library_arguments import act_of, add_act, add_library, open_store

if TYPE_CHECKING:
    from hazard_library.samples.intake import Intake

HELP = "take pictures and labels in; what does not fit is listed and the rest comes in"
EXAMPLE = "patrol library import shared/data --library library"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what is imported, where from, and who does it."""
    parser.add_argument("source", type=Path, help="folder of a set, or of several sets")
    add_library(parser)
    add_act(parser, "import")
    parser.add_argument("--set", dest="collection", metavar="NAME", help="name of the set")
    parser.add_argument(
        "--knowledge",
        type=Path,
        default=configs_root() / "library" / "material.yaml",
        metavar="F",
        help="what is known of the sources: licences, scenes, classes labelled throughout",
    )
    parser.add_argument("--max-mb", type=int, default=100, help="largest file in MB (100)")


def run(arguments: argparse.Namespace) -> int:
    """Import, count, and list what was refused; 1 when something was."""
    from hazard_library.samples.intake import Intake
    from hazard_library.samples.knowledge import read_knowledge
    from hazard_library.samples.material import import_set, sets_in
    from hazard_library.samples.vocabulary import read_vocabulary

    knowledge = read_knowledge(arguments.knowledge)
    with open_store(arguments, create=True) as store:
        intake = Intake(store, read_vocabulary(), act_of(arguments), arguments.max_mb * 1_000_000)
        folders = sets_in(arguments.source)
        if not folders:
            message = f"{arguments.source}: no manifest.jsonl here or one level below; name a set"
            raise SampleError(message)
        for folder in folders:
            name = arguments.collection or folder.resolve().name
            import_set(folder, name, knowledge, intake)
    return tell(intake)


def tell(intake: "Intake") -> int:
    """Print what an import did; 1 when something was refused."""
    print(
        f"{len(intake.added)} added 新增, {len(intake.changed)} changed 更新, "
        f"{len(intake.unchanged)} unchanged 未变, {len(intake.refused)} refused 拒绝"
    )
    for refusal in intake.refused:
        print(f"  {refusal}", file=sys.stderr)
    return 1 if intake.refused else 0
