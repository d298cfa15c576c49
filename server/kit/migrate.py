"""Brings a database to the newest migration; `migrations/` lies beside this package."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from server.kit.errors import SettingsError, Unavailable

_FOLDER = Path(__file__).parent.parent / "migrations"
_OLDEST = 15
#: Any number but the one of writing transactions.
_TURN = 7_227_002


def migrate(url: str) -> str:
    """Apply every migration that is missing; return the newest one's name.

    Raises:
        SettingsError: the server is too old, or the database is newer than this program.
        Unavailable: it does not answer.
    """
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            _check_server(connection)
            connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
            return _upgrade(connection)
    except OperationalError as fault:
        place = engine.url.render_as_string(hide_password=True)
        raise Unavailable(f"{place}: the database does not answer: {fault.orig}") from fault
    finally:
        engine.dispose()


def is_current(connection: Connection) -> bool:
    """Whether a database has every migration."""
    return MigrationContext.configure(connection).get_current_revision() == newest()


def newest() -> str:
    """Return the name of the newest migration."""
    return str(ScriptDirectory(str(_FOLDER)).get_current_head())


def _upgrade(connection: Connection) -> str:
    scripts = ScriptDirectory(str(_FOLDER))
    known = {script.revision for script in scripts.walk_revisions()}
    present = MigrationContext.configure(connection).get_current_revision()
    if present is not None and present not in known:
        raise SettingsError(
            f"the database has migration {present}, which this program does not know; "
            "install the newer program"
        )
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return str(scripts.get_current_head())


def _check_server(connection: Connection) -> None:
    number = int(connection.scalar(text("SHOW server_version_num")) or 0)
    if number < _OLDEST * 10_000:
        raise SettingsError(
            f"database_url: PostgreSQL {number // 10_000} is too old; use {_OLDEST} or newer"
        )
