"""The server's side of a broker, in the hands of a test."""

from threading import Lock
from uuid import uuid4

from brokers import Broker
from paho.mqtt.client import Client, ConnectFlags, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions
from waiting import wait_until

from edge.testing.fake_clock import START
from hazard_library.contract.device import Ack, Command, Outcome, Receipt, Resend
from hazard_library.contract.ids import DeviceId, MessageId
from hazard_library.contract.message import Numbered
from hazard_library.contract.topics import Channel, build, from_all_devices, parse


class ServerEnd:
    """Hears what boxes send and answers as one device's server would.

    outcome: what it says to each message; None: it keeps silent.
    """

    def __init__(
        self, broker: Broker, user: str, secret: str, device: str, outcome: Outcome | None = None
    ) -> None:
        self.outcome = outcome
        self._broker = broker
        self._device = DeviceId(device)
        self._lock = Lock()
        self._arrived: list[tuple[Channel, bytes]] = []
        self.expiries: list[tuple[Channel, int | None]] = []
        """For each message that came: the seconds it had left, if it expires."""
        self._subscribed = False
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=f"test-{uuid4()}", protocol=MQTTv5
        )
        self._client.username_pw_set(user, secret)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message

    def start(self) -> None:
        """Connect, with a session that outlives the broker, and wait until it listens."""
        expiry = Properties(PacketTypes.CONNECT)
        expiry.SessionExpiryInterval = 3600
        self._client.connect(
            self._broker.host, self._broker.port, clean_start=False, properties=expiry
        )
        self._client.loop_start()
        wait_until(lambda: self._subscribed, what="the server's subscription")

    def stop(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()

    def arrived(self) -> list[tuple[Channel, bytes]]:
        """Return every message that came, redelivered ones again."""
        with self._lock:
            return list(self._arrived)

    def numbered(self) -> list[Numbered]:
        """Return the numbered messages that came, redelivered ones again."""
        return [
            Numbered.model_validate_json(payload)
            for channel, payload in self.arrived()
            if channel in {Channel.INCIDENT, Channel.EVIDENCE}
        ]

    def send(self, channel: Channel, payload: bytes) -> None:
        """Send one message to the device."""
        self._client.publish(build(self._device, channel), payload, qos=1)

    def acknowledge(self, message: MessageId, outcome: Outcome, reason: str | None = None) -> None:
        """Give the server's word on one message."""
        receipt = Receipt(message_id=message, outcome=outcome, reason=reason)
        ack = Ack(id=MessageId(uuid4()), device=self._device, sent_at=START, receipts=(receipt,))
        self.send(Channel.ACK, ack.to_bytes())

    def order_again(self, boot: str, first: int, last: int) -> None:
        """Order the device to send numbered messages again."""
        command = Command(
            id=MessageId(uuid4()),
            device=self._device,
            sent_at=START,
            order=Resend(boot=boot, first=first, last=last),
        )
        self.send(Channel.CMD, command.to_bytes())

    def _on_connect(
        self,
        client: Client,
        userdata: object,
        flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        del userdata, flags, properties
        assert not reason.is_failure, reason
        up = [channel for channel in Channel if channel.is_upward]
        client.subscribe([(from_all_devices(one), SubscribeOptions(qos=1)) for one in up])

    def _on_subscribe(self, *_: object) -> None:
        self._subscribed = True

    def _on_message(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        del client, userdata
        channel = parse(message.topic).channel
        with self._lock:
            self._arrived.append((channel, bytes(message.payload)))
            expiry = getattr(message.properties, "MessageExpiryInterval", None)
            self.expiries.append((channel, expiry))
        if self.outcome is not None and channel is not Channel.STATE:
            self.acknowledge(Numbered.model_validate_json(message.payload).id, self.outcome)
