"""What has to lie at the broker for the boxes, and what has to be taken back from there.

`at_broker` is written before anything is sent and erased only after it was taken back, so a server
that dies in between never forgets what may still lie there.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.contract.configuration import ConfigRevision
from hazard_library.contract.ids import DeviceId
from server.configuration import repository
from server.configuration.service import one
from server.configuration.states import RevisionState


@dataclass(frozen=True, slots=True)
class Parcel:
    """What shall be retained for one box.

    sends: the revision that shall lie there; None: nothing, take back what does.
    settles: the revisions about whose place at the broker that decides.
    """

    device: DeviceId
    sends: UUID | None
    settles: frozenset[UUID]


def due(db: Session) -> list[Parcel]:
    """Return one parcel for each box for which something lies, or may lie, at the broker."""
    wanted: dict[str, UUID] = {}
    lying: dict[str, set[UUID]] = {}
    for revision, device, state in repository.at_broker(db):
        lying.setdefault(device, set()).add(revision)
        if state is RevisionState.PUBLISHED:
            wanted[device] = revision
    return [
        Parcel(DeviceId(device), wanted.get(device), frozenset(of_device))
        for device, of_device in lying.items()
    ]


def payload(db: Session, parcel: Parcel) -> bytes:
    """Write the message; the same revision gives the same bytes, so that a box knows it again."""
    if parcel.sends is None:
        return b""
    row = one(db, parcel.sends)
    fields = {
        "id": row.message_id,
        "device": row.device_id,
        "sent_at": row.published_at,
        "document": row.document,
        "signature": row.signature,
        "key_id": row.key_id,
    }
    return ConfigRevision.model_validate(fields).to_bytes()


def note_sent(db: Session, at: datetime, parcel: Parcel) -> None:
    """Note what the broker has confirmed: of this box's revisions only the one sent lies there.

    One that was withdrawn while it was being sent still lies there, and is taken back next.
    """
    for row in repository.several(db, parcel.settles):
        row.at_broker = row.id == parcel.sends or row.state is RevisionState.PUBLISHED
        if row.id == parcel.sends:
            row.handed_over_at = row.handed_over_at or at
    db.flush()


def note_unsure(db: Session, parcel: Parcel) -> None:
    """Note that the broker did not confirm: it may have it, or get it when it is back."""
    if parcel.sends is not None:
        one(db, parcel.sends).at_broker = True
        db.flush()
