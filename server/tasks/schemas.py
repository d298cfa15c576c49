"""Inspection tasks on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from pydantic import Field as Described

from hazard_library.catalogue.hazard import Text
from server.documents.schemas import Basis, Field, File, HazardName, Named
from server.tasks.states import TaskState


class Candidate(BaseModel):
    """An article that may be considered only after something is established on site."""

    basis: Basis
    only_when: Text


class FieldGroup(BaseModel):
    """Fields under one heading."""

    title: Text
    fields: list[Field]


class TaskContent(BaseModel):
    """What a task is pre-filled with; kept with the task as the law stood that day."""

    groups: list[FieldGroup]
    check_items: list[Text]
    basis: list[Basis]
    candidates: list[Candidate] = Described(description="须现场核实后方可考虑；不是认定")
    shows_not: list[Text]


class TaskRow(BaseModel):
    """A task in the list."""

    id: UUID
    number: str
    version: int
    state: TaskState
    created_at: datetime
    lead_id: UUID
    lead_number: str
    hazard: HazardName
    enterprise: Named | None
    lacking: int = Described(description="How many fields the officer still has to fill")


class Task(TaskRow):
    """A task's page."""

    fields: list[Field]
    groups: list[FieldGroup]
    check_items: list[Text]
    basis: list[Basis]
    candidates: list[Candidate]
    shows_not: list[Text]
    evidence: list[File]
    document_id: str | None = Described(description="None: the form is written when downloaded")


class TaskList(BaseModel):
    """Tasks, newest first."""

    items: list[TaskRow]
    next_cursor: str | None
