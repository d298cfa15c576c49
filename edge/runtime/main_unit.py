"""The main stream of a camera that has two: a thread of its own, whose failure is only a note."""

import threading

import structlog

from edge.fleet.status_board import StatusBoard
from edge.video.main_stream import MainStream
from hazard_library.contract.ids import CameraId

_log = structlog.get_logger(__name__)

_AGAIN_S = 10.0


class MainUnit:
    """Keeps reading; without a main stream it does nothing and has nothing to say."""

    def __init__(self, camera: CameraId, main: MainStream | None, board: StatusBoard) -> None:
        self._camera = camera
        self._main = main
        self._board = board
        self._stop = threading.Event()

    @property
    def reconnects(self) -> int:
        """How often it was tried again."""
        return 0 if self._main is None else self._main.reconnects

    @property
    def note(self) -> str:
        """Say what is amiss with evidence, or nothing."""
        if self._main is None or self._main.trouble is None:
            return ""
        return f"clips are cut from the sub-stream: {self._main.trouble}"

    def stop(self) -> None:
        """Let `run` end."""
        self._stop.set()

    def run(self) -> None:
        """Read until stopped; the body of a thread. Whatever befalls it, the sub-stream goes on."""
        while self._main is not None and not self._stop.is_set():
            try:
                self._main.run(self._stop)
            except Exception:  # noqa: BLE001 - outermost: told, counted, begun anew
                _log.exception("main_stream_crashed", camera=self._camera)
                self._board.count("main_stream_crashed")
                self._stop.wait(_AGAIN_S)
