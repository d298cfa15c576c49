"""What the rows of all matters of this module have in common."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.orm import Mapped

from server.kit.db import Entity


class Matter(Entity):
    """A row with a life of its own; each kind maps its columns itself."""

    __abstract__ = True

    if TYPE_CHECKING:
        id: Mapped[UUID]
        number: Mapped[str]
        version: Mapped[int]
        unit_id: Mapped[UUID]
        #: A member of the kind's own set of states.
        state: Mapped[Any]
