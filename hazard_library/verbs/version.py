"""`patrol library version`: immutable dataset versions, from creation to report."""

import argparse
from pathlib import Path

from hazard_library.verbs.library_arguments import add_library, open_store

HELP = "create, list, show, compare or report dataset versions 数据集版本"
EXAMPLE = "patrol library version create ppe-1 --spec configs/library/versions/ppe.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what is done with which version."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    create = actions.add_parser("create", help="choose pictures, check for leaks, write a manifest")
    create.add_argument("name", help="of the new version; a name is given once")
    create.add_argument("--spec", type=Path, required=True, help="version spec or training recipe")
    create.add_argument("--parent", help="the version it goes on from; its splits are kept")
    create.add_argument(
        "--leave-out-leaks",
        action="store_true",
        help="leave training pictures out that give away a validation picture, instead of failing",
    )
    show = actions.add_parser("show", help="what a version holds, and what was withdrawn since")
    show.add_argument("name")
    diff = actions.add_parser("diff", help="what changed from one version to another")
    diff.add_argument("before")
    diff.add_argument("after")
    report = actions.add_parser("report", help="one HTML page: classes, sizes, sources, splits")
    report.add_argument("name")
    report.add_argument("--out", type=Path, help="HTML file (versions/NAME.html)")
    report.add_argument("--no-pictures", action="store_true", help="without sample pictures")
    listed = actions.add_parser("list", help="all versions, the oldest first")
    for action in (create, show, diff, report, listed):
        add_library(action)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked."""
    actions = {
        "create": _create,
        "list": _list,
        "show": _show,
        "diff": _diff,
        "report": _report,
    }
    return actions[arguments.action](arguments)


def _create(arguments: argparse.Namespace) -> int:
    """Put a version together and shelve it."""
    from hazard_library.clock import now
    from hazard_library.datasets.assembling import assemble
    from hazard_library.datasets.selection import read_spec
    from hazard_library.datasets.shelf import read_version, shelve

    spec = read_spec(arguments.spec)
    if arguments.leave_out_leaks:
        spec = spec.model_copy(update={"leaks": "leave-out"})
    with open_store(arguments) as store:
        parent = read_version(store, arguments.parent) if arguments.parent else None
        version = assemble(store, spec, arguments.name, now(), parent)
        file = shelve(store, version)
    print(f"{version.name} {version.sha256}")
    print("  " + ", ".join(f"{key} {count}" for key, count in version.counts().items()))
    print(f"  {len(version.left_out)} pictures left out as leaks 因泄漏剔除")
    print(f"  {file}")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    """Print a line a version."""
    from hazard_library.datasets.shelf import shelved

    with open_store(arguments) as store:
        for item in shelved(store):
            gone = f", {len(item.withdrawn)} withdrawn since 已撤回" if item.withdrawn else ""
            print(
                f"{item.name}  {item.sha256[:12]}  {item.created:%Y-%m-%d %H:%M}  "
                f"{item.pictures} pictures{gone}"
            )
    return 0


def _show(arguments: argparse.Namespace) -> int:
    """Print what a version holds; name every picture withdrawn since."""
    from hazard_library.datasets.shelf import read_version, withdrawn_from
    from hazard_library.datasets.version import by_source

    with open_store(arguments) as store:
        version = read_version(store, arguments.name)
        gone = withdrawn_from(store, arguments.name)
        reasons = {name: store.history(name)[-1].act for name in gone}
    print(f"{version.name} {version.sha256}, parent {version.parent or 'none'}")
    for key, count in version.counts().items():
        print(f"  {key}: {count}")
    for (source, licence), count in by_source(version.pictures).items():
        print(f"  source 来源 {source}: {count} pictures, {licence}")
    for item in version.accepted:
        print(f"  accepted on both sides 已接受 {item.name}: {item.why}")
    for left in version.left_out:
        print(f"  left out 剔除 {left.sha256[:12]} {left.source}: {left.why}")
    for name in gone:
        act = reasons[name]
        print(f"  withdrawn since 已撤回 {name}: {act.at:%Y-%m-%d} {act.by}: {act.why}")
    return 0


def _diff(arguments: argparse.Namespace) -> int:
    """Print what changed; 1 when something did."""
    from hazard_library.datasets.difference import difference
    from hazard_library.datasets.shelf import read_version

    with open_store(arguments) as store:
        before, after = (read_version(store, n) for n in (arguments.before, arguments.after))
    told = difference(before, after)
    print(f"{len(told.added)} added 新增, {len(told.removed)} removed 移除, ", end="")
    print(f"{len(told.changed)} changed 更新")
    for key, (old, new) in told.counts.items():
        print(f"  {key}: {old} → {new}")
    for sign, pictures in (("+", told.added), ("-", told.removed)):
        for picture in pictures:
            print(f"  {sign} {picture.sha256[:12]} {picture.source} {picture.split}")
    for change in told.changed:
        print(f"  ~ {change.sha256[:12]} {change.source}: {', '.join(change.fields)}")
    return int(bool(told.added or told.removed or told.changed))


def _report(arguments: argparse.Namespace) -> int:
    """Write the page."""
    from hazard_library.datasets.report import write_report
    from hazard_library.datasets.shelf import read_version, version_file, withdrawn_from

    with open_store(arguments) as store:
        version = read_version(store, arguments.name)
        gone = withdrawn_from(store, arguments.name)
        out = arguments.out or version_file(store.root, version.name).with_suffix(".html")
        pictures = None if arguments.no_pictures else store.root
        print(write_report(version, gone, out, pictures))
    return 0
