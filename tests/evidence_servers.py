"""The server's door for evidence, small: real HTTP, files in memory, faults on order."""

import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

CREDENTIALS = "Basic " + b64encode(b"box-1:box-1-secret").decode()
MAX_CHUNK = 1024 * 1024


@dataclass
class Door:
    """What the server knows. `answers`: statuses to give instead of serving, one a request."""

    url: str = ""
    announced: set[str] = field(default_factory=set)
    held: dict[str, bytes] = field(default_factory=dict)
    complete: set[str] = field(default_factory=set)
    answers: list[int] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    garble: int = 0
    """How many chunks to spoil, as a bad line would."""
    unchecked: int = 0
    """How often to leave the last byte's check for the next request."""
    largest: int = 100 * MAX_CHUNK

    def take(self, name: str, offset: int, total: int, chunk: bytes) -> tuple[int, int]:
        """Take one chunk; return status and offset."""
        held = self.held.get(name, b"")
        if name in self.complete:
            return 204, total
        if offset != len(held):
            return 409, len(held)
        if total > self.largest or len(chunk) > MAX_CHUNK:
            return 413, len(held)
        if self.garble > 0 and chunk:
            self.garble -= 1
            chunk = bytes([chunk[0] ^ 1]) + chunk[1:]
        held += chunk
        self.held[name] = held
        if len(held) == total and sha256(held).hexdigest() != name:
            del self.held[name]
            return 422, 0
        if len(held) == total and self.unchecked > 0:
            self.unchecked -= 1
        elif len(held) == total:
            self.complete.add(name)
        return 204, len(held)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_HEAD(self) -> None:
        name = self._enter()
        if name is not None:
            self._answer(200, len(self.server.door.held.get(name, b"")), name)

    def do_PATCH(self) -> None:
        chunk = self.rfile.read(int(self.headers["Content-Length"]))
        name = self._enter()
        if name is not None:
            offset = int(self.headers["Upload-Offset"])
            total = int(self.headers["Upload-Length"])
            self._answer(*self.server.door.take(name, offset, total, chunk), name)

    def _enter(self) -> str | None:
        door = self.server.door
        name = self.path.removeprefix("/api/v1/device/evidence/")
        door.requests.append(f"{self.command} {name[:6]}")
        if door.answers:
            self._answer(door.answers.pop(0))
        elif self.headers.get("Authorization") != CREDENTIALS:
            self._answer(401)
        elif name not in door.announced:
            self._answer(404)
        else:
            return name
        return None

    def _answer(self, status: int, offset: int | None = None, name: str = "") -> None:
        self.send_response(status)
        if offset is not None:
            self.send_header("Upload-Offset", str(offset))
            self.send_header("Upload-Complete", "1" if name in self.server.door.complete else "0")
        if status != 204:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    def __init__(self, door: Door) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.door = door


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Door]:
    """Serve on a port of its own."""
    door = Door()
    server = _Server(door)
    door.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    if tls is not None:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    try:
        yield door
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
