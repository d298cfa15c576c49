"""The way to the broker: MQTT 5, QoS 1, a session that outlives the connection.

paho's own queue is kept small on purpose: it lives in memory, so what must not be lost waits in
the outbox and is handed over only while the broker is there.
"""

import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge.delivery.retry_delay import RetryDelay
from edge.ports import Counters, LinkListener
from edge.trust import ENROL_ANEW, explain, trusting
from hazard_library.contract.ids import DeviceId
from hazard_library.contract.topics import Channel, build, parse
from hazard_library.errors import ContractError

log = structlog.get_logger(__name__)

_QOS = 1
#: Below the 20 that Mosquitto takes by default before it calls a client rude.
_IN_FLIGHT = 16
#: All that paho may hold in memory; more is refused and stays in the outbox.
_HELD = 128
_DISCONNECT_WITH_WILL = 4
_REFUSED = (
    "本机证书被拒绝 / it refuses this box's certificate: revoked, run out, or of another server; "
    "look at the box's page at the server, then enrol it anew"
)
_NAME_IT = "name a PEM file with its authority's certificate in link.broker.ca_file"
_NOT_REACHED = (
    "发现的一切留存本机，恢复后补传 / what is found is kept here and told later; "
    "look at the broker, the network, the firewall, and link.broker in the configuration"
)
_DOWNWARD = tuple(channel for channel in Channel if not channel.is_upward)


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is and who we are. The device id is client id and user name.

    is_secure: over TLS, believing `ca_file`, or the authorities of this system without one.
    tls: speaks for an enrolled box with its certificate, which needs no secret.
    """

    host: str
    port: int
    device: DeviceId
    secret: str | None = field(repr=False)
    is_secure: bool = False
    ca_file: Path | None = None
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    keepalive_s: int = 15
    session_expiry_s: int = 86_400
    message_expiry_s: int = 180
    """How long the broker keeps a message for a server that is away: the outbox sends it again
    within a minute, so that older copies would only be duplicates."""
    connect_timeout_s: float = 5.0

    def trusted(self) -> ssl.SSLContext | None:
        """Return what speaks TLS and checks the broker's certificate; None: nothing is encrypted.

        Raises:
            ConfigError: ca_file holds no certificate.
        """
        if self.tls is not None or not self.is_secure:
            return self.tls
        return trusting(self.ca_file, "link.broker.ca_file")

    @property
    def remedy(self) -> str:
        """What to do when the broker's certificate is not trusted."""
        return _NAME_IT if self.tls is None else ENROL_ANEW


