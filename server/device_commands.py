"""The verbs of `patrol server` about boxes: let them in, refuse them, write the broker's files."""

import argparse
import ipaddress
import re
from collections.abc import Callable
from datetime import timedelta
from threading import Event

from hazard_library.contract.ids import NAME_PATTERN, CameraId, DeviceId
from server.command_ground import BY, CLOCK, read, say, settings_of
from server.fleet import enrolment
from server.fleet import service as fleet
from server.fleet.authority import Authority
from server.fleet.broker_files import BrokerPlan, DeviceListener
from server.fleet.enrolment import NewCode
from server.fleet.service import NewCamera, NewDevice
from server.ingest.session_cutter import cut_sessions
from server.kit.db import Database
from server.kit.errors import SettingsError
from server.opening import open_database
from server.provisioning import (
    Vouching,
    enrol_device,
    refresh_broker,
    server_at_broker,
    write_broker,
)
from server.settings import BrokerSettings, ServerSettings

#: How long a broker takes to read its files again.
_BROKER_REREADS_S = 2.0


def enrol(arguments: argparse.Namespace) -> int:
    """Register a box."""
    settings = settings_of(arguments)
    new = NewDevice(
        _device_id(arguments.device),
        fleet.read_public_key(read(arguments.public_key)),
        arguments.site,
        [_camera(text) for text in arguments.cameras.split(",")],
    )
    with open_database(settings) as database:
        enrol_device(database, CLOCK.now(), BY, new, arguments.credential_out)
        _refresh(database, settings)
    say(f"{new.id} is registered; bring {arguments.credential_out} to the box")
    return 0


def revoke(arguments: argparse.Namespace) -> int:
    """Refuse a box from now on."""
    settings = settings_of(arguments)
    with open_database(settings) as database:
        with database.writing() as db:
            fleet.revoke(db, CLOCK.now(), BY, DeviceId(arguments.device), arguments.reason)
        _refresh(database, settings)
    _cut(settings, DeviceId(arguments.device))
    say(f"{arguments.device} is refused from now on")
    return 0


def device(arguments: argparse.Namespace) -> int:
    """Do what is done to boxes one by one."""
    acts: dict[str, Callable[[argparse.Namespace], int]] = {
        "enrol-code": enrol_code,
        "revoke": revoke,
    }
    return acts[arguments.act](arguments)


def enrol_code(arguments: argparse.Namespace) -> int:
    """Make a one-time code with which a box fetches its certificate."""
    settings = settings_of(arguments)
    devices = settings.devices
    if devices is None:
        raise SettingsError(
            f"{arguments.config}: devices is not set; name there how boxes reach the server"
        )
    new = NewCode(
        _device_id(arguments.device),
        arguments.site,
        {camera.id: camera.name for camera in map(_camera, arguments.cameras.split(","))},
        timedelta(minutes=arguments.minutes),
    )
    now = CLOCK.now()
    authority = Authority.at(settings.authority, now)
    with open_database(settings) as database, database.writing() as db:
        code, until = enrolment.make_code(db, now, BY, authority, new)
    server = f"https://{devices.names[0]}:{devices.port}"
    say(f"注册码 code: {code.text}")
    say(f"有效至 works once, until: {until:%Y-%m-%d %H:%M} UTC")
    say(f"根证书指纹 authority SHA-256: {authority.fingerprint}")
    say(
        "在设备上运行 on the box: "
        f"patrol edge enrol {code.text} --server {server} --config site.yaml"
    )
    return 0


def broker_config(arguments: argparse.Namespace) -> int:
    """Write Mosquitto's files."""
    settings = settings_of(arguments)
    broker = _broker(settings)
    folder = arguments.out or broker.folder
    if folder is None:
        raise SettingsError("name a folder with --out, or set broker.folder in server.yaml")
    if (arguments.certificate is None) != (arguments.key is None):
        raise SettingsError("--certificate and --key go together")
    if arguments.certificate is None and not _is_loopback(arguments.host):
        raise SettingsError(
            f"{arguments.host}: without TLS the broker listens on loopback only; give "
            "--certificate and --key"
        )
    devices = settings.devices
    plan = BrokerPlan(
        folder,
        arguments.port or broker.port,
        arguments.host,
        arguments.certificate,
        arguments.key,
        DeviceListener(devices.broker_port, devices.host) if devices is not None else None,
    )
    with open_database(settings) as database:
        path = write_broker(database, plan, broker.credential_file, _vouching(settings))
    say(f"start the broker with: mosquitto -c {path}")
    return 0


def _refresh(database: Database, settings: ServerSettings) -> None:
    broker = settings.broker
    if broker is not None and broker.folder is not None:
        refresh_broker(database, broker.folder, broker.credential_file, _vouching(settings))


def _vouching(settings: ServerSettings) -> Vouching | None:
    if settings.devices is None:
        return None
    now = CLOCK.now()
    return Vouching(Authority.at(settings.authority, now), settings.devices.names, now)


def _cut(settings: ServerSettings, device: DeviceId) -> None:
    """End the session that a refused box may have; a running server does that as well."""
    if settings.broker is None or settings.devices is None:
        return
    Event().wait(_BROKER_REREADS_S)
    if cut_sessions(server_at_broker(settings.broker), [device]):
        say("the broker could not be reached; a running server cuts the box off within seconds")


def _broker(settings: ServerSettings) -> BrokerSettings:
    if settings.broker is None:
        raise SettingsError("broker is not set in server.yaml")
    return settings.broker


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _device_id(text: str) -> DeviceId:
    if not re.fullmatch(NAME_PATTERN, text):
        raise SettingsError(f"--device {text!r}: use a-z, 0-9, - and _")
    return DeviceId(text)


def _camera(text: str) -> NewCamera:
    name, _, label = text.strip().partition("=")
    if not re.fullmatch(NAME_PATTERN, name):
        raise SettingsError(f"--cameras {name!r}: use a-z, 0-9, - and _")
    return NewCamera(CameraId(name), label or name)
