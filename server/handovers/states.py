"""The life of a transfer (WORKFLOW §5.7). Approval comes with the leader's role."""

from enum import StrEnum


class TransferState(StrEnum):
    """Where a transfer stands: a draft waits for the leader (待负责人审批)."""

    DRAFT = "draft"
