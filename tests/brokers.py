"""A real Mosquitto on a port of its own, with passwords and an access list."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ports import free_port
from waiting import wait_until

SERVER = "server"
DEVICE = "box-1"
SECRETS = {SERVER: "server-secret", DEVICE: "box-1-secret"}

_HOST = "127.0.0.1"
_READY_S = 10.0


def mosquitto() -> str:
    """Return the program; Debian keeps it where ordinary users do not look."""
    found = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    assert found, "mosquitto is missing; run `make setup` or apt-get install mosquitto"
    return found


@dataclass
class Broker:
    """One broker that can be stopped, killed and started again on the same port and state."""

    port: int
    config: Path
    log: Path
    host: str = _HOST
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [mosquitto(), "-c", str(self.config)], stdout=log, stderr=log
            )
        process = self._process
        wait_until(
            lambda: process.poll() is not None or _answers(self.port),
            _READY_S,
            f"broker on port {self.port}",
        )
        assert process.poll() is None, self.log.read_text()

    def stop(self) -> None:
        """Ask it to save its state and leave."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Take the power away."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        self._process.wait(_READY_S)
        self._process = None


def device_acl(server: str, *devices: str) -> str:
    """Write an access list: each device has its own subtree, the server all of them."""
    lines = [f"user {server}", "topic readwrite hazard-patrol/v1/#"]
    for device in devices:
        own = f"hazard-patrol/v1/{device}"
        lines += ["", f"user {device}"]
        lines += [f"topic write {own}/{up}" for up in ("incident", "evidence", "state")]
        lines += [f"topic read {own}/{down}" for down in ("ack", "config", "cmd")]
    return "\n".join(lines) + "\n"


def start_broker(
    folder: Path, users: Mapping[str, str], acl: str, listener_options: str = ""
) -> Broker:
    """Start a broker that knows these users (name → password) and obeys this access list."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    passwords = folder / "passwords"
    passwords.touch(mode=0o600)
    for user, password in users.items():
        subprocess.run(["mosquitto_passwd", "-b", str(passwords), user, password], check=True)
    access = folder / "access"
    access.write_text(acl)
    access.chmod(0o600)
    config = folder / "mosquitto.conf"
    config.write_text(
        f"""user {getpass.getuser()}
listener {port} {_HOST}
{listener_options}
allow_anonymous false
password_file {passwords}
acl_file {access}
persistence true
persistence_location {folder}/
max_queued_messages 10000
log_type error
log_type warning
"""
    )
    broker = Broker(port, config, folder / "mosquitto.log")
    broker.start()
    return broker


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((_HOST, port)) == 0
