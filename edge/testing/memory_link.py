"""A link whose broker is this object."""

from edge.ports import LinkListener
from hazard_library.contract.topics import Channel


class MemoryLink:
    """Implements `edge.ports.Link`. A test plays the broker: it connects, loses and delivers.

    published: what was taken, in order. room: how many more are taken before it refuses.
    """

    def __init__(self) -> None:
        self.published: list[tuple[Channel, bytes]] = []
        self.room: int | None = None
        self._listener: LinkListener | None = None
        self._is_connected = False
        self._broker_is_there = True

    @property
    def is_connected(self) -> bool:
        """Whether the broker is there now."""
        return self._is_connected

    def start(self, listener: LinkListener) -> None:
        """Begin to connect; succeeds at once unless the broker was lost before."""
        self._listener = listener
        if self._broker_is_there:
            self.find_broker()

    def stop(self) -> None:
        """Leave."""
        self._is_connected = False
        self._listener = None

    def publish(self, channel: Channel, payload: bytes) -> bool:
        """Take one message; False when there is no connection or no room."""
        if not self._is_connected or self.room == 0:
            return False
        if self.room is not None:
            self.room -= 1
        self.published.append((channel, payload))
        return True

    def lose_broker(self) -> None:
        """Break the connection."""
        self._broker_is_there = False
        self._is_connected = False

    def find_broker(self) -> None:
        """Mend the connection."""
        self._broker_is_there = True
        self._is_connected = True
        if self._listener is not None:
            self._listener.connected()

    def deliver(self, channel: Channel, payload: bytes) -> None:
        """Bring one message from the server, if somebody listens."""
        if self._listener is not None:
            self._listener.received(channel, payload)
