"""What every matter of this module shares when somebody moves it: who, which version, what record.

A verb calls `take` first and `move` last; between them it checks its own guards and writes its
own columns. The caller holds the transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.handovers.matter import Matter
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.jurisdiction.service import Scope
from server.kit import live
from server.kit.db import Json
from server.kit.errors import NotFound, NotPermitted
from server.kit.live import Change, Kind
from server.kit.preconditions import check_version
from server.kit.state_machine import StateMachine

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


M = TypeVar("M", bound=Matter)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who acts when on which version of which matter."""

    at: datetime
    actor: Actor
    id: UUID
    version: int

    @property
    def person(self) -> str:
        """Name the acting person as the record does."""
        return self.actor.account


@dataclass(frozen=True, slots=True)
class By:
    """Who says it, and when: a person, or a part of the server that takes an answer in."""

    at: datetime
    who: audit.Who


@dataclass(frozen=True, slots=True)
class Course(Generic[M, S, E]):
    """How one kind of matter moves: its life, who may do what, and where a row comes from."""

    kind: Kind
    machine: StateMachine[S, E]
    acts: Mapping[E, Act]
    locked: Callable[[Session, Scope, UUID], M | None]

    def take(self, db: Session, tried: Attempt, event: E) -> M:
        """Lock a matter; refuse who may not, what has changed and what its state forbids.

        Raises:
            NotPermitted: the role may not, or another unit holds the matter.
            NotFound: there is none, or it lies outside the scope.
            StaleVersion: it was changed since it was read.
            NotAllowedNow: its state does not know the event.
        """
        tried.actor.require(self.acts[event], tried.at)
        found = self.locked(db, jurisdiction.scope(db, tried.actor), tried.id)
        if found is None:
            raise NotFound(f"{self.kind} {tried.id}")
        if tried.actor.unit is None or found.unit_id != tried.actor.unit.id:
            raise NotPermitted(
                f"{found.number} is held by another unit; its own people act, those above read",
                "该事项由其他单位办理，上级可以查阅，不得代办",
                rule_id="R-020",
            )
        check_version(found.number, tried.version, found.version)
        self.machine.after(found.state, event)
        return found

    def move(
        self,
        db: Session,
        tried: Attempt,
        row: M,
        event: E,
        reason: str | None = None,
        detail: Json | None = None,
    ) -> None:
        """Go to the next state on behalf of a person."""
        self.advance(db, By(tried.at, tried.actor.who), row, event, reason, detail)

    def advance(
        self,
        db: Session,
        by: By,
        row: M,
        event: E,
        reason: str | None = None,
        detail: Json | None = None,
    ) -> None:
        """Go to the next state, count the change, write it down and tell the pages."""
        before: S = row.state
        row.state = self.machine.after(before, event)
        row.version += 1
        db.flush()
        act = audit.Act(event, before, row.state, reason, detail or {})
        self.record(db, by.at, by.who, row, act)

    def record(self, db: Session, at: datetime, who: audit.Who, row: M, act: audit.Act) -> None:
        """Write an audit entry about a matter and tell the pages."""
        audit.record(db, at, who, audit.Thing(self.kind, str(row.id), row.version), act)
        told = {"version": row.version, "state": row.state}
        live.announce(db, at, Change(self.kind, str(row.id), told))

    def allowed(self, actor: Actor, at: datetime, row: M) -> list[E]:
        """Return what this person may do with this matter now: the console's buttons."""
        if actor.unit is None or row.unit_id != actor.unit.id:
            return []
        state: S = row.state
        events = self.machine.allowed(state)
        return [event for event in events if actor.may(self.acts[event], at)]


def check_other_person(tried: Attempt, other: str | None, message_zh: str) -> None:
    """Refuse a person who has had another part in the matter already (WORKFLOW §2).

    Raises:
        NotPermitted: it is the same person.
    """
    if other is not None and other == tried.person:
        raise NotPermitted(
            f"{tried.person} has had another part in this matter; somebody else does this",
            message_zh,
            rule_id="WORKFLOW-2",
        )
