"""A real PostgreSQL for tests: the wheel's own, started once, on a socket."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session

from server.kit.db import Database, take_turn
from server.kit.embedded_postgres import EmbeddedPostgres
from server.kit.migrate import migrate

#: A test's database may be lost with the machine, so it need not wait for the disk.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_TEMPLATE = "migrated"

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server that lives as long as the tests, with a migrated template database."""
    # As root the database runs under an account of its own, which must reach the folder.
    folder = Path(tempfile.mkdtemp(prefix="patrol-pg-", dir="/var/tmp"))
    folder.chmod(0o711)
    try:
        with EmbeddedPostgres(folder / "postgres", _FAST).running() as url:
            _make_database(url, _TEMPLATE, "template0")
            migrate(_named(url, _TEMPLATE))
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_database(postgres_url: str) -> str:
    """Make a migrated database; a file of tests may share one."""
    name = f"test_{next(_numbers)}"
    _make_database(postgres_url, name, _TEMPLATE)
    return _named(postgres_url, name)


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """A migrated database of the test's own, for tests that need several connections."""
    return new_database(postgres_url)


@pytest.fixture
def own_database(database_url: str) -> Iterator[Database]:
    """A migrated database of the test's own, opened; what is committed stays committed."""
    opened = Database.at(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def _shared_url(postgres_url: str) -> str:
    _make_database(postgres_url, "shared", _TEMPLATE)
    return _named(postgres_url, "shared")


@pytest.fixture
def database(_shared_url: str) -> Iterator[Database]:
    """A migrated database on one connection; everything is rolled back after the test."""
    engine = create_engine(_shared_url)
    with engine.connect() as connection:
        transaction = connection.begin()
        yield Database(connection)
        transaction.rollback()
    engine.dispose()


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    """A session of `database` in a writing transaction, rolled back after the test."""
    with database.reading() as session:
        take_turn(session)
        yield session
        session.rollback()


def another_database(postgres_url: str) -> str:
    """Make a migrated database; for whoever keeps one longer than a test."""
    name = f"test_{next(_numbers)}"
    _make_database(postgres_url, name, _TEMPLATE)
    return _named(postgres_url, name)


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def _make_database(url: str, name: str, template: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        # Files are copied, not written down block by block: a quarter of the time.
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    engine.dispose()
