"""Web cameras for tests: films and strings of JPEGs over HTTP, with digest authentication."""

import hashlib
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
from rendered_films import FilmSpec, picture

_REALM, _NONCE = "camera", "0123456789abcdef"
_BOUNDARY = b"--next picture\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"


@dataclass(frozen=True)
class Shelf:
    """What a web camera serves: files by path, and endless pictures under /mjpeg.

    period_s: between two pictures; pictures: how many before it breaks off; None: no end.
    turn: after so many it shows the same ones again, as a recording does.
    """

    files: dict[str, bytes]
    credential: tuple[str, str] | None = None
    period_s: float = 0.1
    pictures: int | None = None
    turn: int | None = None


@contextmanager
def serving(shelf: Shelf, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve at a free port until the block is left."""
    leaving = threading.Event()

    class Camera(_Camera):
        served, over = shelf, leaving

    with ThreadingHTTPServer(("127.0.0.1", 0), Camera) as server:
        server.daemon_threads = True
        if tls is not None:
            server.socket = tls.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server.server_port
        finally:
            leaving.set()
            server.shutdown()


def film(path: Path) -> dict[str, bytes]:
    """Return a file for a shelf, under its own name."""
    return {f"/{path.name}": path.read_bytes()}


class _Camera(BaseHTTPRequestHandler):
    served: Shelf
    over: threading.Event

    def do_GET(self) -> None:
        """Answer one request."""
        if self.served.credential and not self._is_let_in(*self.served.credential):
            self._say(401, {"WWW-Authenticate": f'Digest realm="{_REALM}", nonce="{_NONCE}"'})
        elif self.path == "/mjpeg":
            self._pictures()
        elif self.path == "/broken":
            self._say(503, {})
        elif self.path in self.served.files:
            data = self.served.files[self.path]
            self._say(200, {"Content-Type": "application/octet-stream"}, data)
        else:
            self._say(404, {})

    def _pictures(self) -> None:
        self.send_response(200)
        kind = 'multipart/x-mixed-replace; boundary="next picture"'
        self.send_header("Content-Type", kind)
        self.end_headers()
        number = 0
        while number != self.served.pictures and not self.over.wait(self.served.period_s):
            jpeg = cv2.imencode(
                ".jpg",
                picture(FilmSpec(), number % self.served.turn if self.served.turn else number),
            )[1].tobytes()
            try:
                self.wfile.write(_BOUNDARY % len(jpeg) + jpeg + b"\r\n")
            except OSError:
                return
            number += 1

    def _say(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _is_let_in(self, user: str, password: str) -> bool:
        """Check a digest (RFC 2617, without quality of protection)."""
        said = dict(re.findall(r'(\w+)="([^"]*)"', self.headers.get("Authorization", "")))
        secret = _md5(f"{user}:{_REALM}:{password}")
        wanted = _md5(f"{secret}:{_NONCE}:{_md5(f'GET:{self.path}')}")
        return (said.get("username"), said.get("response")) == (user, wanted)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Keep the tests' output clean."""


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
