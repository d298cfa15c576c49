"""Transfers on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from pydantic import Field as Described

from server.documents.schemas import Basis, Field, File, HazardName, Named
from server.handovers.states import TransferState


class TransferContent(BaseModel):
    """What a transfer is pre-filled with. Penalties are absent: they are the receiver's."""

    fields: list[Field]
    basis: list[Basis]


class Transfer(BaseModel):
    """A transfer's page, and its entry in the list."""

    id: UUID
    number: str
    version: int
    state: TransferState = Described(description="draft: 待负责人审批")
    created_at: datetime
    lead_id: UUID
    lead_number: str
    hazard: HazardName
    enterprise: Named | None
    to: str
    fields: list[Field]
    basis: list[Basis]
    evidence: list[File]


class TransferList(BaseModel):
    """Transfers, newest first."""

    items: list[Transfer]
    next_cursor: str | None
