"""What every link promises. A subclass gives the fixtures `link` and `far_end`."""

from collections.abc import Callable, Iterator
from typing import Protocol

import pytest

from edge.ports import Link, LinkListener
from hazard_library.contract.topics import Channel


class StartableLink(Link, Protocol):
    """A link, and how the composition root starts and ends it."""

    def start(self, listener: LinkListener) -> None:
        """Begin to connect."""
        ...

    def stop(self) -> None:
        """Leave."""
        ...


class FarEnd(Protocol):
    """The other side of the link, in the hands of a test."""

    def arrived(self) -> list[tuple[Channel, bytes]]:
        """Return what the server got, in order, each message once."""
        ...

    def send(self, channel: Channel, payload: bytes) -> None:
        """Send one message to the box."""
        ...

    def lose_broker(self) -> None:
        """Make the broker go away."""
        ...

    def find_broker(self) -> None:
        """Bring the broker back."""
        ...

    def wait(self, holds: Callable[[], bool]) -> None:
        """Wait until the condition holds, or fail."""
        ...


class Listener:
    """Remembers what a link told."""

    def __init__(self) -> None:
        self.connections = 0
        self.messages: list[tuple[Channel, bytes]] = []

    def connected(self) -> None:
        """Count a connection."""
        self.connections += 1

    def received(self, channel: Channel, payload: bytes) -> None:
        """Keep a message."""
        self.messages.append((channel, payload))


class LinkConformance:
    """Promises of `edge.ports.Link`."""

    @pytest.fixture
    def listener(self, link: StartableLink, far_end: FarEnd) -> Iterator[Listener]:
        """Start the link and wait for its first connection."""
        heard = Listener()
        link.start(heard)
        far_end.wait(lambda: link.is_connected and heard.connections == 1)
        yield heard
        link.stop()

    def test_nothing_is_taken_before_the_start(self, link: StartableLink) -> None:
        assert not link.is_connected
        assert not link.publish(Channel.INCIDENT, b"early")

    def test_what_is_taken_arrives_in_order(
        self, link: StartableLink, far_end: FarEnd, listener: Listener
    ) -> None:
        sent = [(Channel.INCIDENT, f"event {n}".encode()) for n in range(20)]
        sent.append((Channel.EVIDENCE, b"sealed"))
        assert all(link.publish(channel, payload) for channel, payload in sent)
        far_end.wait(lambda: far_end.arrived() == sent)
        assert listener.connections == 1

    def test_what_the_server_sends_is_received_with_its_channel(
        self, far_end: FarEnd, listener: Listener
    ) -> None:
        far_end.send(Channel.ACK, b"receipt")
        far_end.send(Channel.CMD, b"order")
        far_end.wait(lambda: len(listener.messages) == 2)
        assert sorted(listener.messages) == [(Channel.ACK, b"receipt"), (Channel.CMD, b"order")]

    def test_what_was_refused_without_a_broker_never_arrives(
        self, link: StartableLink, far_end: FarEnd, listener: Listener
    ) -> None:
        far_end.lose_broker()
        far_end.wait(lambda: not link.is_connected)
        assert not link.publish(Channel.INCIDENT, b"refused")
        far_end.find_broker()
        far_end.wait(lambda: listener.connections == 2 and link.is_connected)
        assert link.publish(Channel.INCIDENT, b"taken")
        far_end.wait(lambda: (Channel.INCIDENT, b"taken") in far_end.arrived())
        assert far_end.arrived() == [(Channel.INCIDENT, b"taken")]

    def test_a_broker_that_comes_back_is_told_and_takes_again(
        self, link: StartableLink, far_end: FarEnd, listener: Listener
    ) -> None:
        far_end.lose_broker()
        far_end.wait(lambda: not link.is_connected)
        far_end.find_broker()
        far_end.wait(lambda: listener.connections == 2 and link.is_connected)
        assert link.publish(Channel.INCIDENT, b"after")
        far_end.wait(lambda: (Channel.INCIDENT, b"after") in far_end.arrived())

    def test_after_the_stop_nothing_is_taken(self, link: StartableLink, listener: Listener) -> None:
        link.stop()
        assert not link.is_connected
        assert not link.publish(Channel.INCIDENT, b"late")
        assert listener.messages == []
