"""Opens what the settings name: the database and the store of evidence."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import OperationalError

from server.evidence.arriving import EvidenceStore
from server.evidence.bucket_store import Bucket, BucketStore
from server.evidence.file_store import FileStore
from server.kit.db import Database
from server.kit.embedded_postgres import EmbeddedPostgres
from server.kit.errors import SettingsError, Unavailable
from server.kit.migrate import is_current, migrate
from server.settings import ServerSettings


@contextmanager
def database_url(settings: ServerSettings) -> Iterator[str]:
    """Hold the database running, if it is the private one, and give its address."""
    own = settings.own_database_url()
    if own is not None:
        yield own
        return
    with EmbeddedPostgres(settings.data / "postgres").running() as url:
        yield url


@contextmanager
def open_database(settings: ServerSettings) -> Iterator[Database]:
    """Hold the database open with every migration applied.

    The private one is brought up to date; the bureau's own is changed by `patrol server migrate`
    only.

    Raises:
        SettingsError: the bureau's own database lacks migrations.
        Unavailable: it does not answer.
    """
    with database_url(settings) as url:
        if settings.own_database_url() is None:
            migrate(url)
        database = Database.at(url)
        try:
            _check(database, url)
            yield database
        finally:
            database.close()


def evidence_store(settings: ServerSettings) -> EvidenceStore:
    """Return where evidence lies: the bucket of the settings, or a folder of the data folder.

    Raises:
        SettingsError: the bucket's credential cannot be read.
    """
    told = settings.evidence_bucket
    if told is None:
        return FileStore(settings.evidence)
    try:
        key = json.loads(told.credential_file.read_text(encoding="utf-8"))
        key_id, secret = str(key["access_key_id"]), str(key["secret_access_key"])
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise SettingsError(
            f"{told.credential_file}: evidence_bucket.credential_file must be JSON with "
            f"access_key_id and secret_access_key ({type(fault).__name__})"
        ) from fault
    bucket = Bucket(told.name, key_id, secret, told.endpoint, told.region, told.prefix)
    return BucketStore(bucket, settings.evidence)


def plain_url(url: str) -> str:
    """Write an address as psycopg itself reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _check(database: Database, url: str) -> None:
    engine = database.bind
    try:
        with engine.connect() if isinstance(engine, Engine) else engine as connection:
            current = is_current(connection)
    except OperationalError as fault:
        place = make_url(url).render_as_string(hide_password=True)
        raise Unavailable(f"{place}: the database does not answer: {fault.orig}") from fault
    if not current:
        raise SettingsError("the database lacks migrations; run patrol server migrate")
