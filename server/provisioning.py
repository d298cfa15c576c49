"""Hands out credentials and keeps the broker's files as the register says."""

import os
import secrets
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from server.audit.service import Who
from server.fleet import enrolment
from server.fleet import service as fleet
from server.fleet.authority import Authority
from server.fleet.broker_files import (
    SERVER_USER,
    BrokerPlan,
    BrokerUser,
    write_config,
    write_trust,
    write_users,
)
from server.fleet.credentials import (
    Credential,
    broker_hash,
    read_credential,
    write_credential,
)
from server.fleet.service import NewDevice
from server.ingest.broker_link import BrokerAddress
from server.kit.db import Database
from server.kit.errors import SettingsError
from server.settings import BrokerSettings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Vouching:
    """Who vouches for boxes and for the broker's own door, under which names, and when."""

    authority: Authority
    names: Sequence[str]
    at: datetime


def write_broker(
    database: Database, plan: BrokerPlan, credential_file: Path, vouching: Vouching | None = None
) -> Path:
    """Write Mosquitto's configuration, users and access list; return mosquitto.conf's path.

    The server's own credential is made when its file is not there.
    """
    if not credential_file.exists():
        secret = secrets.token_urlsafe(32)
        write_credential(credential_file, "user", Credential(SERVER_USER, secret))
    path = write_config(plan)
    refresh_broker(database, plan.folder, credential_file, vouching)
    return path


def refresh_broker(
    database: Database, folder: Path, credential_file: Path, vouching: Vouching | None = None
) -> None:
    """Write users, access list and refused certificates anew, and let a running broker read them.

    Boxes that sign in by password are cut off by that; those with certificates need a
    `cut_sessions` afterwards.
    """
    credential = read_credential(credential_file, "user")
    server = BrokerUser(credential.name, broker_hash(credential.secret))
    with database.reading() as db:
        devices = fleet.broker_users(db)
        refused = enrolment.refused_certificates(db, vouching.at) if vouching else []
    if vouching is not None:
        listed = [(serial, since) for serial, since, _ in refused]
        write_trust(folder.absolute(), vouching.authority, vouching.names, listed, vouching.at)
    write_users(folder.absolute(), server, devices)
    _let_reread(folder / "mosquitto.pid")


def enrol_device(
    database: Database, at: datetime, by: Who, new: NewDevice, credential_out: Path
) -> None:
    """Register a box with its cameras and write its credential, mode 0600."""
    with database.writing() as db:
        secret = fleet.enrol(db, at, by, new)
    write_credential(credential_out, "device", Credential(new.id, secret))


def server_at_broker(broker: BrokerSettings) -> BrokerAddress:
    """Return where the server meets the broker, with its own credential.

    Raises:
        SettingsError: the credential is missing, or is not the server's own.
    """
    credential = read_credential(broker.credential_file, "user")
    if credential.name != SERVER_USER:
        raise SettingsError(f"{broker.credential_file}: is not the server's own credential")
    return BrokerAddress(
        broker.host, broker.port, credential.name, credential.secret, ca_file=broker.ca_file
    )


def _let_reread(pid_file: Path) -> None:
    """Send SIGHUP to the broker whose number the file holds, if it is one."""
    try:
        number = int(pid_file.read_text(encoding="ascii"))
        name = Path(f"/proc/{number}/comm").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return
    if name != "mosquitto":
        return
    try:
        os.kill(number, signal.SIGHUP)
    except PermissionError:
        log.warning(
            "broker_not_told",
            broker=number,
            remedy="run the broker under the server's account, or send it SIGHUP after each change",
        )
