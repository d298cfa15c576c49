"""`record` writes one link of the chain; `verify_chain` finds the first broken one."""

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from server.audit import repository
from server.audit.tables import AccessRecord, AuditEntry
from server.kit.db import Json
from server.kit.ids import new_id

_FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Who:
    """Who acts: an account in a role, or `svc:<part>` for the server itself."""

    id: str
    role: str
    unit: str | None = None
    client: str | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """What is acted on, and its version afterwards."""

    type: str
    id: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What happened to it."""

    event: str
    from_state: str | None = None
    to_state: str | None = None
    reason: str | None = None
    detail: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChainReport:
    """How long the chain is and how it ends, and the first entry that does not fit.

    A chain that lost its end is still whole: keep `last_hash` elsewhere to notice that.
    """

    entries: int
    last_hash: str = _FIRST
    broken_at: int | None = None
    why: str | None = None

    def to_json(self) -> str:
        """Write the report for programs."""
        return json.dumps(asdict(self))


def record(db: Session, at: datetime, who: Who, thing: Thing, act: Act) -> AuditEntry:
    """Add one link in the caller's transaction, which must be a writing one."""
    last = repository.last_entry(db)
    entry = AuditEntry(
        seq=last.seq + 1 if last else 1,
        at=at,
        actor=who.id,
        role=who.role,
        unit=who.unit,
        client=who.client,
        object_type=thing.type,
        object_id=thing.id,
        object_version=thing.version,
        event=act.event,
        from_state=act.from_state,
        to_state=act.to_state,
        reason=act.reason,
        detail=json.loads(json.dumps(act.detail, default=str)),
        prev_hash=last.hash if last else _FIRST,
    )
    entry.hash = digest(entry)
    db.add(entry)
    db.flush()
    return entry


def record_access(db: Session, at: datetime, who: Who, thing: Thing, purpose: str) -> None:
    """Note one look at something sensitive."""
    db.add(
        AccessRecord(
            id=new_id(at),
            at=at,
            actor=who.id,
            role=who.role,
            unit=who.unit,
            client=who.client,
            object_type=thing.type,
            object_id=thing.id,
            purpose=purpose,
        )
    )
    db.flush()


def history(db: Session, thing: Thing) -> Sequence[AuditEntry]:
    """Return everything that was done to a thing, oldest first."""
    return repository.entries_of(db, thing.type, thing.id)


def acts(
    db: Session, object_type: str, events: Collection[str], after: int, limit: int
) -> Sequence[AuditEntry]:
    """Return what was done to things of a kind behind an entry's number, oldest first."""
    return repository.acts(db, object_type, events, after, limit)


def last_act(db: Session, kinds: Collection[tuple[str, str]]) -> int:
    """Return the number of the newest entry that is one of (kind of thing, event); 0: none."""
    return repository.last_act(db, kinds)


def things(db: Session, object_type: str, event: str) -> Sequence[str]:
    """Return the things of a kind to which an event ever happened."""
    return repository.things(db, object_type, event)


def looks(db: Session, thing: Thing) -> Sequence[AccessRecord]:
    """Return every look at a thing, oldest first."""
    return repository.looks_at(db, thing.type, thing.id)


def verify_chain(db: Session) -> ChainReport:
    """Walk the chain from its beginning; name the first entry that was changed, or is missing."""
    count, before = 0, _FIRST
    for entry in repository.all_entries(db):
        why = _fault(entry, count + 1, before)
        if why is not None:
            return ChainReport(count, before, entry.seq, why)
        count, before = entry.seq, entry.hash
    return ChainReport(count, before)


def digest(entry: AuditEntry) -> str:
    """Hash an entry's content together with the hash of the entry before."""
    content = json.dumps(
        content_of(entry), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(f"{entry.prev_hash}\n{content}".encode()).hexdigest()


def content_of(entry: AuditEntry) -> Json:
    """Return what is hashed of an entry beside the hash before it; exports carry it along."""
    return dict(_content(entry))


def _content(entry: AuditEntry) -> Iterator[tuple[str, object]]:
    for column in AuditEntry.__table__.columns:
        if column.name not in {"hash", "prev_hash"}:
            value = getattr(entry, column.name)
            yield column.name, value.isoformat() if isinstance(value, datetime) else value


def _fault(entry: AuditEntry, seq: int, before: str) -> str | None:
    if entry.seq != seq:
        return f"entry {seq} is missing"
    if entry.prev_hash != before:
        return "it does not follow the entry before"
    if entry.hash != digest(entry):
        return "its content was changed"
    return None
