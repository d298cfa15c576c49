"""`patrol eval`: a detector on a dataset version, or incidents against what a film shows."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hazard_library.evaluation.looking import Locator

HELP = "score a detector on a dataset version (MODEL), or found incidents on films (incidents)"
EXAMPLE = "patrol eval ppe@0.1.0 --data runs/ppe/dataset.jsonl --out build/eval"
INCIDENTS = "incidents"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which model on which data, or which incidents against which truth."""
    parser.add_argument(
        "model",
        metavar="MODEL",
        help="a package (name, name@version, folder), the folder of a run, or the word incidents",
    )
    detector = parser.add_argument_group("of a detector")
    detector.add_argument("--data", type=Path, metavar="F", help="dataset version, JSON lines")
    detector.add_argument("--library", type=Path, metavar="DIR", help="sample store with pictures")
    detector.add_argument("--input", type=int, metavar="SIDE", help="side a run was exported for")
    detector.add_argument("--split", default="val", choices=("val", "train", "all"))
    detector.add_argument(
        "--sources", nargs="+", default=(), metavar="S", help="only these sources"
    )
    detector.add_argument(
        "--fitted",
        action="store_true",
        help="inputs of the pictures' own shape, as a box looks; without it the card's square",
    )
    detector.add_argument("--drawings", type=int, default=500, help="bootstrap samples (500)")
    incidents = parser.add_argument_group("of incidents")
    incidents.add_argument(
        "--truth", type=Path, nargs="+", metavar="F", help="what the films show, YAML"
    )
    incidents.add_argument("--found", type=Path, nargs="+", metavar="F", help="incidents, JSON")
    incidents.add_argument(
        "--strict", action="store_true", help="end with 1 if anything was missed or is false"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for JSON and report")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")


def run(arguments: argparse.Namespace) -> int:
    """Score, print, and write what `--out` asks for."""
    if arguments.model == INCIDENTS:
        return _incidents(arguments)
    if arguments.data is None:
        print("patrol eval MODEL: --data is missing; name a dataset version", file=sys.stderr)
        return 2
    from hazard_library.datasets.version import DatasetVersion
    from hazard_library.evaluation.scoring import Selection, evaluate_subject
    from hazard_library.evaluation.subject import open_subject
    from hazard_library.evaluation.table import table

    subject = open_subject(arguments.model, arguments.input)
    version = DatasetVersion.read(arguments.data)
    where = locator(arguments.library)
    selection = Selection(arguments.split, arguments.sources)
    done = evaluate_subject(
        subject, version, where, selection, arguments.drawings, is_fitted=arguments.fitted
    )
    text = done.evaluation.model_dump_json(indent=2, by_alias=True)
    print(text if arguments.json else table(done.evaluation))
    if arguments.out:
        from hazard_library.evaluation.page import write_page

        arguments.out.mkdir(parents=True, exist_ok=True)
        (arguments.out / "evaluation.json").write_text(text + "\n", encoding="utf-8")
        page = write_page(done, subject.loose, where, arguments.out / "evaluation.html")
        print(f"report 报告: {page}", file=sys.stderr)
    return 0


def _incidents(arguments: argparse.Namespace) -> int:
    """Compare incidents with the truth about their films."""
    if not arguments.truth or not arguments.found:
        print("patrol eval incidents: give --truth FILE and --found FILE…", file=sys.stderr)
        return 2
    from hazard_library.evaluation.incident_matching import Reported
    from hazard_library.evaluation.incident_table import incident_json, incident_table
    from hazard_library.evaluation.incidents import check_films, compare, read_found, read_truths

    truth = read_truths(arguments.truth)
    found: dict[str, list[Reported]] = {}
    unseen: list[str] = []
    for file in arguments.found:
        for film, incidents in read_found(file).items():
            found.setdefault(film, []).extend(incidents)
        unseen += check_films(truth, file)
    account = compare(truth, found)
    account.remarks += unseen
    text = json.dumps(incident_json(account), ensure_ascii=False, indent=2)
    print(text if arguments.json else incident_table(account))
    if arguments.out:
        arguments.out.mkdir(parents=True, exist_ok=True)
        (arguments.out / "incidents.json").write_text(text + "\n", encoding="utf-8")
    return 1 if arguments.strict and not account.is_perfect else 0


def locator(library: Path | None) -> "Locator":
    """Say where the pictures of a version lie: in a sample store, or in the outside material."""
    from hazard_library.datasets.material import material_root
    from hazard_library.datasets.version import picture_file

    root = library or material_root(os.environ, Path.cwd())
    return lambda picture: picture_file(root, picture)
