"""What a route gets from the application: a session of the database and the clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from server.kit.clock import Clock
from server.kit.db import Database


@dataclass(frozen=True, slots=True)
class Ground:
    """What the whole application stands on; `app.state.ground`."""

    database: Database
    clock: Clock


def ground(request: Request) -> Ground:
    """Return what the application stands on."""
    return cast("Ground", request.app.state.ground)


def _reading(on: Annotated[Ground, Depends(ground)]) -> Iterator[Session]:
    with on.database.reading() as db:
        yield db


def _writing(on: Annotated[Ground, Depends(ground)]) -> Iterator[Session]:
    with on.database.writing() as db:
        yield db


def _clock(on: Annotated[Ground, Depends(ground)]) -> Clock:
    return on.clock


#: A transaction that changes nothing.
Reading = Annotated[Session, Depends(_reading, scope="function")]
#: A transaction that is committed before the answer is sent, or rolled back on an error.
Writing = Annotated[Session, Depends(_writing, scope="function")]
Now = Annotated[Clock, Depends(_clock)]
