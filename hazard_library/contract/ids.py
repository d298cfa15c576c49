"""Identities on the wire, and every uuid5 name in one place.

An id that can be derived is derived, so that the same film, configuration and models give the
same events, and a message that is sent twice carries the same id both times.
"""

from datetime import UTC, datetime
from typing import NewType
from uuid import UUID, uuid5

DeviceId = NewType("DeviceId", str)
CameraId = NewType("CameraId", str)
HazardId = NewType("HazardId", str)
ZoneId = NewType("ZoneId", str)
IncidentId = NewType("IncidentId", UUID)
MessageId = NewType("MessageId", UUID)
ManifestId = NewType("ManifestId", UUID)

#: A device or camera id becomes a topic level, a file name and a URL part: nothing else fits.
NAME_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,62}$"

_NAMESPACE = UUID("7f1f4bd4-5d0c-5f33-9a55-6f6a2b0f8f10")


def instant(at: datetime) -> str:
    """Write an aware instant as UTC with microseconds, the one spelling used inside names.

    Raises:
        ValueError: the datetime is naive.
    """
    if at.tzinfo is None:
        msg = "a naive datetime cannot name an instant; attach a time zone"
        raise ValueError(msg)
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def incident_id(
    device: DeviceId, camera: CameraId, hazard: HazardId, zone: ZoneId | None, opened_at: datetime
) -> IncidentId:
    """Name an incident by where, what and when it opened; tracker ids never take part."""
    return IncidentId(
        uuid5(_NAMESPACE, f"incident/{device}/{camera}/{hazard}/{zone or ''}/{instant(opened_at)}")
    )


def event_message_id(incident: IncidentId, seq: int) -> MessageId:
    """Name the message that carries one change of one incident."""
    return MessageId(uuid5(_NAMESPACE, f"event/{incident}/{seq}"))


def manifest_id(incident: IncidentId) -> ManifestId:
    """Name the evidence manifest of an incident."""
    return ManifestId(uuid5(_NAMESPACE, f"manifest/{incident}"))


def lost_message_id(device: DeviceId, sha256: str) -> MessageId:
    """Name the message that tells of a lost file."""
    return MessageId(uuid5(_NAMESPACE, f"lost/{device}/{sha256}"))


def sealed_message_id(manifest: ManifestId) -> MessageId:
    """Name the message that announces a sealed manifest."""
    return MessageId(uuid5(_NAMESPACE, f"sealed/{manifest}"))
