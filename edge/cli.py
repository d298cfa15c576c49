"""The edge's verbs: `patrol edge …`, `patrol detect`, `patrol bench`.

Exit codes: 0 well, 1 problems found, 2 misuse. What a verb needs is imported when it is called.
"""

import argparse
import logging
import os
import sys
from pathlib import Path

from edge.errors import EdgeError
from edge.runtime.logs import configure_logging
from edge.verbs import desk_arguments
from edge.verbs.bench_words import edge_arguments, tune_arguments
from hazard_library.errors import LibraryError

#: What looks if nobody says who.
_MODEL = "ppe"


def main(argv: list[str]) -> int:
    """Run a verb; `argv[0]` is its first word."""
    parser = _parser(argv[0])
    options = parser.parse_args(argv[1:])
    # A verb answers in its own words; only the box itself logs.
    configure_logging(logging.CRITICAL)
    try:
        code: int = options.run(options)
    except (EdgeError, LibraryError) as fault:
        if options.debug:
            raise
        print(fault, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read the output has seen enough.
        sys.stderr.close()
        return 1
    return code


def _parser(word: str) -> argparse.ArgumentParser:
    makers = {
        "edge": _edge_parser,
        "detect": _detect_parser,
        "bench": _bench_parser,
        "doctor": _doctor_parser,
    }
    return makers[word]()


def _new(prog: str, says: str, example: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=prog, description=says, epilog=f"Example: {example}")
    parser.add_argument("--debug", action="store_true", help="show tracebacks")
    return parser


def _edge_parser() -> argparse.ArgumentParser:
    parser = _new(
        "patrol edge", "Run a box, or look into it.", "patrol edge run --config site.yaml"
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    run = verbs.add_parser("run", help="run the box")
    _config(run)
    run.add_argument("--once", action="store_true", help="read every source once, drain, leave")
    run.add_argument(
        "--keep-last-good", action="store_true", help="if the file has mistakes, run the last good"
    )
    run.add_argument(
        "--drain-timeout",
        type=float,
        default=120.0,
        metavar="S",
        help="with --once: seconds that everything may take to reach the server (120)",
    )
    run.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    run.set_defaults(run=_run)

    check = verbs.add_parser("check", help="check a configuration: all mistakes at once")
    _config(check)
    check.add_argument(
        "--pictures",
        type=Path,
        metavar="DIR",
        help="write a fresh picture of each camera there, its zones and lines drawn over it",
    )
    check.set_defaults(run=_check)

    probe = verbs.add_parser("probe", help="count the packets of a film, apart from the engine")
    probe.add_argument("source", type=Path)
    probe.add_argument("--json", action="store_true", help="print JSON")
    probe.set_defaults(run=_probe)

    report = verbs.add_parser("report", help="what the stores say")
    _config(report)
    report.add_argument("--json", action="store_true", help="print JSON")
    report.set_defaults(run=_report)

    identity = verbs.add_parser("identity", help="print the public key that signs evidence")
    _config(identity)
    identity.set_defaults(run=_identity)
    _add_enrol(verbs.add_parser("enrol", help="fetch the box's certificate with a one-time code"))
    tune = verbs.add_parser("tune", help="measure this machine and keep the best layout")
    tune_arguments(tune)
    tune.set_defaults(run=_tune)
    desk_arguments.add_verbs(verbs)
    _add_teach(verbs)
    return parser


def _add_enrol(enrol: argparse.ArgumentParser) -> None:
    enrol.add_argument("code", nargs="?", metavar="CODE", help="from patrol server device …")
    enrol.add_argument("--server", metavar="URL", help="https://name:port, the door for boxes")
    where = enrol.add_mutually_exclusive_group(required=True)
    where.add_argument("--config", type=Path, metavar="F", help="site.yaml")
    where.add_argument("--stores", type=Path, metavar="DIR", help="the box's stores")
    enrol.add_argument("--renew", action="store_true", help="fetch the next certificate now")
    enrol.set_defaults(run=_enrol)


def _add_teach(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    teach = verbs.add_parser("teach", help="teach what a drawn region looks like when all is well")
    _config(teach)
    teach.add_argument("--camera", required=True, metavar="C")
    teach.add_argument("--region", required=True, metavar="R", help="a zone drawn at that camera")
    teach.add_argument(
        "--from",
        "--pictures",
        dest="source",
        type=Path,
        metavar="P",
        help="whole pictures of the camera: a folder or a film; the live camera if not said",
    )
    teach.add_argument(
        "--abnormal", type=Path, metavar="P", help="the same of abnormal states, if there are any"
    )
    teach.add_argument("--count", type=int, default=6, metavar="N", help="pictures (6)")
    teach.add_argument(
        "--over", type=float, default=60.0, metavar="S", help="live: spread over S seconds (60)"
    )
    teach.add_argument("--add", action="store_true", help="keep what was taught, in other light")
    teach.add_argument("--by", metavar="NAME", help="who teaches; your account if not said")
    teach.set_defaults(run=_teach)


def _config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, required=True, metavar="F", help="site.yaml")


def _models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        dest="models",
        action="append",
        metavar="M",
        help="name, name@version, or folder; several look together, the first answers for a class "
        f"that two of them see ({_MODEL})",
    )


def _chosen(options: argparse.Namespace) -> tuple[str, ...]:
    return tuple(options.models or (_MODEL,))


def _doctor_parser() -> argparse.ArgumentParser:
    parser = _new(
        "patrol doctor",
        "Find what could keep a box from its work, and say what to do.",
        "patrol doctor --config site.yaml",
    )
    parser.add_argument("--config", type=Path, metavar="F", help="site.yaml; without: the machine")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_doctor)
    return parser


