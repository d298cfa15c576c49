"""One database and one web application for all stories of a file; each enters its own firms."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from bureau import CATALOGUE, NOW, SETUP, Bureau, found_bureau
from fastapi import FastAPI
from postgres import new_database
from web_server import serving

from server.app import WebParts, create_app
from server.enterprises.credit_code import check_digit
from server.evidence.file_store import FileStore
from server.identity import service as identity
from server.identity.actor import Actor
from server.kit.db import Database
from server.kit.live_feed import LiveFeed
from server.samples.pseudonyms import Pseudonyms
from server.testing.settled_clock import SettledClock


@dataclass(frozen=True, slots=True)
class Desk:
    """The application with a bureau in it."""

    database: Database
    bureau: Bureau
    clock: SettledClock
    app: FastAPI
    client_of: Callable[[Actor | None], httpx.Client]
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def code(self) -> str:
        """Return a credit code that nobody has."""
        body = f"91320115MA1{next(self.numbers):06d}"
        return body + check_digit(body)

    def firm(self, **changes: Any) -> dict[str, Any]:
        """Return an enterprise to enter."""
        code = self.code()
        return {
            "name": f"演示企业{code[11:17]}",
            "credit_code": code,
            "address": "江宁区演示路3号",
            "legal_representative": "演示法人",
            "industry": "涉爆粉尘",
            "source": "现场登记",
            "sites": [
                {
                    "id": f"site-{code[11:17]}",
                    "name": "主厂区",
                    "address": "演示路3号",
                    "division_code": "320115",
                }
            ],
        } | changes


@pytest.fixture(scope="module")
def desk(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    database = Database.at(new_database(postgres_url))
    with database.writing() as db:
        bureau = found_bureau(db)
    folder: Path = tmp_path_factory.mktemp("ledger")
    clock = SettledClock(NOW)
    app = create_app(
        WebParts(
            database=database,
            clock=clock,
            files=FileStore(folder / "files"),
            catalogue=CATALOGUE,
            feed=LiveFeed("postgresql://nowhere"),
            console=folder / "console",
            pseudonyms=Pseudonyms(b"k" * 32),
        )
    )
    clients: dict[str, httpx.Client] = {}
    with ExitStack() as stack:
        address = stack.enter_context(serving(app))

        def client_of(actor: Actor | None) -> httpx.Client:
            name = actor.account if actor is not None else ""
            if name not in clients:
                client = httpx.Client(
                    base_url=address, headers={"Origin": address}, trust_env=False
                )
                clients[name] = stack.enter_context(client)
                if actor is not None:
                    _sign_in(database, client, actor)
            return clients[name]

        yield Desk(database, bureau, clock, app, client_of)
    database.close()


def _sign_in(database: Database, client: httpx.Client, actor: Actor) -> None:
    with database.writing() as db:
        token = identity.make_link(db, NOW, SETUP, actor.account, timedelta(minutes=5))
    signed = client.post("/api/v1/sign-in/link", json={"token": token})
    assert signed.status_code == 200, signed.text
