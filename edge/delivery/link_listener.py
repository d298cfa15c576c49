"""What a link tells the box."""

from typing import Protocol

from hazard_library.contract.topics import Channel


class LinkListener(Protocol):
    """Called on the link's own thread: keep what comes, wake a worker, and return at once."""

    def connected(self) -> None:
        """Learn that the broker is there, for the first time or again."""
        ...

    def received(self, channel: Channel, payload: bytes) -> None:
        """Take one message from the server."""
        ...