def _detect_parser() -> argparse.ArgumentParser:
    parser = _new(
        "patrol detect",
        "Find objects in pictures, folders of pictures, and videos.",
        "patrol detect --model ppe picture.jpg --json",
    )
    parser.add_argument("sources", type=Path, nargs="+", metavar="SOURCE")
    _models(parser)
    parser.add_argument("--json", action="store_true", help="print one object a line, draw nothing")
    parser.add_argument("--min-score", type=float, metavar="S", help="instead of the card's")
    parser.add_argument("--out", type=Path, default=Path("detected"), help="folder of the drawings")
    parser.set_defaults(run=_detect)
    return parser


def _bench_parser() -> argparse.ArgumentParser:
    parser = _new(
        "patrol bench", "Measure the edge here and now.", "patrol bench edge speed --seconds 8"
    )
    verbs = parser.add_subparsers(required=True, metavar="WHAT")
    edge = verbs.add_parser("edge", help="speed, cameras, memory, latency, stages")
    _bench_blur_arguments(verbs.add_parser("blur", help="labelled heads that the blur covers"))
    _bench_states_arguments(verbs.add_parser("states", help="taught regions, hour by hour"))
    edge_arguments(edge)
    edge.set_defaults(run=_bench_edge)
    return parser


def _bench_states_arguments(states: argparse.ArgumentParser) -> None:
    states.add_argument("--hours", type=int, default=24, help="composed hours, a region each (24)")
    states.add_argument("--model", default=_MODEL, metavar="M", help=f"who finds people ({_MODEL})")
    states.add_argument("--json", action="store_true", help="print the JSON object only")
    states.set_defaults(run=_bench_states)


def _bench_blur_arguments(blur: argparse.ArgumentParser) -> None:
    blur.add_argument("--data", type=Path, required=True, help="a data set in YOLO's layout")
    blur.add_argument("--split", default="val", help="which of its pictures (val)")
    blur.add_argument("--most", type=int, metavar="N", help="look at no more pictures than that")
    _models(blur)
    blur.set_defaults(run=_bench_blur)


def _run(options: argparse.Namespace) -> int:
    from edge.verbs.run import RunOptions, run_child, run_parent

    wanted = RunOptions(
        config=options.config,
        once=options.once,
        keep_last_good=options.keep_last_good,
        drain_timeout_s=options.drain_timeout,
    )
    return run_child(wanted) if options.child else run_parent(wanted)


def _check(options: argparse.Namespace) -> int:
    from edge.verbs.check import check

    return check(options.config, options.pictures)


def _probe(options: argparse.Namespace) -> int:
    from edge.verbs.probe import probe

    return probe(options.source, as_json=options.json)


def _report(options: argparse.Namespace) -> int:
    from edge.verbs.report import print_report

    return print_report(options.config, as_json=options.json)


def _enrol(options: argparse.Namespace) -> int:
    from edge.verbs.enrol import EnrolOptions, enrol

    return enrol(
        EnrolOptions(options.code, options.server, options.config, options.stores, options.renew)
    )


def _identity(options: argparse.Namespace) -> int:
    from edge.verbs.identity import identity

    return identity(options.config)


def _teach(options: argparse.Namespace) -> int:
    from edge.verbs.teach import TeachOptions, teach_region

    return teach_region(
        TeachOptions(
            config=options.config,
            camera=options.camera,
            region=options.region,
            source=options.source,
            abnormal=options.abnormal,
            count=max(1, options.count),
            over_s=max(0.0, options.over),
            adds=options.add,
            by=options.by,
        )
    )


def _doctor(options: argparse.Namespace) -> int:
    from edge.verbs.doctor import doctor

    return doctor(options.config, as_json=options.json)


def _detect(options: argparse.Namespace) -> int:
    from edge.verbs.detect import DetectOptions, detect

    return detect(
        DetectOptions(
            sources=tuple(options.sources),
            models=_chosen(options),
            as_json=options.json,
            min_score=options.min_score,
            out=options.out,
        )
    )


def _tune(options: argparse.Namespace) -> int:
    from edge.bench.tune import TuneOptions, tune
    from edge.config.inference import Precision

    allowed = frozenset(Precision(one) for one in options.allow)
    return tune(TuneOptions(options.config, options.video, options.seconds, allowed, options.force))


def _bench_edge(options: argparse.Namespace) -> int:
    from edge.bench.run import EdgeBench, check_parts, material_of, run

    return run(
        EdgeBench(
            parts=check_parts(options.parts),
            model=options.model,
            video=options.video,
            side=None if options.as_released else options.side or 640,
            ultralytics=options.ultralytics,
            seconds=options.seconds,
            repeats=options.repeats,
            as_json=options.json,
            material=material_of(os.environ.get("PATROL_MATERIAL")),
        )
    )


def _bench_states(options: argparse.Namespace) -> int:
    from edge.bench.states import StatesBench, measure

    return measure(StatesBench(options.hours, options.model, options.json))


def _bench_blur(options: argparse.Namespace) -> int:
    from edge.bench.blur import BlurBench, measure

    return measure(BlurBench(options.data, options.split, _chosen(options), options.most))
