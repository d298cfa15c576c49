"""The life of a file of evidence (WORKFLOW §5.9, the part that this chain needs)."""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class FileState(StrEnum):
    """Where a file stands."""

    ANNOUNCED = "announced"
    STORED = "stored"
    MISSING = "missing"
    ALTERED = "altered"


class FileEvent(StrEnum):
    """What can happen to it."""

    ARRIVED = "arrived"
    VERIFIED = "verified"
    FOUND_MISSING = "found_missing"
    FOUND_ALTERED = "found_altered"


#: A file found altered or missing may be brought again; only its announced bytes are taken.
FILES = StateMachine(
    "evidence file",
    {
        (FileState.ANNOUNCED, FileEvent.ARRIVED): FileState.STORED,
        (FileState.STORED, FileEvent.VERIFIED): FileState.STORED,
        (FileState.STORED, FileEvent.FOUND_MISSING): FileState.MISSING,
        (FileState.STORED, FileEvent.FOUND_ALTERED): FileState.ALTERED,
        (FileState.MISSING, FileEvent.ARRIVED): FileState.STORED,
        (FileState.MISSING, FileEvent.VERIFIED): FileState.STORED,
        (FileState.MISSING, FileEvent.FOUND_MISSING): FileState.MISSING,
        (FileState.MISSING, FileEvent.FOUND_ALTERED): FileState.ALTERED,
        (FileState.ALTERED, FileEvent.ARRIVED): FileState.STORED,
        (FileState.ALTERED, FileEvent.FOUND_ALTERED): FileState.ALTERED,
        (FileState.ALTERED, FileEvent.FOUND_MISSING): FileState.MISSING,
    },
)
