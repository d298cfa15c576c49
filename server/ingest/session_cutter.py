"""Ends the sessions of boxes that are refused from now on.

The broker checks a certificate when a box connects, and never again. At the listener for boxes the
client id is the name in the certificate, so a connection under that id takes the session over: the
box is cut off, and cannot come back because the list of refused certificates is in force by then.
"""

from collections.abc import Iterable
from dataclasses import replace
from threading import Event

import structlog
from paho.mqtt.client import Client, ConnectFlags, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from hazard_library.contract.ids import DeviceId
from server.ingest.broker_link import BrokerAddress, trust

log = structlog.get_logger(__name__)

_ANSWERS_WITHIN_S = 5.0


def cut_sessions(address: BrokerAddress, devices: Iterable[DeviceId]) -> list[DeviceId]:
    """End the sessions of these boxes; return those that could not be ended.

    address: the server's own, with its own credential.
    """
    return [device for device in sorted(set(devices)) if not _take_over(address, device)]


def _take_over(address: BrokerAddress, device: DeviceId) -> bool:
    done, taken = Event(), []
    as_box = replace(address, client_id=device)

    def on_connect(
        _client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        taken.append(not reason.is_failure)
        done.set()

    client = Client(CallbackAPIVersion.VERSION2, client_id=as_box.client_id, protocol=MQTTv5)
    client.username_pw_set(as_box.user, as_box.secret)
    client.connect_timeout = _ANSWERS_WITHIN_S
    client.on_connect = on_connect
    if as_box.ca_file is not None:
        trust(client, as_box.ca_file)
    try:
        # A clean start also throws away what the broker had kept for the box.
        client.connect(as_box.host, as_box.port, clean_start=True)
    except OSError as fault:
        log.warning("session_not_cut", device=device, reason=str(fault))
        return False
    client.loop_start()
    done.wait(_ANSWERS_WITHIN_S)
    client.disconnect()
    client.loop_stop()
    is_cut = taken[:1] == [True]
    log.info("session_cut" if is_cut else "session_not_cut", device=device)
    return is_cut
