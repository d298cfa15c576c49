"""`patrol library prelabel`: the current model's boxes as labels that people correct."""

import argparse

from hazard_library.verbs.library_arguments import act_of, add_act, add_library, open_store

HELP = "let a model label proposed samples; its labels stay unreviewed 预标注"
EXAMPLE = "patrol library prelabel --model ppe --library library"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which model labels which samples."""
    parser.add_argument(
        "--model", required=True, metavar="NAME", help="package: name, name@version or folder"
    )
    parser.add_argument("--set", dest="collection", metavar="NAME", help="only of this set")
    add_library(parser)
    add_act(parser, "prelabel")


def run(arguments: argparse.Namespace) -> int:
    """Look at every proposed sample and write what the model reports."""
    from hazard_library.evaluation.sample_finder import SampleFinder
    from hazard_library.evaluation.subject import open_subject
    from hazard_library.samples.prelabels import PRELABELLED, with_prelabels
    from hazard_library.samples.review import Event
    from hazard_library.samples.store import Wanted

    subject, act = open_subject(arguments.model), act_of(arguments)
    collections = (arguments.collection,) if arguments.collection else ()
    looked_at = changed = boxes = 0
    with open_store(arguments) as store, SampleFinder.open(subject, store) as finder:
        for sample in store.select(Wanted(states=PRELABELLED, collections=collections)):
            seen = finder.look(sample)
            now = with_prelabels(sample, seen, act)
            looked_at += 1
            boxes += sum(label.by == seen.by for label in now.labels)
            if [label.box() for label in now.labels] != [label.box() for label in sample.labels]:
                store.change(now, Event.NOTE, act)
                changed += 1
    print(
        f"{looked_at} proposed samples looked at 已看, {changed} changed 更新, {boxes} boxes "
        f"by model:{subject.name}/{subject.version} unreviewed 未审核"
    )
    return 0
