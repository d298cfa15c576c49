"""Verbs of evidence: expect what a box announces, bind it by a signed manifest, check it again."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.orm import Session

from hazard_library.contract.evidence import (
    ClipSpan,
    EvidenceKind,
    EvidenceLost,
    EvidenceManifest,
    EvidenceRef,
    EvidenceSealed,
)
from hazard_library.contract.ids import DeviceId, IncidentId
from hazard_library.proof.signature import is_signed_by
from server.audit import service as audit
from server.audit.service import Act, Thing, Who
from server.evidence import material_repository as materials
from server.evidence import materials as material_verbs
from server.evidence import repository
from server.evidence.arriving import EvidenceStore, Found
from server.evidence.states import FILES, NOT_HERE, FileEvent, FileState
from server.evidence.tables import EvidenceFile, EvidenceItem, EvidenceManifestRow
from server.fleet.service import DeviceRef, Losses
from server.kit.clock import Clock
from server.kit.db import Database
from server.kit.errors import EvidenceMismatch, NotFound
from server.kit.ids import new_id

_WHO = Who("svc:evidence", "svc")
#: Files that share one transaction while all are hashed.
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class EvidenceSeen:
    """One piece of evidence as pages show it; without a file: what was lost, and why."""

    id: UUID
    incident_id: UUID
    kind: EvidenceKind
    sha256: str | None
    bytes: int | None
    media_type: str | None
    redaction: str | None
    state: FileState
    reason: str | None


@dataclass(frozen=True, slots=True)
class Loss:
    """An incident whose evidence its box lost, and when it told so first."""

    incident: UUID
    device: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LostFile:
    """A file that will never come. incident, kind: None where nothing announced it."""

    lost_at: datetime
    bytes: int
    reason: str
    incident: UUID | None
    kind: EvidenceKind | None


@dataclass(frozen=True, slots=True)
class Look:
    """Who opens a file when, and what for."""

    at: datetime
    by: Who
    purpose: str


@dataclass(frozen=True, slots=True)
class StoreReport:
    """How the files on disk compare with what was announced."""

    files: int
    verified: int
    pending: int
    missing: tuple[str, ...]
    altered: tuple[str, ...]

    def to_json(self, manifests: Sequence[str]) -> str:
        """Write the report for programs, with what is wrong with manifests."""
        return json.dumps({**asdict(self), "manifests": list(manifests)})


def announce(
    db: Session, at: datetime, device: DeviceId, incident: IncidentId, refs: Iterable[EvidenceRef]
) -> None:
    """Expect the files that a box names; naming them again changes nothing.

    Raises:
        EvidenceMismatch: a file of that hash was announced with another length.
    """
    for ref in refs:
        repository.add_file(db, ref.sha256, ref.bytes, at)
        known = repository.file(db, ref.sha256)
        if known is not None and known.bytes != ref.bytes:
            raise EvidenceMismatch(
                f"{ref.sha256}: announced with {ref.bytes} bytes, before with {known.bytes}"
            )
        item = {
            "id": new_id(at),
            "incident_id": incident,
            "device_id": device,
            "kind": ref.kind,
            "sha256": ref.sha256,
            "media_type": ref.media_type,
            "redaction": ref.redaction,
            "announced_at": at,
        }
        repository.add_item(db, item)
        materials.track(db, at, device, incident)


def seal(db: Session, at: datetime, device: DeviceRef, sealed: EvidenceSealed) -> EvidenceManifest:
    """Keep a manifest whose hash and signature are the box's own, and expect its files.

    Raises:
        EvidenceMismatch: the hash, the signature or the device is not what it claims.
    """
    text = sealed.manifest.encode()
    if hashlib.sha256(text).hexdigest() != sealed.manifest_sha256:
        raise EvidenceMismatch("manifest_sha256 is not the hash of the manifest")
    _verify(device, text, sealed.signature)
    manifest = _read(text)
    if manifest.device != device.id or manifest.key_id != device.key_id:
        raise EvidenceMismatch(f"the manifest names another device or key than {device.id}")
    known = repository.manifest_of(db, manifest.incident_id)
    if known is not None and known.sha256 != sealed.manifest_sha256:
        raise EvidenceMismatch(f"incident {manifest.incident_id} has another manifest already")
    if known is None:
        repository.add_manifest(db, at, sealed, manifest)
        db.flush()
    announce(db, at, device.id, manifest.incident_id, manifest.files)
    for kind, reason in manifest.lost.items():
        lost = {
            "id": new_id(at),
            "incident_id": manifest.incident_id,
            "device_id": device.id,
            "kind": kind,
            "lost_because": reason,
            "announced_at": at,
        }
        repository.add_item(db, lost)
    materials.track(db, at, device.id, manifest.incident_id)
    material_verbs.complete(db, at, manifest.incident_id)
    return manifest


def note_loss(db: Session, at: datetime, device: DeviceId, lost: EvidenceLost) -> None:
    """Write down that a file will never come; whoever waits for it is told why.

    A loss may be told before the file itself was announced. What is here already stays.

    Raises:
        EvidenceMismatch: the file is another device's.
    """
    owners = repository.announcers(db, lost.sha256)
    if owners and device not in owners:
        raise EvidenceMismatch(f"{lost.sha256}: {device} never announced this file, others did")
    repository.add_file(db, lost.sha256, lost.bytes, at)
    file = repository.file(db, lost.sha256)
    if file is None or file.state not in {FileState.ANNOUNCED, FileState.QUARANTINED}:
        return
    file.reason = f"设备端已丢失，不会再上传 lost at the box: {lost.reason}"
    file.lost_at, file.lost_by = file.lost_at or at, device
    db.flush()
    act = Act("lost_at_box", file.state.value, file.state.value, lost.reason)
    audit.record(db, at, _WHO, Thing("evidence_file", lost.sha256), act)


def losses(db: Session, since: datetime) -> dict[DeviceId, Losses]:
    """Count the files that each box told to be lost since a moment."""
    return {
        DeviceId(device): Losses(files, last_at)
        for device, files, last_at in repository.losses(db, since)
    }


def lost_since(db: Session, since: datetime) -> list[Loss]:
    """Return the incidents whose evidence a box lost since a moment, oldest first."""
    return [Loss(*row) for row in repository.lost_since(db, since)]


def lost_files(db: Session, device: DeviceId, most: int) -> list[LostFile]:
    """Return what a box told to be lost, newest first; a file of two incidents stands twice."""
    return [
        LostFile(
            file.lost_at or file.announced_at,
            file.bytes,
            file.reason or "",
            item.incident_id if item is not None else None,
            item.kind if item is not None else None,
        )
        for file, item in repository.lost_files(db, device, most)
    ]


def of_incidents(db: Session, incidents: Iterable[UUID]) -> list[EvidenceSeen]:
    """Return the evidence of incidents, in the order of announcement."""
    return [_seen(item, file) for item, file in repository.items(db, incidents)]


def clip_span(db: Session, incident: UUID) -> ClipSpan | None:
    """Return which stretch an incident's clip holds, once its manifest is there."""
    row = repository.manifest_of(db, incident)
    return _read(row.manifest).span if row is not None else None


