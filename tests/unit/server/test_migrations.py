"""The migrations alone make what the models say."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.orm import Session

from server.kit.db import Instant, Word
from server.kit.migrate import is_current
from server.tables import metadata


def _keeps_its_type(*given: object) -> bool | None:
    """Compare our own types by what the database keeps."""
    return False if isinstance(given[-1], Instant | Word) else None


def test_the_migrations_make_exactly_the_models(db: Session) -> None:
    options = {"compare_type": _keeps_its_type, "compare_server_default": True}
    context = MigrationContext.configure(db.connection(), opts=options)
    assert compare_metadata(context, metadata) == []


def test_the_checks_of_the_models_are_in_the_database(db: Session) -> None:
    query = "SELECT conname FROM pg_constraint WHERE contype = 'c'"
    made = {row[0] for row in db.execute(text(query))}
    wanted = {
        str(constraint.name)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if constraint.__visit_name__ in {"check_constraint", "table_or_column_check_constraint"}
    }
    assert wanted
    assert wanted - made == set()


def test_tables_that_only_grow_have_their_trigger(db: Session) -> None:
    query = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only'"
    made = {row[0] for row in db.execute(text(query))}
    wanted = {table.name for table in metadata.tables.values() if table.info.get("append_only")}
    assert made == wanted
    assert {"audit_entry", "access_record", "message", "evidence_manifest"} <= made


def test_a_migrated_database_knows_that_it_is_current(db: Session) -> None:
    assert is_current(db.connection())


def test_every_table_and_column_says_what_it_holds() -> None:
    silent = [
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if not column.comment
    ] + [table.name for table in metadata.tables.values() if not table.comment]
    assert silent == []


def test_every_constraint_has_a_name() -> None:
    nameless = [
        f"{table.name}: {constraint!r}"
        for table in metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert nameless == []
