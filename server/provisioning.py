"""Hands out credentials and keeps the broker's files as the register says."""

import os
import secrets
import signal
from datetime import datetime
from pathlib import Path

from server.audit.service import Who
from server.fleet import service as fleet
from server.fleet.broker_files import SERVER_USER, BrokerPlan, BrokerUser, write_config, write_users
from server.fleet.credentials import (
    Credential,
    broker_hash,
    read_credential,
    write_credential,
)
from server.fleet.service import NewDevice
from server.kit.db import Database


def write_broker(database: Database, plan: BrokerPlan, credential_file: Path) -> Path:
    """Write Mosquitto's configuration, users and access list; return mosquitto.conf's path.

    The server's own credential is made when its file is not there.
    """
    if not credential_file.exists():
        secret = secrets.token_urlsafe(32)
        write_credential(credential_file, "user", Credential(SERVER_USER, secret))
    path = write_config(plan)
    refresh_broker(database, plan.folder, credential_file)
    return path


def refresh_broker(database: Database, folder: Path, credential_file: Path) -> None:
    """Write users and access list anew, and let a running broker read them."""
    credential = read_credential(credential_file, "user")
    server = BrokerUser(credential.name, broker_hash(credential.secret))
    with database.reading() as db:
        devices = fleet.broker_users(db)
    write_users(folder.absolute(), server, devices)
    _let_reread(folder / "mosquitto.pid")


def enrol_device(
    database: Database, at: datetime, by: Who, new: NewDevice, credential_out: Path
) -> None:
    """Register a box with its cameras and write its credential, mode 0600."""
    with database.writing() as db:
        secret = fleet.enrol(db, at, by, new)
    write_credential(credential_out, "device", Credential(new.id, secret))


def _let_reread(pid_file: Path) -> None:
    """Send SIGHUP to the broker whose number the file holds, if it is one."""
    try:
        number = int(pid_file.read_text(encoding="ascii"))
        name = Path(f"/proc/{number}/comm").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return
    if name == "mosquitto":
        os.kill(number, signal.SIGHUP)
