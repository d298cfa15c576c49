"""What a person may see: one condition that every list and every look asks for.

A unit reads what is its own and what lies below it; nobody sees an enterprise that he or she has
declared an interest in. What lies outside does not exist: 404.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.identity import service as identity
from server.identity.actor import Actor
from server.jurisdiction import repository


@dataclass(frozen=True, slots=True)
class Scope:
    """units: whose matters are read. recused: enterprises that do not exist for this person."""

    units: frozenset[UUID]
    recused: frozenset[UUID] = frozenset()

    def of(
        self,
        unit: InstrumentedAttribute[UUID],
        enterprise: InstrumentedAttribute[UUID],
    ) -> ColumnElement[bool]:
        """Return the condition on a table's columns of unit and enterprise."""
        reached = unit.in_(self.units)
        return reached & enterprise.not_in(self.recused) if self.recused else reached

    def has(self, unit: UUID, enterprise: UUID) -> bool:
        """Whether a thing of this unit and enterprise is seen."""
        return unit in self.units and enterprise not in self.recused


def scope(db: Session, actor: Actor) -> Scope:
    """Return what the actor may see at this moment."""
    return Scope(
        identity.unit_scope(db, actor),
        frozenset(repository.recused_from(db, actor.person_id)),
    )
