"""The life of a file of evidence (WORKFLOW §5.9, the part that this chain needs)."""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class FileState(StrEnum):
    """Where a file stands."""

    ANNOUNCED = "announced"
    STORED = "stored"
    QUARANTINED = "quarantined"
    MISSING = "missing"
    ALTERED = "altered"
    DESTROYED = "destroyed"


#: The states in which the store holds nothing under the file's name.
NOT_HERE = frozenset({FileState.ANNOUNCED, FileState.QUARANTINED, FileState.DESTROYED})


class FileEvent(StrEnum):
    """What can happen to it."""

    ARRIVED = "arrived"
    MISMATCHED = "mismatched"
    VERIFIED = "verified"
    FOUND_MISSING = "found_missing"
    FOUND_ALTERED = "found_altered"
    DESTROY = "destroy"


#: A file found altered or missing may be brought again; only its announced bytes are taken. What
#: came with other bytes is quarantined: they are set aside, and the true ones may follow.
FILES = StateMachine(
    "evidence file",
    {
        (FileState.ANNOUNCED, FileEvent.ARRIVED): FileState.STORED,
        (FileState.ANNOUNCED, FileEvent.MISMATCHED): FileState.QUARANTINED,
        (FileState.QUARANTINED, FileEvent.ARRIVED): FileState.STORED,
        (FileState.QUARANTINED, FileEvent.MISMATCHED): FileState.QUARANTINED,
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
        (FileState.ANNOUNCED, FileEvent.DESTROY): FileState.DESTROYED,
        (FileState.QUARANTINED, FileEvent.DESTROY): FileState.DESTROYED,
        (FileState.STORED, FileEvent.DESTROY): FileState.DESTROYED,
        (FileState.MISSING, FileEvent.DESTROY): FileState.DESTROYED,
    },
)
