"""`patrol library pull`: officers' verdicts come back as proposed samples."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hazard_library.verbs.library_arguments import act_of, add_act, add_library, open_store

if TYPE_CHECKING:
    from hazard_library.samples.pull import Told

HELP = "fetch key frames of confirmed and rejected leads as proposed samples 判定回流"
EXAMPLE = (
    "patrol library pull --server https://patrol.example.cn --token-file token --library library"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say from which server, with which token, into which library."""
    parser.add_argument("--server", required=True, metavar="URL", help="the bureau's server")
    parser.add_argument(
        "--token-file",
        type=Path,
        required=True,
        metavar="F",
        help="token of a maintainer, from patrol server library-token",
    )
    parser.add_argument("--ca-file", type=Path, metavar="F", help="authority of its certificate")
    parser.add_argument(
        "--again", action="store_true", help="from the first verdict on; nothing comes in twice"
    )
    add_library(parser)
    add_act(parser, "pull")


def run(arguments: argparse.Namespace) -> int:
    """Pull, and tell what came; 1 when something was refused."""
    from hazard_library.catalogue.load import load_catalogue
    from hazard_library.samples.intake import Intake
    from hazard_library.samples.proposals import Server, read_token
    from hazard_library.samples.pull import Pull
    from hazard_library.samples.vocabulary import read_vocabulary

    token = read_token(arguments.token_file)
    hazards = load_catalogue().hazards
    with (
        Server.at(arguments.server, token, arguments.ca_file) as server,
        open_store(arguments, create=True) as store,
    ):
        pull = Pull(server, Intake(store, read_vocabulary(), act_of(arguments)), hazards)
        try:
            pull.run(again=arguments.again)
        finally:
            tell(pull.told)
    return 1 if pull.told.refused else 0


def tell(told: "Told") -> None:
    """Print what a pull did, and what was refused."""
    from hazard_library.samples.verdict import Teaches

    count = {teaches: len(samples) for teaches, samples in told.proposed.items()}
    print(
        f"proposed 新增候选: {count[Teaches.POSITIVE]} positive 属实, "
        f"{count[Teaches.HARD_NEGATIVE]} hard negative 误报, "
        f"{count[Teaches.OPEN]} to look at 待看"
    )
    print(
        f"{told.unchanged} unchanged 未变, {len(told.changed)} judged anew 改判, "
        f"{len(told.withdrawn)} withdrawn 撤回, {len(told.refused)} refused 拒绝"
    )
    if told.stays_withdrawn:
        print(f"{told.stays_withdrawn} were withdrawn before and stay so")
    if told.no_consent or told.no_picture:
        print(
            f"not offered 未提供: {told.no_consent} verdicts without the enterprise's consent "
            f"未获同意, {told.no_picture} incidents whose key frame is not there yet 缺关键帧 "
            "(--again later)"
        )
    for refusal in told.refused:
        print(f"  {refusal}", file=sys.stderr)
