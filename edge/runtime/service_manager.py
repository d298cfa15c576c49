"""What systemd is told over its notify socket; without one, nothing is."""

import socket
from collections.abc import Mapping
from contextlib import suppress


class ServiceManager:
    """Sends datagrams and never waits: a manager that does not listen costs nothing."""

    def __init__(self, address: str | None) -> None:
        """Take $NOTIFY_SOCKET: a path, or an abstract name after `@`."""
        self._address = address or None
        if self._address is not None and self._address.startswith("@"):
            self._address = "\0" + self._address[1:]

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "ServiceManager":
        """Return the manager that started this process, if one did."""
        return cls(environment.get("NOTIFY_SOCKET"))

    def ready(self) -> None:
        """Say that the box analyses."""
        self._say("READY=1", "STATUS=analysing")

    def alive(self) -> None:
        """Feed the watchdog."""
        self._say("WATCHDOG=1")

    def restarting(self) -> None:
        """Say that the engine fell and is started again."""
        self._say("STATUS=the engine is started again; the log says why")

    def stopping(self) -> None:
        """Say that the box drains and leaves."""
        self._say("STOPPING=1", "STATUS=draining")

    def _say(self, *lines: str) -> None:
        if self._address is None:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
            way.settimeout(0)
            way.sendto("\n".join(lines).encode(), self._address)
