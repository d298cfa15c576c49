"""`patrol library queue`: what is worth labelling next, and why."""

import argparse
import json
from contextlib import ExitStack
from typing import TYPE_CHECKING

from hazard_library.verbs.library_arguments import add_library, open_store

if TYPE_CHECKING:
    from hazard_library.samples.ranking import Ranked

HELP = "rank proposed samples by what labelling them would bring 待标注队列"
EXAMPLE = "patrol library queue --library library --model ppe --model site-hazards --limit 20"
_MODELS = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which models look, and how much is told."""
    parser.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="NAME",
        help="for uncertainty; a second one for disagreement",
    )
    parser.add_argument("--limit", type=int, default=50, help="how many are told (50)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    add_library(parser)


def run(arguments: argparse.Namespace) -> int:
    """Rank and print."""
    from hazard_library.evaluation.sample_finder import SampleFinder
    from hazard_library.evaluation.subject import open_subject
    from hazard_library.samples.ranking import count_labelled, rank
    from hazard_library.samples.review import USABLE, State
    from hazard_library.samples.store import Wanted

    if len(arguments.model) > _MODELS:
        print(f"patrol library queue: --model {_MODELS} times at most; leave one out")
        return 2
    with ExitStack() as stack:
        store = stack.enter_context(open_store(arguments))
        finders = [
            stack.enter_context(SampleFinder.open(open_subject(name), store))
            for name in arguments.model
        ]
        proposed = store.select(Wanted(states=(State.PROPOSED,)))
        labelled = count_labelled(store.select(Wanted(states=USABLE)))
        seen = {one.sha256: [finder.look(one) for finder in finders] for one in proposed}
    ranked = rank(proposed, seen, labelled)[: arguments.limit]
    if arguments.json:
        print(json.dumps([one.model_dump(mode="json") for one in ranked], ensure_ascii=False))
    else:
        tell(ranked, len(proposed))
    return 0


def tell(ranked: "list[Ranked]", of: int) -> None:
    """Print the queue, each score with what it is made of."""
    from hazard_library.samples.ranking import ZH

    print(f"{len(ranked)} of {of} proposed samples 待标注, most worth first")
    for place, one in enumerate(ranked, 1):
        print(f"{place:4d}  {one.sha256[:12]}  {one.score:5.1f}")
        for term in one.terms:
            print(f"      {term.points:5.1f}  {term.factor} {ZH[term.factor]}: {term.why}")
