"""A box that orders a clip, says so, and waits for packets that never come; made to be killed.

argv: the folder of its stores, a film.
"""

import sys
import threading
from pathlib import Path

from readings import GATE
from recorders import Desk, detections, opened

from edge.ports import Frame
from edge.video.reader import CameraReader, ReaderOutlets
from edge.video.source import FileAddress, Mode, SourceSpec


def main() -> None:
    """Order at 5 s, and stop in the middle of the post-roll until the power goes."""
    desk = Desk(Path(sys.argv[1]), waits_for_clips=False)

    def look(frame: Frame) -> None:
        desk.recorder.observe(GATE, frame.at, detections(frame.at))
        if frame.number == 51:
            desk.recorder.capture(opened(frame), frame)
        if frame.number == 60:
            sys.stdout.write("ordered\n")
            sys.stdout.flush()
            threading.Event().wait()

    spec = SourceSpec(GATE, FileAddress(Path(sys.argv[2])), Mode.REPLAY)
    outlets = ReaderOutlets(desk.ring, look, lambda _condition, _detail: None)
    CameraReader(spec, desk.clock, outlets).run(threading.Event())


if __name__ == "__main__":
    main()
