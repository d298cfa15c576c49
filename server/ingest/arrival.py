"""A message as the broker brought it, before anything is believed."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from hazard_library.contract.ids import DeviceId
from hazard_library.contract.message import Message, schema_of
from hazard_library.contract.topics import Channel


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message; the device is the topic's, which the broker has checked."""

    device: DeviceId
    channel: Channel
    payload: bytes = field(repr=False)
    received_at: datetime

    @property
    def sha256(self) -> str:
        """Return the hash of the exact bytes."""
        return hashlib.sha256(self.payload).hexdigest()


@dataclass(frozen=True, slots=True)
class Envelope:
    """What can be read of a message even when the rest cannot."""

    message_id: UUID | None = None
    boot: str | None = None
    message_no: int | None = None
    schema: str | None = None

    def speaks(self, kind: type[Message]) -> bool:
        """Whether it names this message, in whatever major."""
        return (self.schema or "").partition("/")[0] == schema_of(kind).partition("/")[0]


def read_envelope(payload: bytes) -> Envelope:
    """Read id, boot and number of a message as far as they can be read."""
    try:
        raw = json.loads(payload)
    except (ValueError, RecursionError):
        return Envelope()
    if not isinstance(raw, dict):
        return Envelope()
    boot, number = raw.get("boot"), raw.get("message_no")
    is_number = isinstance(number, int) and not isinstance(number, bool) and 0 < number < 1 << 62
    return Envelope(
        _uuid(raw.get("id")),
        boot if isinstance(boot, str) and len(boot) <= 64 and "\0" not in boot else None,  # noqa: PLR2004
        number if is_number else None,
        raw["schema"] if isinstance(raw.get("schema"), str) else None,
    )


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None
