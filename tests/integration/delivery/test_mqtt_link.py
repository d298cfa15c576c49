import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from brokers import DEVICE, SECRETS, SERVER, Broker, device_acl, start_broker
from certificates import issue
from server_ends import ServerEnd
from structlog.testing import capture_logs
from waiting import wait_until

from edge.delivery.mqtt_link import BrokerAddress, MqttLink
from edge.errors import ConfigError
from edge.ports import LinkListener
from edge.testing.conformance.link import Listener
from edge.testing.tally import Tally
from hazard_library.contract.ids import DeviceId
from hazard_library.contract.topics import Channel


def address(port: int, secret: str = SECRETS[DEVICE], ca_file: Path | None = None) -> BrokerAddress:
    is_secure = ca_file is not None
    return BrokerAddress("127.0.0.1", port, DeviceId(DEVICE), secret, is_secure, ca_file)


@contextmanager
def linked(
    place: BrokerAddress, listener: LinkListener, tally: Tally | None = None
) -> Iterator[MqttLink]:
    link = MqttLink(place, lambda: b"offline", tally or Tally())
    link.start(listener)
    try:
        yield link
    finally:
        link.stop()


@contextmanager
def serving(broker: Broker) -> Iterator[ServerEnd]:
    server = ServerEnd(broker, SERVER, SECRETS[SERVER], DEVICE)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def states(server: ServerEnd) -> list[bytes]:
    return [payload for channel, payload in server.arrived() if channel is Channel.STATE]


def test_a_box_that_dies_is_told_by_its_last_will(broker: Broker) -> None:
    program = Path(__file__).with_name("connecting_box.py")
    command = [sys.executable, str(program), str(broker.port), DEVICE, SECRETS[DEVICE]]
    with serving(broker) as server, subprocess.Popen(command) as box:
        wait_until(lambda: states(server) == [b"online"], 20)
        box.kill()
        wait_until(lambda: states(server) == [b"online", b"offline"])


def test_a_box_that_leaves_is_told_as_well(broker: Broker) -> None:
    with serving(broker) as server:
        with linked(address(broker.port), Listener()) as link:
            wait_until(lambda: link.is_connected)
            assert link.publish(Channel.STATE, b"online")
        wait_until(lambda: states(server) == [b"online", b"offline"])


def test_whoever_comes_later_learns_the_last_state_and_no_old_events(broker: Broker) -> None:
    with linked(address(broker.port), Listener()) as link:
        wait_until(lambda: link.is_connected)
        with serving(broker) as first:
            link.publish(Channel.INCIDENT, b"event")
            link.publish(Channel.STATE, b"online")
            wait_until(lambda: len(first.arrived()) == 2)
        with serving(broker) as late:
            wait_until(lambda: states(late) == [b"online"])
            assert late.arrived() == [(Channel.STATE, b"online")]


def test_acknowledgements_given_while_the_box_is_away_reach_it(broker: Broker) -> None:
    with linked(address(broker.port), Listener()) as link:
        wait_until(lambda: link.is_connected)
    heard = Listener()
    with serving(broker) as server:
        server.send(Channel.ACK, b"receipt")
        # The link's own subtree is seen by the server too: once this came, the receipt lies there.
        server.send(Channel.STATE, b"marker")
        wait_until(lambda: b"marker" in states(server))
        with linked(address(broker.port), heard):
            wait_until(lambda: heard.messages == [(Channel.ACK, b"receipt")])


def test_copies_at_the_broker_expire_and_the_state_does_not(broker: Broker) -> None:
    with linked(address(broker.port), Listener()) as link, serving(broker) as server:
        wait_until(lambda: link.is_connected)
        for channel in (Channel.STATE, Channel.INCIDENT, Channel.EVIDENCE):
            assert link.publish(channel, b"said")
        wait_until(lambda: len(server.expiries) == 3)
    found = dict(server.expiries)
    assert found[Channel.STATE] is None
    assert all(0 < (found[one] or 0) <= 180 for one in (Channel.INCIDENT, Channel.EVIDENCE))


def test_a_start_without_a_broker_returns_at_once_and_connects_when_it_comes(
    broker: Broker,
) -> None:
    broker.stop()
    heard, tally = Listener(), Tally()
    with linked(address(broker.port), heard, tally) as link:
        wait_until(lambda: tally["broker_unreachable"] >= 2)
        assert not link.publish(Channel.INCIDENT, b"event")
        broker.start()
        wait_until(lambda: heard.connections == 1 and link.is_connected)


def test_a_broker_that_was_killed_is_found_again(broker: Broker) -> None:
    heard = Listener()
    with linked(address(broker.port), heard) as link:
        wait_until(lambda: link.is_connected)
        broker.kill()
        wait_until(lambda: not link.is_connected)
        broker.start()
        wait_until(lambda: heard.connections == 2)


def test_a_wrong_secret_is_told_without_showing_it_and_never_connects(broker: Broker) -> None:
    tally = Tally()
    with (
        capture_logs() as logs,
        linked(address(broker.port, "marker-password"), Listener(), tally) as link,
    ):
        wait_until(lambda: tally["broker_refusals"] >= 2)
        assert not link.is_connected
    assert "broker_refused_login" in {one["event"] for one in logs}
    assert "marker-password" not in str(logs) + repr(address(1, "marker-password"))


class Clumsy(Listener):
    """A listener that fails on its first message."""

    def received(self, channel: Channel, payload: bytes) -> None:
        super().received(channel, payload)
        if len(self.messages) == 1:
            raise LookupError(payload)


def test_a_listener_that_fails_does_not_end_the_link(broker: Broker) -> None:
    heard, tally = Clumsy(), Tally()
    with linked(address(broker.port), heard, tally) as link, serving(broker) as server:
        wait_until(lambda: link.is_connected)
        server.send(Channel.ACK, b"first")
        server.send(Channel.ACK, b"second")
        wait_until(lambda: len(heard.messages) == 2)
        assert link.is_connected
    assert tally["link_listener_failures"] == 1


def test_a_stop_while_the_broker_is_away_does_not_hang() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        with linked(address(reserved.getsockname()[1]), Listener()) as link:
            assert not link.is_connected


# paho leaves the socket of a refused handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_with_a_certificate_of_our_authority_is_trusted_and_another_is_not(
    tmp_path: Path,
) -> None:
    ours, strange = issue(tmp_path / "ours"), issue(tmp_path / "strange")
    broker = start_broker(
        tmp_path / "broker", SECRETS, device_acl(SERVER, DEVICE), ours.broker_config()
    )
    tally = Tally()
    with linked(address(broker.port, ca_file=ours.ca), Listener()) as link:
        wait_until(lambda: link.is_connected)
        assert link.publish(Channel.STATE, b"online")
    with (
        capture_logs() as logs,
        linked(address(broker.port, ca_file=strange.ca), Listener(), tally) as wary,
    ):
        wait_until(lambda: tally["broker_unreachable"] >= 2)
        assert not wary.is_connected
    broker.stop()
    told = [str(one["reason"]) for one in logs if one["event"] == "broker_not_reached"]
    assert len(told) == 1, "one line an outage"
    assert "certificate" in told[0]


def test_a_ca_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"ca\.pem.*link\.broker\.ca_file"):
        MqttLink(address(1, ca_file=tmp_path / "ca.pem"), lambda: b"", Tally())
