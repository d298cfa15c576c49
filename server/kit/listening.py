"""How a program of ours listens on a port, and says so when it cannot."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from server.kit.errors import SettingsError


def listen(host: str, port: int, setting: str) -> socket.socket:
    """Return a listening socket.

    Raises:
        SettingsError: the port is in use or not ours; names the setting to change.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as fault:
        listener.close()
        raise SettingsError(
            f"{host}:{port}: {fault.strerror}; stop what uses it, or set another {setting}"
        ) from fault
    return listener


class QuietServer(uvicorn.Server):
    """Uvicorn with our signals: it stops when told."""

    def install_signal_handlers(self) -> None:
        """Leave signals to us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to us."""
        yield