def one(db: Session, item_id: UUID) -> EvidenceSeen | None:
    """Return one piece of evidence."""
    found = repository.item(db, item_id)
    return _seen(*found) if found is not None else None


def change(
    db: Session, at: datetime, file: EvidenceFile, event: FileEvent, reason: str | None
) -> None:
    """Move a file through its life, with a record of it."""
    before, after = file.state, FILES.after(file.state, event)
    file.state = after
    file.reason = None if after is FileState.STORED else reason
    file.verified_at = at
    file.stored_at = file.stored_at or at
    file.lost_at = file.lost_by = None
    db.flush()
    if before is not after:
        act = Act(event.value, before.value, after.value, reason)
        audit.record(db, at, _WHO, Thing("evidence_file", file.sha256), act)


def note_mismatch(db: Session, at: datetime, device: DeviceId, sha256: str) -> None:
    """Write down that a box brought other bytes than it announced (R-029): they are quarantined.

    The first time of a file is told; each further one is counted.
    """
    file = repository.file(db, sha256)
    if file is None or FileEvent.MISMATCHED not in FILES.allowed(file.state):
        return
    before, file.state = file.state, FILES.after(file.state, FileEvent.MISMATCHED)
    file.mismatches += 1
    file.reason = "收到的内容与设备登记的校验值不符，已隔离 other bytes came; set aside"
    db.flush()
    if before is not file.state:
        act = Act(
            *(FileEvent.MISMATCHED.value, before.value, file.state.value),
            detail={"rule": "R-029", "device": device},
        )
        audit.record(db, at, _WHO, Thing("evidence_file", sha256), act)


