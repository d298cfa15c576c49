"""`Idempotency-Key`: a POST that is sent again gets the first answer and does nothing more."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Header
from pydantic import BaseModel
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.kit.db import Entity, Json
from server.kit.errors import Conflict

KEPT = timedelta(days=7)

B = TypeVar("B", bound=BaseModel)

#: The key as a route's parameter; without one nothing is remembered.
IdempotencyKey = Annotated[str | None, Header(min_length=8, max_length=128)]


class FirstAnswer(Entity):
    """What was answered to a key the first time."""

    __tablename__ = "first_answer"
    __table_args__ = ({"comment": "The first answer to each Idempotency-Key"},)

    actor_id: Mapped[UUID] = mapped_column(primary_key=True, comment="Who sent the key")
    key: Mapped[str] = mapped_column(primary_key=True, comment="The key as sent")
    act: Mapped[str] = mapped_column(comment="What was asked, and of what")
    request_sha256: Mapped[str] = mapped_column(comment="Hash of the request's body")
    at: Mapped[datetime] = mapped_column(comment="When it was asked first")
    body: Mapped[Json] = mapped_column(comment="The first answer")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: who, with what key, for what, with what body."""

    actor_id: UUID
    key: str | None
    act: str
    body: BaseModel | None
    at: datetime


def once(db: Session, asked: Asked, kind: type[B], answer: Callable[[], B]) -> B:
    """Return the first answer to a key; make it now when there is none.

    Raises:
        Conflict: the key was used before for something else.
    """
    if asked.key is None:
        return answer()
    content = asked.body.model_dump_json().encode() if asked.body is not None else b""
    digest = hashlib.sha256(content).hexdigest()
    known = db.scalar(
        select(FirstAnswer).where(
            FirstAnswer.actor_id == asked.actor_id, FirstAnswer.key == asked.key
        )
    )
    if known is not None:
        if (known.act, known.request_sha256) != (asked.act, digest):
            raise Conflict(f"Idempotency-Key {asked.key} was used for another request; make a new")
        return kind.model_validate(known.body)
    made = answer()
    db.execute(
        insert(FirstAnswer).values(
            actor_id=asked.actor_id,
            key=asked.key,
            act=asked.act,
            request_sha256=digest,
            at=asked.at,
            body=made.model_dump(mode="json", by_alias=True),
        )
    )
    return made


def forget_old(db: Session, at: datetime) -> None:
    """Remove answers that nobody will ask for again."""
    db.execute(delete(FirstAnswer).where(FirstAnswer.at < at - KEPT))
