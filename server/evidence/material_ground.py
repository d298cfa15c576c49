"""What routes of materials share: who sees which, and the hashing before an act."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, Path, Request
from sqlalchemy.orm import Session

from server.evidence import material_repository as materials
from server.evidence import service
from server.evidence.arriving import EvidenceStore
from server.evidence.material_tables import EvidenceMaterial
from server.evidence.states import NOT_HERE
from server.identity import service as identity
from server.identity.actor import Actor
from server.kit.errors import NotFound
from server.kit.idempotency import IdempotencyKey
from server.kit.preconditions import IfMatch
from server.kit.web import Ground, Now, ground

#: Whether an incident lies in somebody's scope; known above evidence, so it is handed in.
SeesIncident = Callable[[Session, Actor, UUID], bool]


class Eyes:
    """Who sees which material: through a lead in scope, or through the unit that fixed it."""

    def __init__(self, request: Request) -> None:
        self._sees = cast("SeesIncident", request.app.state.sees_incident)

    def find(self, db: Session, actor: Actor, material_id: UUID) -> EvidenceMaterial:
        """Return a material in scope.

        Raises:
            NotFound: there is none, or it lies outside.
        """
        found = materials.seen(db, material_id)
        if found is None or not self._is_in_scope(db, actor, found):
            raise NotFound(f"evidence material {material_id}")
        return found

    def find_of_incident(self, db: Session, actor: Actor, incident_id: UUID) -> EvidenceMaterial:
        """Return an incident's material in scope.

        Raises:
            NotFound: there is none, or it lies outside.
        """
        found = materials.seen_of_incident(db, incident_id)
        if found is None or not self._is_in_scope(db, actor, found):
            raise NotFound(f"evidence of incident {incident_id}")
        return found

    def _is_in_scope(self, db: Session, actor: Actor, found: EvidenceMaterial) -> bool:
        if found.unit_id is not None and found.unit_id in identity.unit_scope(db, actor):
            return True
        return self._sees(db, actor, found.incident_id)


Sees = Annotated[Eyes, Depends()]


class Verb:
    """One act on one thing: which, on what version, under what key, at what moment."""

    def __init__(
        self,
        thing_id: Annotated[UUID, Path(alias="id")],
        version: IfMatch,
        clock: Now,
        key: IdempotencyKey = None,
    ) -> None:
        self.id, self.version, self.key, self.at = thing_id, version, key, clock.now()


class Hasher:
    """Hashes a material's files again before an act on it, and writes down what it found.

    Hashing stays out of the writers' turn: routes that hash open their own transaction afterwards.
    """

    def __init__(
        self, request: Request, sees: Sees, on: Annotated[Ground, Depends(ground)]
    ) -> None:
        self._on = on
        self._sees = sees
        self.store = cast("EvidenceStore", request.app.state.files)

    @contextmanager
    def then_writing(self, actor: Actor, material_id: UUID) -> Iterator[Session]:
        """Hash everything of a material, then hold a writing transaction.

        What is wrong is written down and freezes the material before the act begins.

        Raises:
            NotFound: there is none in scope.
        """
        self._look(actor, material_id)
        with self._on.database.writing() as db:
            yield db

    def _look(self, actor: Actor, material_id: UUID) -> None:
        with self._on.database.reading() as db:
            found = self._sees.find(db, actor, material_id)
            known = materials.files(db, found.incident_id)
            names = [one.sha256 for one in known if one.state not in NOT_HERE]
        looks = {name: self.store.look(name) for name in names}
        with self._on.database.writing() as db:
            for name, seen in looks.items():
                service.note_look(db, self._on.clock.now(), self.store, name, seen)


On = Annotated[Verb, Depends()]
Hashes = Annotated[Hasher, Depends()]
