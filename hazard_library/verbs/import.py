# ruff: noqa: N999 - the file has the name of its verb
"""`patrol library import`: pictures and labels into the sample store."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hazard_library.bundle import configs_root
from hazard_library.errors import SampleError
from hazard_library.verbs.library_arguments import act_of, add_act, add_library, open_store

if TYPE_CHECKING:
    from hazard_library.samples.intake import Intake
    from hazard_library.samples.knowledge import Knowledge

HELP = "take pictures and labels in; what does not fit is listed and the rest comes in"
EXAMPLE = "patrol library import shared/data --library library"
FORMATS = ("set", "yolo", "coco", "voc", "cvat", "label-studio", "taught")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what is imported, where from, and who does it."""
    parser.add_argument("source", type=Path, help="folder, or archive (.zip, .tar, .tar.gz)")
    add_library(parser)
    add_act(parser, "import")
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="set: manifest.jsonl beside the pictures; taught: a box's stores/taught; none: "
        "what the folder says it is",
    )
    parser.add_argument("--set", dest="collection", metavar="NAME", help="name of the set")
    parser.add_argument(
        "--knowledge",
        type=Path,
        default=configs_root() / "library" / "material.yaml",
        metavar="F",
        help="what is known of the sources: licences, scenes, classes labelled throughout",
    )
    parser.add_argument("--max-mb", type=int, default=100, help="largest file in MB (100)")
    foreign = parser.add_argument_group("of pictures that nothing else is known of")
    foreign.add_argument("--source-id", metavar="ID", help="source they are from (name of the set)")
    foreign.add_argument("--licence", default="none stated", metavar="TEXT", help="as stated there")
    parser.add_argument(
        "--throughout",
        nargs="+",
        default=(),
        metavar="CLASS",
        help="classes of which every instance has a box 完整标注的类别",
    )


def run(arguments: argparse.Namespace) -> int:
    """Import, count, and list what was refused; 1 when something was."""
    from hazard_library.samples.archive import Limits, is_archive, unpack
    from hazard_library.samples.intake import Intake
    from hazard_library.samples.knowledge import read_knowledge
    from hazard_library.samples.vocabulary import read_vocabulary

    knowledge = read_knowledge(arguments.knowledge)
    largest = arguments.max_mb * 1_000_000
    with open_store(arguments, create=True) as store:
        intake = Intake(store, read_vocabulary(), act_of(arguments), largest)
        if is_archive(arguments.source):
            with tempfile.TemporaryDirectory(dir=store.root, prefix="incoming-") as unpacked:
                intake.refused += unpack(arguments.source, Path(unpacked), Limits(largest))
                _import(Path(unpacked), arguments, knowledge, intake)
        else:
            _import(arguments.source, arguments, knowledge, intake)
    return tell(intake)


def _import(
    folder: Path, arguments: argparse.Namespace, knowledge: "Knowledge", intake: "Intake"
) -> None:
    """Import one folder in the format that it has."""
    from hazard_library.registry.taught_samples import import_taught, taught_in
    from hazard_library.samples.formats.sidecar import read_sidecar
    from hazard_library.samples.importing import Stated, import_format
    from hazard_library.samples.material import import_set, sets_in

    sidecar, sets = read_sidecar(folder), sets_in(folder)
    format_ = arguments.format or (sidecar.format if sidecar else "set" if sets else None)
    if format_ == "taught" or (format_ is None and taught_in(folder)):
        licence = knowledge.licence(arguments.source_id or "taught", arguments.licence)
        import_taught(folder, licence, intake)
        return
    name = arguments.collection or arguments.source.resolve().name.partition(".")[0]
    if format_ is None or (format_ == "set" and not sets):
        message = f"{arguments.source}: no manifest.jsonl here or one level below; give --format"
        raise SampleError(message)
    if format_ == "set":
        for one in sets:
            known = arguments.collection or (name if one == folder else one.name)
            import_set(one, known, knowledge, intake)
        return
    source = arguments.source_id or name
    licence = knowledge.licence(source, arguments.licence)
    stated = Stated(name, source, licence, tuple(arguments.throughout))
    import_format(folder, format_, stated, intake)


def tell(intake: "Intake") -> int:
    """Print what an import did; 1 when something was refused."""
    print(
        f"{len(intake.added)} added 新增, {len(intake.changed)} changed 更新, "
        f"{len(intake.unchanged)} unchanged 未变, {len(intake.refused)} refused 拒绝"
    )
    for refusal in intake.refused:
        print(f"  {refusal}", file=sys.stderr)
    return 1 if intake.refused else 0
