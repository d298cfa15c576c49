"""A server whose boxes have certificates: real broker, HTTPS door, ingest, and who keeps them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Thread

from brokers import Broker
from ports import free_port
from sqlalchemy import text
from waiting import wait_until

from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.ids import CameraId, DeviceId
from server.app import WebParts
from server.broker_keeper import BrokerKeeper, Kept
from server.configuration.signing import ConfigurationKey
from server.device_door import DeviceDoor
from server.evidence.file_store import FileStore
from server.fleet import enrolment
from server.fleet.authority import Authority
from server.fleet.broker_files import BrokerPlan, DeviceListener
from server.fleet.enrolment import NewCode
from server.kit.clock import SystemClock
from server.kit.db import Database
from server.kit.live_feed import LiveFeed
from server.provisioning import Vouching, write_broker
from server.running import ingesting
from server.samples.pseudonyms import Pseudonyms
from server.settings import BrokerSettings, DeviceSettings, ServerSettings
from server.testing.bureau import BY, CAMERAS, settle

CLOCK = SystemClock()
BOX = DeviceId("box-1")


@dataclass
class CertifiedBureau:
    """What a test of identity talks to."""

    database: Database
    settings: ServerSettings
    authority: Authority
    broker: Broker
    keeper: BrokerKeeper
    parts: WebParts = field(repr=False)

    @property
    def door(self) -> str:
        """Address of the door for boxes."""
        assert self.settings.devices is not None
        return f"https://127.0.0.1:{self.settings.devices.port}"

    @property
    def broker_port(self) -> int:
        """Port of the listener for boxes."""
        assert self.settings.devices is not None
        return self.settings.devices.broker_port

    def code(self, device: DeviceId = BOX, made_ago: timedelta = timedelta(0)) -> str:
        """Make a code for a box that watches all cameras of the bureau's site."""
        cameras = {CameraId(name): name for name in CAMERAS}
        with self.database.writing() as db:
            new = NewCode(device, "site-1", cameras)
            made = enrolment.make_code(db, CLOCK.now() - made_ago, BY, self.authority, new)
        return made[0].text

    def count(self, query: str) -> int:
        """Return the one number that a query gives."""
        with self.database.reading() as db:
            return int(db.execute(text(query)).scalar() or 0)

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """Keep the broker's files meanwhile, as a running server does."""
        thread = Thread(target=self.keeper.run)
        thread.start()
        try:
            yield
        finally:
            self.keeper.stop()
            thread.join()


@contextmanager
def certified_bureau(database: Database, folder: Path) -> Iterator[CertifiedBureau]:
    """Run one until the end of the block."""
    devices = DeviceSettings(
        names=("127.0.0.1",), host="127.0.0.1", port=free_port(), broker_port=free_port()
    )
    broker = BrokerSettings(
        port=free_port(), credential_file=folder / "server.json", folder=folder / "broker"
    )
    settings = ServerSettings(data=folder, broker=broker, devices=devices)
    now, catalogue = CLOCK.now(), load_catalogue()
    authority = Authority.at(settings.authority, now)
    with database.writing() as db:
        settle(db)
    plan = BrokerPlan(
        folder / "broker",
        broker.port,
        devices=DeviceListener(devices.broker_port, devices.host),
    )
    vouching = Vouching(authority, devices.names, now)
    config = write_broker(database, plan, broker.credential_file, vouching)
    mosquitto = Broker(broker.port, config, folder / "mosquitto.log")
    mosquitto.start()
    feed = LiveFeed(database.bind.engine.url.render_as_string(hide_password=False))
    names, files = Pseudonyms(b"k" * 32), FileStore(settings.evidence)
    parts = WebParts(
        *(database, CLOCK, files, catalogue, feed, folder, names),
        authority=authority,
        configuration_key=ConfigurationKey.at(settings.configuration),
    )
    keeper = BrokerKeeper(database, CLOCK, Kept(folder / "broker", broker, devices, authority))
    with ExitStack() as stack:
        stack.callback(mosquitto.stop)
        stack.enter_context(DeviceDoor(settings, devices, authority, parts).open())
        link = stack.enter_context(ingesting(settings, database, catalogue, CLOCK))
        assert link is not None
        wait_until(lambda: link.is_connected, what="the server at the broker")
        yield CertifiedBureau(database, settings, authority, mosquitto, keeper, parts)
