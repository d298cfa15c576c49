"""The HTTPS door of boxes: enrolment, renewal and evidence, with certificates of our authority.

A box shows its certificate, or has none yet and comes with a code. TLS ends here, not at a proxy:
whoever forwards this port forwards bytes.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import structlog
import uvicorn

from server.app import WebParts, create_device_app
from server.fleet.authority import Authority
from server.fleet.credentials import write_private
from server.fleet.door_files import door_files, is_due, keep_door
from server.fleet.identity_routes import IdentityDesk
from server.fleet.peer import PeerProtocol
from server.kit.listening import QuietServer, listen
from server.settings import DeviceSettings, ServerSettings

log = structlog.get_logger(__name__)

_LEAVE_WITHIN_S = 2
_RENEWED_EVERY_S = 3600.0
_CONNECTIONS = 500


class DeviceDoor:
    """One listening port."""

    def __init__(
        self,
        settings: ServerSettings,
        devices: DeviceSettings,
        authority: Authority,
        parts: WebParts,
    ) -> None:
        self._devices = devices
        self._authority = authority
        self._parts = parts
        self._folder = settings.data / "device-door"

    @contextmanager
    def open(self) -> Iterator[None]:
        """Let boxes in meanwhile.

        Raises:
            SettingsError: the port is in use.
        """
        listener = listen(self._devices.host, self._devices.port, "devices.port")
        server = QuietServer(self._config())
        stopped = Event()
        threads = (
            Thread(target=lambda: server.run(sockets=[listener]), name="device-door"),
            Thread(target=self._renew, args=(server.config, stopped), name="device-door-keys"),
        )
        for thread in threads:
            thread.start()
        log.info("device_door_listens", port=self._devices.port, names=list(self._devices.names))
        try:
            yield
        finally:
            stopped.set()
            server.should_exit = True
            for thread in threads:
                thread.join()

    def _config(self) -> uvicorn.Config:
        now = self._parts.clock.now()
        files = keep_door(self._folder, self._authority, self._devices.names, now)
        believed = self._folder / "authority.pem"
        write_private(believed, self._authority.pem)
        desk = IdentityDesk(self._authority, self._devices.names[0], self._devices.broker_port)
        config = uvicorn.Config(
            create_device_app(self._parts, desk),
            http=PeerProtocol,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_CONNECTIONS,
            timeout_graceful_shutdown=_LEAVE_WITHIN_S,
            ssl_certfile=files.certificate,
            ssl_keyfile=str(files.key),
            ssl_ca_certs=str(believed),
            ssl_cert_reqs=ssl.CERT_OPTIONAL,
        )
        config.load()
        if config.ssl is not None:
            config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
        return config

    def _renew(self, config: uvicorn.Config, stopped: Event) -> None:
        """Use a fresh certificate for new connections once the present one gets old."""
        while not stopped.wait(_RENEWED_EVERY_S):
            now, names = self._parts.clock.now(), self._devices.names
            if config.ssl is not None and is_due(
                door_files(self._folder), self._authority, names, now
            ):
                files = keep_door(self._folder, self._authority, names, now)
                config.ssl.load_cert_chain(files.certificate, files.key)
                log.info("device_door_renewed")
