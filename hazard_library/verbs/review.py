"""`patrol library review`: what a person decided about samples, or what there is to decide."""

import argparse
from typing import TYPE_CHECKING

from hazard_library.verbs.library_arguments import act_of, add_act, add_library, open_store

if TYPE_CHECKING:
    from hazard_library.samples.sample import Sample
    from hazard_library.samples.store import SampleStore

HELP = "list samples, show one with its history, or move them on 复核样本"
EXAMPLE = "patrol library review 27b8302f --event review --why 'boxes checked'"
STATES = ("proposed", "labelled", "reviewed", "released", "withdrawn")
EVENTS = ("label", "review", "send-back", "release", "note")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which samples, and what was decided."""
    parser.add_argument("samples", nargs="*", metavar="SHA256", help="hash, or its beginning")
    add_library(parser)
    add_act(parser, "reviewed")
    parser.add_argument("--event", choices=EVENTS, help="what was decided; none: show")
    parser.add_argument("--state", choices=STATES, help="list samples in this state 按状态列出")
    parser.add_argument(
        "--throughout",
        nargs="+",
        default=(),
        metavar="CLASS",
        help="classes of which every instance has a box (or there is none) 完整标注的类别",
    )
    parser.add_argument(
        "--not-throughout",
        nargs="+",
        default=(),
        metavar="CLASS",
        help="classes of which that was said by mistake 更正：并未完整标注",
    )


def run(arguments: argparse.Namespace) -> int:
    """Change the named samples, or print what is known of them."""
    with open_store(arguments) as store:
        if not arguments.samples:
            return _list(store, arguments.state)
        for name in arguments.samples:
            sample = store.get(name)
            if arguments.event is None:
                _show(store, sample)
            else:
                _decide(store, sample, arguments)
    return 0


def _list(store: "SampleStore", state: str | None) -> int:
    """Print a line a sample."""
    from hazard_library.samples.review import State
    from hazard_library.samples.store import Wanted

    states = [State(state)] if state else []
    for sample in store.select(Wanted(states=states)):
        labels = ", ".join(sorted({label.label for label in sample.labels})) or "no boxes"
        print(f"{sample.sha256[:12]}  {sample.state}  {sample.provenance.source}  {labels}")
    return 0


def _show(store: "SampleStore", sample: "Sample") -> None:
    """Print a sample and its history."""
    print(sample.model_dump_json(indent=2))
    for entry in store.history(sample.sha256):
        act = entry.act
        print(f"{entry.number}. {act.at:%Y-%m-%d %H:%M} {act.by} {entry.event}: {act.why}")


def _decide(store: "SampleStore", sample: "Sample", arguments: argparse.Namespace) -> None:
    """Move one sample on, with what is now known throughout."""
    from hazard_library.errors import SampleError
    from hazard_library.samples.review import Event
    from hazard_library.samples.sample import Throughout
    from hazard_library.samples.second_person import check_second_person
    from hazard_library.samples.vocabulary import read_vocabulary

    act = act_of(arguments)
    if arguments.event == Event.REVIEW:
        check_second_person(store.history(sample.sha256), act.by)
    unknown = sorted(set(arguments.throughout) - read_vocabulary())
    if unknown:
        message = f"--throughout: unknown class {', '.join(unknown)}; see catalogue/labels.yaml"
        raise SampleError(message)
    stated = tuple(
        Throughout(label=label, by=act.by, at=act.at, why=act.why)
        for label in arguments.throughout
        if label not in sample.known
    )
    kept = [one for one in sample.exhaustive if one.label not in arguments.not_throughout]
    changed = sample.model_copy(update={"exhaustive": (*kept, *stated)})
    now = store.change(changed, Event(arguments.event), act)
    print(f"{now.sha256[:12]} {now.state}")
