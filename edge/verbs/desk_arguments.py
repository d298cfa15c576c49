"""The words of `patrol edge replay` and `explain`: what needs no running box."""

import argparse
from datetime import datetime
from pathlib import Path


def add_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add what needs no running box: rules on a clip, and why an incident was one."""
    replay = verbs.add_parser("replay", help="run a camera's rules on a clip, at full speed")
    replay.add_argument("clip", type=Path, metavar="CLIP", help="a film, such as gate.mp4")
    _config(replay)
    _desk(replay)
    replay.add_argument("--json", action="store_true", help="print JSON in one line")
    replay.add_argument("--out", type=Path, metavar="DIR", help="keep stores and evidence there")
    replay.set_defaults(run=_replay)

    explain = verbs.add_parser("explain", help="say why an incident was one")
    explain.add_argument("incident", metavar="INCIDENT", help="its id, or how it begins")
    _config(explain)
    explain.add_argument(
        "--replay", type=Path, metavar="CLIP", help="play this clip and explain what it shows"
    )
    _desk(explain)
    explain.set_defaults(run=_explain)


def _config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, required=True, metavar="F", help="site.yaml")


def _desk(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--camera",
        metavar="C",
        help="whose rules; not needed where there is one, or one that belongs to the clip",
    )
    parser.add_argument(
        "--start-at",
        type=_instant,
        metavar="T",
        help="what the clip's first picture is called, such as 2026-03-02T22:00:00+08:00",
    )


def _instant(text: str) -> datetime:
    """Read a time with its zone: hours of shifts depend on it."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        example = "2026-03-02T22:00:00+08:00"
        raise argparse.ArgumentTypeError(f"{text!r} is no time with its zone, such as {example}")
    return at


def _replay(options: argparse.Namespace) -> int:
    from edge.config.desk import Clip
    from edge.verbs.replay import ReplayOptions, replay

    return replay(
        ReplayOptions(
            clip=Clip(options.clip, options.start_at),
            config=options.config,
            camera=options.camera,
            as_json=options.json,
            out=options.out,
        )
    )


def _explain(options: argparse.Namespace) -> int:
    from edge.config.desk import Clip
    from edge.verbs.explain import ExplainOptions, explain

    return explain(
        ExplainOptions(
            incident=options.incident,
            config=options.config,
            clip=None if options.replay is None else Clip(options.replay, options.start_at),
            camera=options.camera,
        )
    )
