"""A box's connections to a broker, in the hands of a test of the server."""

from collections.abc import Iterable
from threading import Lock
from uuid import UUID, uuid4

from brokers import Broker
from paho.mqtt.client import Client, ConnectFlags, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from waiting import wait_until

from hazard_library.contract.device import Ack, Command, Outcome
from hazard_library.contract.ids import DeviceId
from hazard_library.contract.topics import Channel, build


class BoxConnection:
    """One connection: publishes at QoS 1 and keeps what the server says."""

    def __init__(
        self, broker: Broker, user: str, secret: str, topics_of: str | None = None
    ) -> None:
        self._broker = broker
        self._device = DeviceId(topics_of or user)
        self._lock = Lock()
        self._receipts: dict[UUID, list[Outcome]] = {}
        self.orders: list[Command] = []
        self.told: list[str] = []
        """What the broker said to connecting, subscribing and publishing."""
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=f"{user}-{uuid4()}", protocol=MQTTv5
        )
        self._client.username_pw_set(user, secret)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message

    def open(self) -> "BoxConnection":
        """Connect and wait for the broker's word on the subscriptions, or its refusal."""
        self._client.connect(self._broker.host, self._broker.port)
        self._client.loop_start()
        wait_until(lambda: bool(self.told), what="the broker's word")
        return self

    def close(self) -> None:
        """Leave."""
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, channel: Channel, payload: bytes) -> None:
        """Hand one message to the broker; it may be given away later."""
        self._client.publish(build(self._device, channel), payload, qos=1)

    def receipts(self) -> dict[UUID, list[Outcome]]:
        """Return what the server said to each message."""
        with self._lock:
            return {name: list(outcomes) for name, outcomes in self._receipts.items()}

    def await_receipts(self, messages: Iterable[UUID], within_s: float = 30.0) -> None:
        """Wait until the server has said something to each message."""
        wanted = set(messages)
        wait_until(lambda: wanted <= set(self.receipts()), within_s, "receipts")

    def _on_connect(
        self,
        client: Client,
        userdata: object,
        flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        del userdata, flags, properties
        if reason.is_failure:
            self.told.append(str(reason))
            return
        client.subscribe([(build(self._device, c), 1) for c in (Channel.ACK, Channel.CMD)])

    def _on_subscribe(
        self,
        client: Client,
        userdata: object,
        number: int,
        reasons: list[ReasonCode],
        properties: Properties | None,
    ) -> None:
        del client, userdata, number, properties
        self.told += [str(reason) for reason in reasons]

    def _on_publish(
        self,
        client: Client,
        userdata: object,
        number: int,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        del client, userdata, number, properties
        self.told.append(str(reason))

    def _on_message(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        del client, userdata
        if message.topic.endswith(Channel.CMD):
            self.orders.append(Command.model_validate_json(message.payload))
            return
        ack = Ack.model_validate_json(message.payload)
        with self._lock:
            for receipt in ack.receipts:
                self._receipts.setdefault(receipt.message_id, []).append(receipt.outcome)
