"""The life of an inspection task (WORKFLOW §5.5). Submission comes with the leader's role."""

from enum import StrEnum


class TaskState(StrEnum):
    """Where a task stands."""

    DRAFT = "draft"
