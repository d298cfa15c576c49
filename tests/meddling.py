"""A way to a camera on which somebody meddles: bytes are passed on, spoilt, or held back."""

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum


class Mode(Enum):
    """What becomes of what the camera sends."""

    CLEAN = "clean"
    GARBAGE = "garbage"
    SILENT = "silent"


class Way:
    """Forwards connections to a port; `mode` may change at any time, `port` is where to connect."""

    def __init__(self, to_port: int) -> None:
        self.mode = Mode.CLEAN
        self.to_port = to_port
        self._chance = random.Random(1)  # noqa: S311 - spoils bytes
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every connection that is open now."""
        for one in self._open:
            _end(one)
        self._open.clear()

    def close(self) -> None:
        """Let nobody pass any more."""
        _end(self._listener)
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near = self._listener.accept()[0]
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.to_port))
            except OSError:
                # The camera is away: whoever knocks is told so.
                _end(near)
                continue
            self._open += [near, far]
            threading.Thread(target=self._pass, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self._pass, args=(far, near, True), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, from_camera: bool) -> None:  # noqa: FBT001 - a direction
        try:
            while data := source.recv(4096):
                if from_camera and self.mode is Mode.GARBAGE:
                    data = bytes(self._chance.choices(range(256), k=len(data)))
                if not from_camera or self.mode is not Mode.SILENT:
                    sink.sendall(data)
        except OSError:
            pass
        finally:
            # Whoever waits on the other side is told that nothing more comes.
            for one in (source, sink):
                _end(one)


def _end(one: socket.socket) -> None:
    """Close a connection, and wake whoever reads from it."""
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextmanager
def way_to(port: int) -> Iterator[Way]:
    """Open a way and close it again."""
    way = Way(port)
    try:
        yield way
    finally:
        way.close()
