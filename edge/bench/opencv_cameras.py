"""What anybody would write first for many cameras: a thread each, OpenCV reads, ONNX Runtime runs.

It stands alone on purpose: nothing of the edge is used. Every thread reads its camera as fast as
pictures come, and looks at one whenever its time has come, on one session with the library's
defaults. Pictures in between are grabbed and not converted, which is all that OpenCV lets one save.

    python -m edge.bench.opencv_cameras MODEL.onnx URL CAMERAS FPS WARM_UP_S SECONDS OUT
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from edge.bench.plain_loop import decode, letterbox


class Camera(threading.Thread):
    """One camera; `looks` counts the pictures it looked at, `read` those it read."""

    def __init__(self, url: str, session: onnxruntime.InferenceSession, fps: float) -> None:
        """Keep what is needed; `start` begins."""
        super().__init__(daemon=True)
        self.url, self.session, self.every = url, session, 1 / fps
        self.looks = self.read = 0

    def run(self) -> None:
        """Read and look until the program ends; come back when the camera went away."""
        while True:
            capture = cv2.VideoCapture(self.url, cv2.CAP_FFMPEG)
            due = time.perf_counter()
            while capture.grab():
                self.read += 1
                now = time.perf_counter()
                if now < due:
                    continue
                due = max(due + self.every, now - self.every)
                there, picture = capture.retrieve()
                if there:
                    self.look(picture)
                    self.looks += 1

    def look(self, picture: np.ndarray) -> None:
        """Fit in, run, decode, suppress."""
        wanted = self.session.get_inputs()[0]
        tensor, *_ = letterbox(picture, wanted.shape[2])
        decode(self.session.run(None, {wanted.name: tensor})[0], 0.1, 0.5)


def run(given: list[str]) -> dict[str, object]:
    """Let all cameras run; count between warm-up and end."""
    model, url, cameras, fps, warm_up_s, seconds = given
    session = onnxruntime.InferenceSession(model)
    threads = [Camera(url, session, float(fps)) for _ in range(int(cameras))]
    for thread in threads:
        thread.start()
    while not all(thread.looks for thread in threads):
        time.sleep(0.2)  # noqa: TID251 - a plain program waits plainly
    time.sleep(float(warm_up_s))  # noqa: TID251 - the same
    before = [(thread.looks, thread.read) for thread in threads]
    cpu, started = time.process_time(), time.perf_counter()
    time.sleep(float(seconds))  # noqa: TID251 - the same
    took = time.perf_counter() - started
    return {
        "seconds": took,
        "cpu_s": time.process_time() - cpu,
        "looks": [thread.looks - b[0] for thread, b in zip(threads, before, strict=True)],
        "read": [thread.read - b[1] for thread, b in zip(threads, before, strict=True)],
    }


if __name__ == "__main__":
    Path(sys.argv[7]).write_text(json.dumps(run(sys.argv[1:7])), encoding="utf-8")
    # The threads read on for ever; taken down under them, OpenCV would abort.
    os._exit(0)
