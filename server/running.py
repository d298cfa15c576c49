"""The server's roles in one process: web, ingest, work, or all of them."""

import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from threading import Event, Thread

import structlog
import uvicorn
from fastapi import FastAPI

from hazard_library.catalogue.load import Catalogue, load_catalogue
from server.app import WebParts, create_app
from server.broker_keeper import BrokerKeeper, Kept
from server.config_courier import ConfigCourier
from server.configuration.signing import ConfigurationKey
from server.device_door import DeviceDoor
from server.evidence_keeper import EvidenceKeeper
from server.fleet.authority import Authority
from server.handovers.cases.room import PackageRoom
from server.ingest.broker_link import BrokerLink
from server.ingest.service import Ingest
from server.ingest.worker import IngestWorker
from server.kit.clock import Clock, SystemClock
from server.kit.db import Database
from server.kit.listening import QuietServer, listen
from server.kit.live_feed import LiveFeed
from server.leads import service as leads
from server.leads.kept import standing_of
from server.opening import evidence_store, open_database, plain_url
from server.provisioning import server_at_broker
from server.samples.pseudonyms import Pseudonyms
from server.settings import ServerSettings
from server.upkeep import Upkeep

log = structlog.get_logger(__name__)

_LEAVE_WITHIN_S = 5


class Role(StrEnum):
    """Which part of the server a process is."""

    WEB = "web"
    INGEST = "ingest"
    WORK = "work"
    ALL = "all"


def run(settings: ServerSettings, role: Role) -> None:
    """Run until SIGTERM or Ctrl-C.

    Raises:
        SettingsError: the port is in use, or the settings do not fit the role.
    """
    listener = _listener(settings) if role in {Role.WEB, Role.ALL} else None
    catalogue = load_catalogue(settings.catalogue)
    clock = SystemClock()
    stopped = _stop_on_signal()
    with ExitStack() as stack:
        database = stack.enter_context(open_database(settings))
        if role in {Role.INGEST, Role.ALL}:
            stack.enter_context(ingesting(settings, database, catalogue, clock))
        authority = Authority.at(settings.authority, clock.now()) if settings.devices else None
        if role in {Role.WORK, Role.ALL}:
            stack.enter_context(tending(database, clock, catalogue))
            stack.enter_context(keeping_evidence(settings, database, clock))
            stack.enter_context(keeping_broker(settings, database, authority, clock))
        log.info("server_started", role=role.value)
        if listener is not None:
            parts = web_parts(settings, database, catalogue, clock, authority)
            if settings.devices is not None and authority is not None:
                door = DeviceDoor(settings, settings.devices, authority, parts)
                stack.enter_context(door.open())
            _serve(create_app(parts), listener, stopped)
        else:
            stopped.wait()
    log.info("server_stopped", role=role.value)


def web_parts(
    settings: ServerSettings,
    database: Database,
    catalogue: Catalogue,
    clock: Clock,
    authority: Authority | None = None,
) -> WebParts:
    """Gather what the web application is made of."""
    return WebParts(
        database=database,
        clock=clock,
        files=evidence_store(settings),
        catalogue=catalogue,
        feed=LiveFeed(plain_url(_url_of(database))),
        console=settings.console or Path(__file__).parent / "console" / "dist",
        pseudonyms=Pseudonyms.at(settings.data / "pseudonyms.key"),
        public_origins=settings.http.public_origins,
        is_demo=settings.demo,
        authority=authority,
        configuration_key=ConfigurationKey.at(settings.configuration),
        package_room=PackageRoom(settings.packages),
    )


@contextmanager
def ingesting(
    settings: ServerSettings, database: Database, catalogue: Catalogue, clock: Clock
) -> Iterator[BrokerLink | None]:
    """Take messages from the broker meanwhile."""
    if settings.broker is None:
        log.warning("ingest_has_no_broker", remedy="set broker in server.yaml")
        yield None
        return

    parts = Ingest(
        knows_hazard=lambda hazard: hazard in catalogue.hazards,
        tell_leads=lambda db, at, event: leads.attach(db, at, catalogue, event),
    )
    worker = IngestWorker(database, parts, clock)
    link = BrokerLink(server_at_broker(settings.broker), worker)
    worker.answer_through(link)
    courier = ConfigCourier(database, clock, link)
    threads = (
        Thread(target=worker.run, name="ingest"),
        Thread(target=courier.run, name="config-courier"),
    )
    for thread in threads:
        thread.start()
    link.start()
    try:
        yield link
    finally:
        worker.stop()
        courier.stop()
        for thread in threads:
            thread.join()
        link.stop()


@contextmanager
def tending(database: Database, clock: Clock, catalogue: Catalogue) -> Iterator[None]:
    """Do what comes round by itself meanwhile."""
    upkeep = Upkeep(database, clock, catalogue, every=timedelta(minutes=1))
    thread = Thread(target=upkeep.run, name="upkeep")
    thread.start()
    try:
        yield
    finally:
        upkeep.stop()
        thread.join()


@contextmanager
def keeping_evidence(settings: ServerSettings, database: Database, clock: Clock) -> Iterator[None]:
    """Verify evidence every night and destroy what is past its time, meanwhile."""
    keeper = EvidenceKeeper(database, clock, evidence_store(settings), standing_of)
    thread = Thread(target=keeper.run, name="evidence-keeper")
    thread.start()
    try:
        yield
    finally:
        keeper.stop()
        thread.join()


@contextmanager
def keeping_broker(
    settings: ServerSettings, database: Database, authority: Authority | None, clock: Clock
) -> Iterator[None]:
    """Keep the broker's files as the register says meanwhile."""
    broker = settings.broker
    if broker is None or broker.folder is None or not broker.credential_file.exists():
        log.warning("broker_not_kept_here", remedy="set broker.folder, run broker-config")
        yield
        return
    kept = Kept(broker.folder, broker, settings.devices, authority)
    keeper = BrokerKeeper(database, clock, kept)
    thread = Thread(target=keeper.run, name="broker-keeper")
    thread.start()
    try:
        yield
    finally:
        keeper.stop()
        thread.join()


def _serve(app: FastAPI, listener: socket.socket, stopped: Event) -> None:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_LEAVE_WITHIN_S,
    )
    server = QuietServer(config)

    def leave() -> None:
        stopped.wait()
        app.state.feed.stop()
        server.should_exit = True

    Thread(target=leave, name="leave", daemon=True).start()
    server.run(sockets=[listener])
    stopped.set()


def _listener(settings: ServerSettings) -> socket.socket:
    listener = listen(settings.http.host, settings.http.port, "http.port")
    log.info("server_listens", address=f"http://{settings.http.host}:{settings.http.port}")
    return listener


def _stop_on_signal() -> Event:
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    return stopped


def _url_of(database: Database) -> str:
    return database.bind.engine.url.render_as_string(hide_password=False)
