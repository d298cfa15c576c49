"""What becomes of a message, and where an incident stands (WORKFLOW §5.1)."""

from enum import StrEnum


class MessageOutcome(StrEnum):
    """What became of a stored message. Duplicates are not stored again."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"


class IncidentState(StrEnum):
    """An incident is as its newest event says; it may open again after it has closed."""

    OPEN = "open"
    CLOSED = "closed"


class QuarantineReason(StrEnum):
    """Why a message was set aside."""

    MALFORMED = "malformed"
    UNKNOWN_MAJOR = "unknown_major"
    UNKNOWN_DEVICE = "unknown_device"
    FOREIGN_DEVICE = "foreign_device"
    UNKNOWN_CAMERA = "unknown_camera"
    UNKNOWN_HAZARD = "unknown_hazard"
    FOREIGN_INCIDENT = "foreign_incident"
    OTHER_CONTENT = "other_content"
    BAD_EVIDENCE = "bad_evidence"
    REFUSED_BY_DATABASE = "refused_by_database"
    REFUSED_BY_SERVER = "refused_by_server"
    SERVER_FAULT = "server_fault"
