"""What no engine on this machine can beat: decode all frames, run the model as often, nothing else.

python -m edge.bench.ceiling FOLDER FILM FRAMES BACKEND PRECISION FITTED OUT

One thread decodes and does nothing with the pictures; as many threads as the engine has workers run
the model on a tensor of the engine's shape that is there already. No colours, no fitting in, no
boxes, no rules.
"""

import itertools
import json
import sys
import threading
from pathlib import Path

import av
import numpy as np

from edge.config.inference import Backend, Precision
from edge.fleet.system_clock import SystemClock
from edge.inference.layout import Layout
from edge.inference.letterbox import fit
from edge.inference.loading import in_precision, may_be_fitted, runner_of
from edge.inference.machine import cores
from edge.video.probe import probe
from hazard_library.registry.package import find_package


def run(folder: str, film: Path, frames: int, layout: Layout) -> dict[str, float]:
    """Return the frames and the seconds both took side by side."""
    package = in_precision(find_package(folder), layout.precision)
    runner = runner_of(package, layout)
    size = probe(film)
    is_fitted = layout.is_fitted and may_be_fitted(package, runner)
    shape = fit(size.width, size.height, package.card.input, is_fitted=is_fitted).shape
    numbers = itertools.count()

    def infer() -> None:
        tensor = np.full((1, 3, *shape), 0.4, np.float32)
        while next(numbers) < frames:
            runner.run(tensor)

    def decode() -> None:
        with av.open(str(film)) as container:
            for _ in itertools.islice(container.decode(video=0), frames):
                pass

    runner.run(np.zeros((1, 3, *shape), np.float32))
    threads = [threading.Thread(target=infer) for _ in range(layout.workers)]
    threads.append(threading.Thread(target=decode))
    clock = SystemClock()
    started = clock.now()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"frames": frames, "seconds": clock.now().seconds_since(started)}


if __name__ == "__main__":
    given = sys.argv[1:]
    measured = run(
        given[0],
        Path(given[1]),
        int(given[2]),
        Layout(Backend(given[3]), Precision(given[4]), cores(), is_fitted=given[5] == "1"),
    )
    Path(given[6]).write_text(json.dumps(measured), encoding="utf-8")
