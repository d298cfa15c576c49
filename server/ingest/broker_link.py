"""The server's way to the broker: MQTT 5, a session that outlives the connection.

The broker gets its PUBACK only after the database has committed (`settle`), so a server that is
killed in between is sent everything again.
"""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, LogLevel, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from hazard_library.contract.ids import DeviceId
from hazard_library.contract.topics import Channel, build, from_all_devices
from server.kit.errors import SettingsError

log = structlog.get_logger(__name__)

_QOS = 1
#: What the broker may hand over before we have said that it is safe.
UNSETTLED = 200
_SESSION_LASTS_S = 7 * 86_400
_ORDERS_LAST_S = 300
_CONFIRMED_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is and who we are."""

    host: str
    port: int
    user: str
    secret: str = field(repr=False)
    client_id: str = "hazard-patrol-server"
    ca_file: Path | None = None
    """Certificates to trust; None: no TLS."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message in our hands, and how to tell the broker that it is safe."""

    topic: str
    payload: bytes = field(repr=False)
    number: int
    connection: int


class DeliveryTaker(Protocol):
    """Called on paho's thread: keep what comes and return at once."""

    def take(self, delivery: Delivery) -> None:
        """Take one message."""
        ...


class BrokerLink:
    """One connection to the broker, kept for ever."""

    def __init__(self, address: BrokerAddress, taker: DeliveryTaker) -> None:
        self._address = address
        self._taker = taker
        self._connection = 0
        self._is_connected = False
        self._client = self._make_client()

    @property
    def is_connected(self) -> bool:
        """Whether the broker is there and has taken our subscriptions."""
        return self._is_connected

    @property
    def connection(self) -> int | None:
        """The number of the present connection; None: the broker is away."""
        return self._connection if self._is_connected else None

    def start(self) -> None:
        """Begin to connect, and go on for ever; an absent broker is no error."""
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = _SESSION_LASTS_S
        properties.ReceiveMaximum = UNSETTLED
        self._client.connect_async(
            self._address.host,
            self._address.port,
            keepalive=30,
            clean_start=False,
            properties=properties,
        )
        self._client.loop_start()

    def stop(self) -> None:
        """Leave; the broker keeps what comes for us."""
        self._is_connected = False
        self._client.disconnect()
        self._client.loop_stop()

    def settle(self, delivery: Delivery) -> None:
        """Tell the broker that a message is safe.

        One of an earlier connection is left alone: the broker sends it again, under any number.
        """
        if delivery.connection == self._connection:
            self._client.ack(delivery.number, _QOS)

    def send(self, device: DeviceId, channel: Channel, payload: bytes) -> None:
        """Send one message down to a box; while the broker is away the box asks again by itself."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.MessageExpiryInterval = _ORDERS_LAST_S
        info = self._client.publish(
            build(device, channel), payload, qos=_QOS, properties=properties
        )
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            log.warning("message_not_sent", device=device, channel=channel.value, code=int(info.rc))

    def retain(self, device: DeviceId, channel: Channel, payload: bytes) -> bool:
        """Leave a message for a box, nothing to take it back; whether the broker confirmed it.

        Waits some seconds for that; never called on the client's own thread.
        """
        info = self._client.publish(build(device, channel), payload, qos=_QOS, retain=True)
        try:
            info.wait_for_publish(_CONFIRMED_WITHIN_S)
        except (RuntimeError, ValueError) as fault:
            log.warning("message_not_sent", device=device, channel=channel.value, why=str(fault))
            return False
        return info.is_published()

    def _make_client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._address.client_id,
            protocol=MQTTv5,
            manual_ack=True,
        )
        client.username_pw_set(self._address.user, self._address.secret)
        client.reconnect_delay_set(min_delay=1, max_delay=5)
        client.max_queued_messages_set(UNSETTLED * 10)
        if self._address.ca_file is not None:
            trust(client, self._address.ca_file)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.suppress_exceptions = True
        client.on_log = _on_log
        return client

    def _on_connect(
        self,
        client: Client,
        userdata: object,
        flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        del userdata, properties
        if reason.is_failure:
            log.error("broker_refused_login", broker=self._place, reason=str(reason))
            return
        self._connection += 1
        log.info("broker_connected", broker=self._place, session_kept=flags.session_present)
        up = [channel for channel in Channel if channel.is_upward]
        client.subscribe(
            [(from_all_devices(channel), SubscribeOptions(qos=_QOS)) for channel in up]
        )

    def _on_subscribe(
        self,
        client: Client,
        userdata: object,
        number: int,
        reasons: list[ReasonCode],
        properties: Properties | None,
    ) -> None:
        del client, userdata, number, properties
        refused = [str(reason) for reason in reasons if reason.is_failure]
        if refused:
            log.error("subscription_refused", broker=self._place, reasons=refused)
            return
        self._is_connected = True

    def _on_disconnect(
        self,
        client: Client,
        userdata: object,
        flags: DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        del client, userdata, flags, properties
        if self._is_connected:
            log.warning("broker_lost", broker=self._place, reason=str(reason))
        self._is_connected = False

    def _on_message(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        del client, userdata
        payload = bytes(message.payload)
        self._taker.take(Delivery(message.topic, payload, message.mid, self._connection))

    @property
    def _place(self) -> str:
        return f"{self._address.host}:{self._address.port}"


def _on_log(client: Client, userdata: object, level: int, text: str) -> None:
    del client, userdata
    if level == LogLevel.MQTT_LOG_ERR:
        log.error("broker_link_failed", reason=text)


def trust(client: Client, ca_file: Path) -> None:
    """Let a client believe the authority in a file, and speak TLS only.

    Raises:
        SettingsError: it is no PEM file.
    """
    try:
        client.tls_set(ca_certs=str(ca_file), tls_version=ssl.PROTOCOL_TLS_CLIENT)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{ca_file}: {error}; broker.ca_file must name a PEM file with the broker's CA"
        ) from error
