"""The other yardstick of the edge's bench: ultralytics' own `track`, as its users run it.

The same network, film and size of input as the bench's other loops, ultralytics' defaults for all
else: its tracker, its thresholds, its threads. It runs here because here alone torch may be loaded.

    python -P -m hazard_library.training.ultralytics_track MODEL.onnx SIDE FILM FRAMES OUT
"""

import json
import os
import sys
import time
from itertools import islice
from pathlib import Path

_WARM_UP = 3
"""Frames that are not counted: the first ones load what is loaded late."""


def run(model: str, side: int, film: str, frames: int) -> dict[str, float]:
    """Track over the first frames of a film; return how many were counted and the seconds.

    side: of the input, pixels.
    """
    # A measurement neither installs packages nor tells anybody about it.
    os.environ |= {"YOLO_AUTOINSTALL": "false", "YOLO_OFFLINE": "true"}
    from ultralytics import YOLO  # noqa: PLC0415 - the variables above come first

    looks = YOLO(model, task="detect").track(
        source=film, stream=True, imgsz=side, device="cpu", verbose=False
    )
    for _ in islice(looks, _WARM_UP):
        pass
    started = time.perf_counter()
    counted = sum(1 for _ in islice(looks, frames - _WARM_UP))
    return {"frames": counted, "seconds": time.perf_counter() - started}


if __name__ == "__main__":
    given = sys.argv[1:]
    measured = run(given[0], int(given[1]), given[2], int(given[3]))
    Path(given[4]).write_text(json.dumps(measured), encoding="utf-8")
