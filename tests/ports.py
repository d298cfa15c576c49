"""Ports of loopback that nobody else is given, also not a test that runs beside this one."""

import socket
from collections import deque

_HOST = "127.0.0.1"

#: Bound and never listened on: the system hands such a port to nobody else, neither to one who asks
#: for any port nor to a connection that goes out. Whoever is told its number may listen on it,
#: leave and come back, as long as it sets SO_REUSEADDR, which every server does. The tests that
#: asked so long ago are over.
_held: deque[socket.socket] = deque(maxlen=500)


def free_port() -> int:
    """Return a port that only those who are told its number will use."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind((_HOST, 0))
    if len(_held) == _held.maxlen:
        _held.popleft().close()
    _held.append(held)
    return int(held.getsockname()[1])
