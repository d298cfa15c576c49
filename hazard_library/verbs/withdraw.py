"""`patrol library withdraw`: take a sample out of every later version."""

import argparse

from hazard_library.verbs.library_arguments import act_of, add_act, add_library, open_store

HELP = "take samples out of every later version; row and history stay 撤回样本"
EXAMPLE = "patrol library withdraw 27b8302f --why 'consent revoked'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which samples, and why."""
    parser.add_argument("samples", nargs="+", metavar="SHA256", help="hash, or its beginning")
    add_library(parser)
    add_act(parser)
    parser.add_argument(
        "--purge", action="store_true", help="remove the picture itself as well 同时删除图片"
    )


def run(arguments: argparse.Namespace) -> int:
    """Withdraw, and name the versions that hold each sample."""
    from hazard_library.datasets.shelf import versions_with
    from hazard_library.samples.review import Event, State

    act = act_of(arguments)
    with open_store(arguments) as store:
        for name in arguments.samples:
            sample = store.get(name)
            if sample.state is not State.WITHDRAWN:
                store.change(sample, Event.WITHDRAW, act)
            if arguments.purge:
                store.purge(sample.sha256, act)
            held = ", ".join(versions_with(store, sample.sha256)) or "none 无"
            print(f"{sample.sha256[:12]} withdrawn 已撤回; versions that hold it 含此样本: {held}")
    return 0
