"""A process that connects to a broker and tells its birth; made to be killed.

argv: port, device, secret.
"""

import sys
from threading import Event

from edge.delivery.mqtt_link import BrokerAddress, MqttLink
from edge.testing.tally import Tally
from hazard_library.contract.ids import DeviceId
from hazard_library.contract.topics import Channel


class Birth:
    """Publishes the birth on every connection."""

    def __init__(self, link: MqttLink) -> None:
        self._link = link

    def connected(self) -> None:
        """Tell the birth."""
        self._link.publish(Channel.STATE, b"online")

    def received(self, channel: Channel, payload: bytes) -> None:
        """Take no notice."""


def main() -> None:
    """Stay until the power goes."""
    address = BrokerAddress("127.0.0.1", int(sys.argv[1]), DeviceId(sys.argv[2]), sys.argv[3])
    link = MqttLink(address, lambda: b"offline", Tally())
    link.start(Birth(link))
    Event().wait()


if __name__ == "__main__":
    main()
