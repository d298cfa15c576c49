"""A web application on a database of its own, and browsers that are signed in to it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from web_server import serving

from hazard_library.catalogue.load import Catalogue, load_catalogue
from server.app import WebParts, create_app
from server.configuration.signing import ConfigurationKey
from server.evidence.file_store import FileStore
from server.fleet.authority import Authority
from server.identity import service as identity
from server.kit.db import Database
from server.kit.live_feed import LiveFeed
from server.samples.pseudonyms import Pseudonyms
from server.testing.bureau import BY, enrol, settle
from server.testing.fake_device import START, FakeDevice
from server.testing.settled_clock import SettledClock

SignIn = Callable[[str], httpx.Client]


@pytest.fixture
def database(own_database: Database) -> Database:
    """A database of the test's own: the application opens several connections."""
    return own_database


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def clock() -> SettledClock:
    return SettledClock()


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "evidence")


@pytest.fixture
def app(
    database: Database, clock: SettledClock, files: FileStore, catalogue: Catalogue, tmp_path: Path
) -> FastAPI:
    console = tmp_path / "console"
    (console / "assets").mkdir(parents=True)
    (console / "index.html").write_text("<title>console</title>")
    (console / "assets" / "main.js").write_text("start()")
    with database.writing() as db:
        settle(db)
    feed = LiveFeed(database.bind.engine.url.render_as_string(hide_password=False))
    names = Pseudonyms(b"k" * 32)
    authority = Authority.at(tmp_path / "authority", START)
    return create_app(
        WebParts(
            *(database, clock, files, catalogue, feed, console, names),
            authority=authority,
            configuration_key=ConfigurationKey.at(tmp_path / "configuration"),
        )
    )


@pytest.fixture
def device(database: Database, app: FastAPI) -> FakeDevice:
    """A registered box that knows its secret."""
    del app
    box = FakeDevice()
    with database.writing() as db:
        box.secret = enrol(db, box)
    return box


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    with serving(app) as address:
        yield address


@pytest.fixture
def browser(address: str) -> Iterator[httpx.Client]:
    """A browser that shows the console, not signed in."""
    with browser_at(address) as client:
        yield client


@pytest.fixture
def sign_in(address: str, database: Database, clock: SettledClock) -> Iterator[SignIn]:
    """Sign somebody of the bureau in."""
    with ExitStack() as stack:

        def signed_in(name: str) -> httpx.Client:
            with database.writing() as db:
                token = identity.make_link(db, clock.now(), BY, name, timedelta(hours=1))
            client = stack.enter_context(browser_at(address))
            answer = client.post("/api/v1/sign-in/link", json={"token": token})
            assert answer.status_code == 200, answer.text
            return client

        yield signed_in


def browser_at(address: str, cookies: httpx.Cookies | None = None) -> httpx.Client:
    """Open a browser on the console's own page."""
    return httpx.Client(
        base_url=address,
        headers={"Origin": address},
        trust_env=False,
        cookies=cookies,
        timeout=60,
    )
