"""Mosquitto's configuration: who may sign in, and which topics each may use."""

import grp
import os
import pwd
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hazard_library.contract.ids import DeviceId
from hazard_library.contract.topics import Channel, build, from_all_devices
from server.fleet.authority import Authority
from server.fleet.credentials import write_private
from server.fleet.door_files import door_files, keep_door

SERVER_USER = "server"
#: What a session that is away may pile up at the broker; the boxes keep everything anyway.
_QUEUED = 20_000
_IN_FLIGHT = 256
_LARGEST_MESSAGE = 1024 * 1024
_AUTHORITY, _REFUSED = "authority.pem", "refused.pem"

#: Serial and since when.
Refused = Iterable[tuple[str, datetime]]


@dataclass(frozen=True, slots=True)
class DeviceListener:
    """Where boxes with certificates knock."""

    port: int
    host: str


@dataclass(frozen=True, slots=True)
class BrokerPlan:
    """Where the broker listens and with what certificate; no certificate means loopback only.

    devices: a second listener, for boxes that prove themselves by certificates of our authority.
    """

    folder: Path
    port: int
    host: str = "127.0.0.1"
    certificate: Path | None = None
    key: Path | None = None
    devices: DeviceListener | None = None


@dataclass(frozen=True, slots=True)
class BrokerUser:
    """A name and its password's hash; None: known by certificates only."""

    name: str
    password_hash: str | None


def write_config(plan: BrokerPlan) -> Path:
    """Write mosquitto.conf and return its path."""
    folder = plan.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    account = _account(folder)
    lines = [
        "# Written by patrol server broker-config; changes are lost.",
        f"user {account}",
        f"listener {plan.port} {plan.host}",
        "allow_anonymous false",
        f"password_file {folder}/passwords",
        f"acl_file {folder}/access",
        f"pid_file {folder}/mosquitto.pid",
        "persistence true",
        f"persistence_location {folder}/",
        f"max_inflight_messages {_IN_FLIGHT}",
        f"max_queued_messages {_QUEUED}",
        f"max_packet_size {_LARGEST_MESSAGE}",
        "set_tcp_nodelay true",
        "log_dest stderr",
        *(f"log_type {kind}" for kind in ("error", "warning", "notice")),
    ]
    if plan.certificate is not None and plan.key is not None:
        lines += [f"certfile {plan.certificate.absolute()}", f"keyfile {plan.key.absolute()}"]
        lines += ["tls_version tlsv1.2"]
    if plan.devices is not None:
        lines += _device_listener(plan.devices, folder)
    path = folder / "mosquitto.conf"
    write_private(path, "\n".join(lines) + "\n")
    _give(folder, [folder, path])
    return path


def write_users(folder: Path, server: BrokerUser, devices: Iterable[BrokerUser]) -> None:
    """Write the password file and the access list; the broker reads them again on SIGHUP."""
    listed = list(devices)
    passwords = "".join(
        f"{user.name}:{user.password_hash}\n"
        for user in [server, *listed]
        if user.password_hash is not None
    )
    rules = [_server_rules(server.name), *(_device_rules(user.name) for user in listed)]
    write_private(folder / "passwords", passwords)
    write_private(folder / "access", "\n".join(rules))
    _give(folder, [folder / "passwords", folder / "access"])


def write_trust(
    folder: Path, authority: Authority, names: Sequence[str], refused: Refused, at: datetime
) -> None:
    """Write what the listener for boxes needs; the broker reads it again on SIGHUP."""
    write_private(folder / _AUTHORITY, authority.pem)
    write_private(folder / _REFUSED, authority.refused_list(refused, at))
    door = keep_door(folder, authority, names, at)
    _give(folder, [folder / _AUTHORITY, folder / _REFUSED, door.certificate, door.key])


def _device_listener(devices: DeviceListener, folder: Path) -> list[str]:
    """Let in whoever has a certificate of ours, under the name that is in it and no other.

    The name is the client id too: one identity has one session, and a second box under it is seen.
    """
    return [
        f"listener {devices.port} {devices.host}",
        f"cafile {folder}/{_AUTHORITY}",
        f"crlfile {folder}/{_REFUSED}",
        f"certfile {door_files(folder).certificate}",
        f"keyfile {door_files(folder).key}",
        "require_certificate true",
        "use_identity_as_username true",
        "use_username_as_clientid true",
        "tls_version tlsv1.2",
    ]


def _server_rules(name: str) -> str:
    lines = [f"user {name}"]
    for channel in Channel:
        right = "read" if channel.is_upward else "write"
        lines.append(f"topic {right} {from_all_devices(channel)}")
    return "\n".join(lines) + "\n"


def _device_rules(name: str) -> str:
    lines = [f"user {name}"]
    for channel in Channel:
        right = "write" if channel.is_upward else "read"
        lines.append(f"topic {right} {build(DeviceId(name), channel)}")
    return "\n".join(lines) + "\n"


def _account(folder: Path) -> str:
    """Name the account the broker runs under: as root its own, where it can reach the files."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    try:
        pwd.getpwnam("mosquitto")
    except KeyError:
        return "root"
    reachable = all(step.stat().st_mode & 0o001 for step in folder.parents)
    return "mosquitto" if reachable else "root"


def _give(folder: Path, paths: list[Path]) -> None:
    if os.geteuid() != 0 or _account(folder) != "mosquitto":
        return
    user, group = pwd.getpwnam("mosquitto").pw_uid, grp.getgrnam("mosquitto").gr_gid
    for path in paths:
        os.chown(path, user, group)
