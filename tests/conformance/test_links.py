"""The real link, through a real broker, and its fake keep the same promises."""

from collections.abc import Callable, Iterator

import pytest
from brokers import DEVICE, SECRETS, SERVER, Broker
from server_ends import ServerEnd
from waiting import wait_until

from edge.delivery.mqtt_link import BrokerAddress, MqttLink
from edge.testing.conformance.link import FarEnd, LinkConformance, StartableLink
from edge.testing.memory_link import MemoryLink
from edge.testing.tally import Tally
from hazard_library.contract.ids import DeviceId
from hazard_library.contract.topics import Channel


class MemoryFarEnd:
    def __init__(self, link: MemoryLink) -> None:
        self._link = link

    def arrived(self) -> list[tuple[Channel, bytes]]:
        return list(self._link.published)

    def send(self, channel: Channel, payload: bytes) -> None:
        self._link.deliver(channel, payload)

    def lose_broker(self) -> None:
        self._link.lose_broker()

    def find_broker(self) -> None:
        self._link.find_broker()

    def wait(self, holds: Callable[[], bool]) -> None:
        assert holds()


class BrokerFarEnd:
    def __init__(self, broker: Broker, server: ServerEnd) -> None:
        self._broker = broker
        self._server = server

    def arrived(self) -> list[tuple[Channel, bytes]]:
        return [one for one in self._server.arrived() if one[0] is not Channel.STATE]

    def send(self, channel: Channel, payload: bytes) -> None:
        self._server.send(channel, payload)

    def lose_broker(self) -> None:
        self._broker.stop()

    def find_broker(self) -> None:
        self._broker.start()

    def wait(self, holds: Callable[[], bool]) -> None:
        wait_until(holds, within_s=20.0)


class TestMemoryLink(LinkConformance):
    @pytest.fixture
    def link(self) -> StartableLink:
        return MemoryLink()

    @pytest.fixture
    def far_end(self, link: MemoryLink) -> FarEnd:
        return MemoryFarEnd(link)


class TestMqttLink(LinkConformance):
    @pytest.fixture
    def link(self, broker: Broker) -> StartableLink:
        address = BrokerAddress(broker.host, broker.port, DeviceId(DEVICE), SECRETS[DEVICE])
        return MqttLink(address, will=lambda: b"gone", counters=Tally())

    @pytest.fixture
    def far_end(self, broker: Broker) -> Iterator[FarEnd]:
        server = ServerEnd(broker, SERVER, SECRETS[SERVER], DEVICE)
        server.start()
        yield BrokerFarEnd(broker, server)
        server.stop()
