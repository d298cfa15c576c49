"""Destroys evidence whose time is over, and leaves a tombstone for each file (INV-7).

Never what is held, in a case, fixed for one, or tampered with. The rule is data:
`retention.toml`. Rows first, bytes after the commit: a crash in between leaves bytes that the next
round removes, never a row that says there are bytes.
"""

import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.evidence import material_repository as materials
from server.evidence import repository
from server.evidence.arriving import EvidenceStore
from server.evidence.material_states import MaterialEvent, MaterialState
from server.evidence.material_tables import EvidenceMaterial, EvidenceTombstone
from server.evidence.materials import Told, change
from server.evidence.states import FILES, FileEvent, FileState
from server.evidence.tables import EvidenceFile
from server.kit.clock import Clock
from server.kit.db import Database

_WHO = audit.Who("svc:retention", "svc")
_AT_ONCE = 100
_SWEPT_FOR = timedelta(days=7)


class LeadStanding(StrEnum):
    """What became of the lead that an incident belongs to; without a lead: undecided."""

    UNDECIDED = "undecided"
    FALSE_ALARM = "false_alarm"
    CONFIRMED = "confirmed"


#: Tells what became of incidents' leads; known above evidence, so it is handed in.
StandingOf = Callable[[Session, Collection[UUID]], Mapping[UUID, LeadStanding]]


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How many days each kind is kept."""

    version: int
    keep_days: Mapping[LeadStanding, int]

    def until(self, announced_at: datetime, standing: LeadStanding) -> datetime:
        """Return until when evidence is kept."""
        return announced_at + timedelta(days=self.keep_days[standing])

    @property
    def shortest(self) -> timedelta:
        """Nothing younger is ever looked at."""
        return timedelta(days=min(self.keep_days.values()))


@cache
def retention_rule() -> RetentionRule:
    """Read the rule."""
    text = files("server.evidence").joinpath("retention.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    days = {LeadStanding(name): int(value) for name, value in raw["keep_days"].items()}
    return RetentionRule(int(raw["version"]), days)


def why_kept(db: Session, material: EvidenceMaterial) -> str | None:
    """Tell why a material is kept whatever its age; None: its age decides."""
    if material.state is MaterialState.TAMPERED:
        return "校验不一致，已冻结"
    if materials.is_held(db, material.id):
        return "已作保全"
    if materials.open_uses(db, material.id):
        return "已列入案件"
    return None


def destroy_due(
    database: Database, clock: Clock, store: EvidenceStore, standing_of: StandingOf
) -> int:
    """Destroy everything whose time is over; return how many materials."""
    rule, now = retention_rule(), clock.now()
    _sweep(database, store, now)
    count, after = 0, None
    while True:
        with database.writing() as db:
            page = materials.destroyable(db, now - rule.shortest, after, _AT_ONCE)
            standings = standing_of(db, [one.incident_id for one in page])
            gone: list[str] = []
            for one in page:
                standing = standings.get(one.incident_id, LeadStanding.UNDECIDED)
                if one.fixed_at is not None:
                    standing = LeadStanding.CONFIRMED
                over = rule.until(one.announced_at, standing) <= now
                if over and why_kept(db, one) is None:
                    gone += _destroy(db, now, one, f"retention/{rule.version} {standing}")
                    count += 1
        for sha256 in gone:
            store.remove(sha256)
        if len(page) < _AT_ONCE:
            return count
        after = (page[-1].announced_at, page[-1].id)


def _destroy(db: Session, at: datetime, material: EvidenceMaterial, basis: str) -> list[str]:
    """Write tombstones; return the hashes whose bytes may go after the commit."""
    row = repository.manifest_of(db, material.incident_id)
    gone = []
    for file in materials.files(db, material.incident_id):
        if file.state is FileState.ALTERED or materials.is_shared(
            db, file.sha256, material.incident_id
        ):
            continue
        if file.state is not FileState.DESTROYED:
            db.add(
                EvidenceTombstone(
                    material_id=material.id,
                    incident_id=material.incident_id,
                    sha256=file.sha256,
                    bytes=file.bytes,
                    kinds=materials.kinds(db, material.incident_id, file.sha256),
                    was_here=file.stored_at is not None,
                    manifest_sha256=row.sha256 if row is not None else None,
                    destroyed_at=at,
                    destroyed_by=_WHO.id,
                    basis=basis,
                )
            )
            file.state = FILES.after(file.state, FileEvent.DESTROY)
            file.verified_at = at
            gone.append(file.sha256)
    told = {"basis": basis, "files": gone}
    change(db, at, _WHO, material, MaterialEvent.DESTROY, Told(basis, told))
    return gone


def _sweep(database: Database, store: EvidenceStore, now: datetime) -> None:
    """Remove bytes that a crash left behind their tombstone."""
    with database.reading() as db:
        query = select(EvidenceFile.sha256).where(
            EvidenceFile.state == FileState.DESTROYED,
            EvidenceFile.verified_at >= now - _SWEPT_FOR,
        )
        left = db.scalars(query).all()
    for sha256 in left:
        store.remove(sha256)