def note_look(
    db: Session, at: datetime, store: EvidenceStore, sha256: str, found: Found
) -> FileState | None:
    """Write down what a look at a stored file has found.

    The look was made outside the writers' turn; one that found something wrong is made again in it,
    because the file may have been brought anew meanwhile.
    """
    file = repository.file(db, sha256)
    if file is None or file.state in NOT_HERE:
        return file.state if file is not None else None
    match found if found is Found.WHOLE else store.look(sha256):
        case Found.WHOLE if file.state is not FileState.ALTERED:
            change(db, at, file, FileEvent.VERIFIED, None)
        case Found.WHOLE:
            # Bytes that were found altered once are not trusted again by themselves.
            pass
        case Found.MISSING:
            change(db, at, file, FileEvent.FOUND_MISSING, "the file is gone from the store")
            material_verbs.tampered(db, at, sha256, file.reason or "")
        case Found.ALTERED:
            change(db, at, file, FileEvent.FOUND_ALTERED, "its bytes have another hash now")
            material_verbs.tampered(db, at, sha256, file.reason or "")
    return file.state


def open_file(database: Database, store: EvidenceStore, seen: EvidenceSeen, look: Look) -> str:
    """Record a look, and return the file's name in the store after its bytes were checked.

    Raises:
        NotFound: it is gone from the store.
        EvidenceMismatch: its bytes were altered there.
    """
    sha256 = seen.sha256 or ""
    found = store.look(sha256)
    with database.writing() as db:
        audit.record_access(db, look.at, look.by, Thing("evidence", str(seen.id)), look.purpose)
        state = note_look(db, look.at, store, sha256, found)
    if state is FileState.MISSING:
        raise NotFound(f"evidence {seen.id} is gone from the store", "证据文件缺失")
    if state is not FileState.STORED:
        raise EvidenceMismatch(
            f"evidence {seen.id} was altered in the store", "证据文件已被改动，不予显示"
        )
    return sha256


def check_stores(database: Database, clock: Clock, store: EvidenceStore) -> StoreReport:
    """Hash every stored file again; others write meanwhile."""
    with database.reading() as db:
        states: dict[str, FileState | None] = {
            file.sha256: file.state for file in repository.files(db)
        }
    stored = [name for name, state in states.items() if state not in NOT_HERE]
    for start in range(0, len(stored), _AT_ONCE):
        looks = {name: store.look(name) for name in stored[start : start + _AT_ONCE]}
        with database.writing() as db:
            for name, found in looks.items():
                states[name] = note_look(db, clock.now(), store, name, found)
    return StoreReport(
        files=len(states),
        verified=sum(state is FileState.STORED for state in states.values()),
        pending=sum(state in NOT_HERE for state in states.values()),
        missing=tuple(name for name, state in states.items() if state is FileState.MISSING),
        altered=tuple(name for name, state in states.items() if state is FileState.ALTERED),
    )


def broken_manifests(db: Session, devices: Sequence[DeviceRef]) -> list[str]:
    """Return why any manifest no longer holds: its hash, its signature or the one before it."""
    keys = {device.id: device for device in devices}
    rows = repository.manifests(db)
    known = {(row.device_id, row.sha256) for row in rows}
    return [
        f"manifest {row.id} of {row.device_id}: {why}"
        for row in rows
        if (why := _manifest_fault(row, keys.get(DeviceId(row.device_id)), known))
    ]


def _manifest_fault(
    row: EvidenceManifestRow, device: DeviceRef | None, known: set[tuple[str, str]]
) -> str | None:
    if hashlib.sha256(row.manifest).hexdigest() != row.sha256:
        return "its text was changed"
    if device is not None:
        try:
            _verify(device, row.manifest, row.signature)
        except EvidenceMismatch as fault:
            return str(fault)
    if row.previous_sha256 is not None and (row.device_id, row.previous_sha256) not in known:
        return "the manifest before it never came"
    return None


def _verify(device: DeviceRef, text: bytes, signature: str) -> None:
    if not is_signed_by(text, signature, device.public_key):
        raise EvidenceMismatch(f"the signature is not {device.id}'s")


def _read(text: bytes) -> EvidenceManifest:
    try:
        return EvidenceManifest.model_validate_json(text)
    except ValidationError as fault:
        raise EvidenceMismatch(
            f"the manifest cannot be read: {fault.error_count()} faults"
        ) from fault


def _seen(item: EvidenceItem, file: EvidenceFile | None) -> EvidenceSeen:
    return EvidenceSeen(
        id=item.id,
        incident_id=item.incident_id,
        kind=item.kind,
        sha256=item.sha256,
        bytes=file.bytes if file is not None else None,
        media_type=item.media_type,
        redaction=item.redaction,
        state=file.state if file is not None else FileState.MISSING,
        reason=file.reason if file is not None else item.lost_because,
    )
