"""The database: how tables are written down, and how a transaction begins and ends.

A verb takes a `Session` and never commits: whoever calls the outermost verb (a route, the ingest
worker, a command) holds the transaction. Writing transactions take turns (`writing` takes one
advisory lock first), which gives three things at once: the audit chain and the live changes are
numbered in the order of their commits, numbers have no gaps, and two writers never deadlock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Text,
    Uuid,
    create_engine,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

#: Any number; all writers of one database share it.
_TURN = 7_227_001

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: A JSON object as the database keeps it.
Json = dict[str, Any]

W = TypeVar("W", bound=StrEnum)


class Instant(TypeDecorator[datetime]):
    """An aware instant, always UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time."""
        del dialect
        if value is not None and value.tzinfo is None:
            msg = f"{value!r} is naive; attach a time zone"
            raise ValueError(msg)
        return value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return UTC whatever zone the connection has."""
        del dialect
        return value.astimezone(UTC) if isinstance(value, datetime) else None


class Word(TypeDecorator[W]):
    """A member of a closed set, kept as its text; add `one_of` for the check in the database."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[W]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: W | None, dialect: Dialect) -> str | None:
        """Write the text."""
        del dialect
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> W | None:
        """Read the member."""
        del dialect
        return None if value is None else self.kind(value)


class Entity(DeclarativeBase):
    """The parent of every table's class; all constraints get names by `NAMES`."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own spelling
        datetime: Instant(),
        UUID: Uuid(),
        str: Text(),
        int: BigInteger(),
        Json: JSONB(),
    }


metadata = Entity.metadata


def one_of(column: str, kind: type[StrEnum]) -> CheckConstraint:
    """Let a column hold only the members of a closed set, as `ck_<table>_<column>`."""
    members = ", ".join(f"'{member.value}'" for member in kind)
    return CheckConstraint(f"{column} IN ({members})", name=column)


class Database:
    """Opens sessions. On an engine in the product, on one connection in a rolled-back test."""

    def __init__(self, bind: Engine | Connection) -> None:
        self.bind = bind
        self._sessions = sessionmaker(
            bind, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )

    @classmethod
    def at(cls, url: str) -> "Database":
        """Open a database by its URL; connections are made when they are needed."""
        return cls(create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=16))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Hold a transaction that changes nothing."""
        with self._sessions() as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Hold a transaction that is committed at the end, or rolled back on an error."""
        with self._sessions.begin() as db:
            take_turn(db)
            yield db

    def close(self) -> None:
        """Let go of all connections."""
        if isinstance(self.bind, Engine):
            self.bind.dispose()


def take_turn(db: Session) -> None:
    """Wait until no other transaction writes; the turn ends with the transaction."""
    db.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
