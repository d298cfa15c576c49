"""`patrol library export`: samples for a labelling tool, another trainer or another library."""

import argparse
import sys
from pathlib import Path

from hazard_library.verbs.library_arguments import add_library, open_store

HELP = "write samples as YOLO, COCO, VOC, CVAT or Label Studio, with what only we know beside"
EXAMPLE = "patrol library export to-label --format cvat --state proposed --inside"
FORMATS = ("yolo", "coco", "voc", "cvat", "label-studio")
STATES = ("proposed", "labelled", "reviewed", "released")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which samples go out, and as what."""
    parser.add_argument("out", type=Path, help="new folder")
    add_library(parser)
    parser.add_argument("--format", choices=FORMATS, required=True)
    parser.add_argument("--state", nargs="+", choices=STATES, default=(), help="only these states")
    parser.add_argument("--set", nargs="+", default=(), metavar="NAME", help="only these sets")
    parser.add_argument("--source", nargs="+", default=(), metavar="ID", help="only these sources")
    parser.add_argument("--version", metavar="NAME", help="only the samples of a dataset version")
    parser.add_argument("--samples", nargs="+", default=(), metavar="SHA256", help="only these")
    parser.add_argument(
        "--inside",
        action="store_true",
        help="the folder stays inside the project: samples that are not to be passed on go as well",
    )


def run(arguments: argparse.Namespace) -> int:
    """Export, and list what may not go out; 1 when something may not."""
    from hazard_library.datasets.shelf import read_version
    from hazard_library.samples.exporting import export
    from hazard_library.samples.review import State
    from hazard_library.samples.store import Wanted

    with open_store(arguments) as store:
        wanted = Wanted(
            states=[State(state) for state in arguments.state],
            collections=arguments.set,
            sources=arguments.source,
        )
        samples = store.select(wanted)
        only = {store.get(name).sha256 for name in arguments.samples}
        if arguments.version:
            only |= {p.sha256 for p in read_version(store, arguments.version).pictures}
        if only:
            samples = [sample for sample in samples if sample.sha256 in only]
        refused = export(store, samples, arguments.out, arguments.format, inside=arguments.inside)
    print(
        f"{len(samples) - len(refused)} written 导出, {len(refused)} refused 拒绝: {arguments.out}"
    )
    for refusal in refused:
        print(f"  {refusal}", file=sys.stderr)
    return 1 if refused else 0
