"""What `patrol bench edge` and `patrol edge tune` may be asked for; nothing is imported for it."""

import argparse
from pathlib import Path


def edge_arguments(edge: argparse.ArgumentParser) -> None:
    """Add the words of `patrol bench edge`."""
    edge.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help="speed, cameras, gate, memory, idle, latency, stages; all of them if none is named",
    )
    edge.add_argument("--video", type=Path, help="footage; Debian's vtest.avi if not given")
    edge.add_argument("--model", default="site", metavar="M", help="name, version or folder (site)")
    edge.add_argument(
        "--side", type=int, metavar="PX", help="input of the model where loops are compared (640)"
    )
    edge.add_argument("--as-released", action="store_true", help="leave the model's input as it is")
    edge.add_argument("--seconds", type=float, default=20.0, help="of film, or of watching (20)")
    edge.add_argument("--repeats", type=int, default=3, help="of each loop, in turn (3)")
    edge.add_argument(
        "--ultralytics",
        type=Path,
        metavar="PYTHON",
        help="a Python that has ultralytics (make train), to compare speed with its track",
    )
    edge.add_argument("--json", action="store_true", help="print one JSON object as the last line")


def tune_arguments(tune: argparse.ArgumentParser) -> None:
    """Add the words of `patrol edge tune`."""
    tune.add_argument("--config", type=Path, required=True, metavar="F", help="site.yaml")
    tune.add_argument("--video", type=Path, help="pictures to compare on; vtest.avi if not given")
    tune.add_argument("--seconds", type=float, default=4.0, help="for each layout (4)")
    tune.add_argument(
        "--allow",
        action="append",
        choices=["bfloat16", "float16", "int8"],
        default=[],
        help="a precision that may be chosen although it finds other boxes than float32",
    )
    tune.add_argument("--force", action="store_true", help="measure although the machine is busy")
