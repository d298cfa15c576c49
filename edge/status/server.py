"""Serves the status page and the metrics: one thread, one question at a time, only reading."""

import socket
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from typing import Any

import structlog

from edge.config.site import StatusConfig
from edge.ports import Counters
from edge.status import metrics
from edge.status.page import page
from edge.status.vitals import Vitals

_log = structlog.get_logger(__name__)

_PATIENCE_S = 3.0
_HEADERS = {
    "Cache-Control": "no-store",
    # The page has no script and loads nothing; if a name ever smuggled one in, it would not run.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class StatusServer:
    """Started after the engine, stopped before it; that it cannot listen is told and no more."""

    def __init__(
        self, config: StatusConfig, vitals: Callable[[], Vitals], counters: Counters
    ) -> None:
        self._config = config
        self._counters = counters
        self._desk = _Desk(config, vitals, counters)
        self._server: _Listener | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int | None:
        """Where it listens; None while it does not."""
        return None if self._server is None else int(self._server.server_address[1])

    def start(self) -> None:
        """Listen. A port that is taken costs the page, never the box."""
        try:
            self._server = _Listener(self._config, self._desk)
        except (OSError, OverflowError) as fault:
            self._counters.count("status_page_failures")
            _log.error(
                "status_page_off",
                address=self._config.address,
                port=self._config.port,
                reason=str(fault),
                remedy="name a free port under status.port, then the page comes",
            )
            return
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="status", daemon=True
        )
        self._thread.start()
        _log.info("status_page_on", page=f"http://{self._config.address}:{self.port}/")

    def stop(self) -> None:
        """Hang up."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        if self._thread is not None:
            self._thread.join(_PATIENCE_S)


class _Desk:
    """Turns a question into an answer."""

    def __init__(
        self, config: StatusConfig, vitals: Callable[[], Vitals], counters: Counters
    ) -> None:
        self._config = config
        self._vitals = vitals
        self._counters = counters
        self._pages: dict[str, tuple[str, Callable[[Vitals], bytes]]] = {
            "/": ("text/html; charset=utf-8", lambda now: page(now).encode()),
            "/metrics": (metrics.CONTENT_TYPE, metrics.exposition),
        }

    def answer(self, path: str, host: str) -> tuple[HTTPStatus, str, bytes]:
        """Return status, content type and body."""
        if not _is_meant(host, self._config.address):
            return _refusal(HTTPStatus.MISDIRECTED_REQUEST)
        known = self._pages.get(path.partition("?")[0])
        if known is None:
            return _refusal(HTTPStatus.NOT_FOUND)
        kind, write = known
        try:
            return HTTPStatus.OK, kind, write(self._vitals())
        except Exception:  # noqa: BLE001 - told and counted; the page must not end the thread
            self._counters.count("status_page_failures")
            _log.exception("status_page_failed", path=path)
            return _refusal(HTTPStatus.INTERNAL_SERVER_ERROR)


def _refusal(status: HTTPStatus) -> tuple[HTTPStatus, str, bytes]:
    return status, "text/plain; charset=utf-8", f"{status.value} {status.phrase}\n".encode()


class _Listener(HTTPServer):
    """Without the library's look-up of its own name, which waits for a name server."""

    def __init__(self, config: StatusConfig, desk: _Desk) -> None:
        self.desk = desk
        self.address_family = socket.AF_INET6 if ":" in config.address else socket.AF_INET
        super().__init__((config.address, config.port), _Handler)

    def server_bind(self) -> None:
        """Take the port."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "", int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone; there is nobody to tell."""
        del request, client_address


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    timeout = _PATIENCE_S
    server_version = "hazard-patrol"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer with a body."""
        self.wfile.write(self._head())

    def do_HEAD(self) -> None:
        """Answer without one."""
        self._head()

    def _head(self) -> bytes:
        """Send status and headers; return the body."""
        status, kind, body = self.server.desk.answer(self.path, self.headers.get("Host", ""))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        return body

    def log_message(self, *words: Any) -> None:
        """Say nothing: a scrape every few seconds is no news."""
        del words


def _is_meant(host: str, address: str) -> bool:
    """Whether a question came for this page, and was not sent here by another site's name.

    On loopback only this machine's names count; elsewhere whoever reaches it may use any name.
    """
    if not _is_loopback(address):
        return True
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return name.strip("[]") in {"localhost", "127.0.0.1", "::1", address}


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