class MqttLink:
    """Implements `edge.ports.Link`. `will` is asked for the last will before each connection."""

    def __init__(
        self, address: BrokerAddress, will: Callable[[], bytes], counters: Counters
    ) -> None:
        self._address = address
        self._will = will
        self._counters = counters
        self._retry = RetryDelay(first_s=0.5, longest_s=10.0)
        self._listener: LinkListener | None = None
        self._is_connected = False
        self._is_missed = False
        self._was_answered = False
        self._client = self._make_client()

    @property
    def is_connected(self) -> bool:
        """Whether the broker is there now."""
        return self._is_connected

    def start(self, listener: LinkListener) -> None:
        """Begin to connect, and go on for ever; an absent broker is no error."""
        self._listener = listener
        expiry = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        expiry.SessionExpiryInterval = self._address.session_expiry_s
        self._space_retries()
        self._client.connect_async(
            self._address.host,
            self._address.port,
            keepalive=self._address.keepalive_s,
            clean_start=False,
            properties=expiry,
        )
        self._client.loop_start()

    def stop(self) -> None:
        """Leave, and let the broker publish the last will."""
        reason = ReasonCode(PacketTypes.DISCONNECT, identifier=_DISCONNECT_WITH_WILL)
        self._client.disconnect(reasoncode=reason)
        self._client.loop_stop()
        self._is_connected = False

    def publish(self, channel: Channel, payload: bytes) -> bool:
        """Hand one message to the broker at QoS 1; False when there is no connection or no room."""
        if not self._is_connected:
            return False
        info = self._client.publish(
            build(self._address.device, channel),
            payload,
            qos=_QOS,
            retain=channel is Channel.STATE,
            properties=None if channel is Channel.STATE else self._expiring(),
        )
        return info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    def _expiring(self) -> Properties:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.MessageExpiryInterval = self._address.message_expiry_s
        return properties

    def _make_client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=self._address.device, protocol=MQTTv5
        )
        if self._address.secret is not None:
            client.username_pw_set(self._address.device, self._address.secret)
        client.max_inflight_messages_set(_IN_FLIGHT)
        client.max_queued_messages_set(_HELD)
        client.connect_timeout = self._address.connect_timeout_s
        trusted = self._address.trusted()
        if trusted is not None:
            client.tls_set_context(trusted)
        client.on_pre_connect = self._on_pre_connect
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_pre_connect(self, client: Client, userdata: object) -> None:
        del userdata
        self._was_answered = False
        topic = build(self._address.device, Channel.STATE)
        client.will_set(topic, self._will(), qos=_QOS, retain=True)

    def _on_connect(
        self,
        client: Client,
        userdata: object,
        flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        del userdata, properties
        self._was_answered = True
        if reason.is_failure:
            self._counters.count("broker_refusals")
            log.error("broker_refused_login", broker=self._place, reason=str(reason))
            return
        self._retry.reset()
        self._is_missed = False
        self._counters.count("broker_connections")
        log.info("broker_connected", broker=self._place, session_kept=flags.session_present)
        device = self._address.device
        client.subscribe(
            [(build(device, channel), SubscribeOptions(qos=_QOS)) for channel in _DOWNWARD]
        )
        self._is_connected = True
        self._tell(lambda listener: listener.connected())

    def _on_connect_fail(self, client: Client, userdata: object) -> None:
        del client, userdata
        self._counters.count("broker_unreachable")
        if not self._is_missed:
            # paho calls this while it handles the error, and passes it on in no other way.
            fault = sys.exception()
            reason = explain(fault, self._address.remedy) if fault is not None else "no answer"
            log.warning(
                "broker_not_reached", broker=self._place, reason=reason, remedy=_NOT_REACHED
            )
        self._is_missed = True
        self._space_retries()

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
        elif not self._was_answered:
            self._tell_hung_up()
        self._is_connected = False
        self._space_retries()

    def _on_message(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        del client, userdata
        try:
            channel = parse(message.topic).channel
        except ContractError as fault:
            self._counters.count("messages_on_strange_topics")
            log.warning("message_refused", reason=str(fault))
            return
        payload = bytes(message.payload)
        self._tell(lambda listener: listener.received(channel, payload))

    def _tell(self, what: Callable[[LinkListener], None]) -> None:
        """Call the listener; its mistake must not end paho's thread, which nobody would notice."""
        if self._listener is None:
            return
        try:
            what(self._listener)
        except Exception:
            self._counters.count("link_listener_failures")
            log.exception("link_listener_failed")

    def _tell_hung_up(self) -> None:
        """Say once an outage that the broker took the connection and closed it without a word.

        With TLS 1.3 that is how it refuses a certificate: it learns of it after our last word.
        """
        self._counters.count("broker_hung_up")
        if not self._is_missed:
            log.error("broker_hung_up", broker=self._place, remedy=_REFUSED)
        self._is_missed = True

    def _space_retries(self) -> None:
        """Give paho the next delay; on its own it would retry without any spread."""
        delay = self._retry.next_delay()
        # paho waits for whole or broken seconds alike; only its annotation says int.
        self._client.reconnect_delay_set(min_delay=delay, max_delay=delay)  # type: ignore[arg-type]

    @property
    def _place(self) -> str:
        return f"{self._address.host}:{self._address.port}"
