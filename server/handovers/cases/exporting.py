"""The package of an approved matter is built, signed, kept and recorded.

Building takes as long as the evidence is large, so it stays out of a writing turn: what was read
is checked again by its version when the export is recorded.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.audit import service as audit
from server.evidence import service as evidence
from server.evidence.arriving import EvidenceStore, Found
from server.evidence.service import EvidenceSeen
from server.handovers.cases import reading, repository, schemas, verbs
from server.handovers.cases.contents import gather
from server.handovers.cases.held import held_by
from server.handovers.cases.packing import write_package
from server.handovers.cases.room import PackageRoom
from server.handovers.cases.states import CaseEvent
from server.handovers.cases.tables import CaseHandover, CasePackage
from server.handovers.moving import Attempt
from server.kit.db import Database
from server.kit.errors import EvidenceMismatch, NotFound

_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Press:
    """What a package is made with."""

    database: Database
    store: EvidenceStore
    room: PackageRoom
    catalogue: Catalogue
    is_demo: bool


def export(press: Press, tried: Attempt, body: schemas.Export) -> CaseHandover:
    """Build the package of an approved matter and record that it went out.

    Raises:
        NotPermitted: the role may not, or R-025.
        EvidenceMismatch: R-030: a file was altered in the store; nothing goes out.
    """
    _check_files(press, tried)
    with press.database.reading() as db:
        case = verbs.COURSE.take(db, tried, CaseEvent.EXPORT)
        verbs.check_ready(db, case, press.catalogue)
        name = f"{case.number}.zip" if case.round == 0 else f"{case.number}-{case.round + 1}.zip"
        gathered = gather(db, press.catalogue, press.store, case, is_demo=press.is_demo)
        key = press.room.key(case.unit_id)
    with press.room.writing(name) as out:
        text = write_package(out, gathered.manifest, gathered.contents, key)
    made = CasePackage(
        handover_id=tried.id,
        round=gathered.manifest.round,
        name=name,
        **_measured(press.room.path(name)),
        manifest=text.decode(),
        key_id=key.id,
        exported_by=tried.person,
        exported_at=tried.at,
    )
    with press.database.writing() as db:
        return _record(db, tried, made, body.purpose)


def _check_files(press: Press, tried: Attempt) -> None:
    """Hash every file again before anything is built; one that was altered freezes the matter."""
    for seen in _seen(press, tried):
        sha256 = seen.sha256 or ""
        found = press.store.look(sha256)
        if found is Found.WHOLE:
            continue
        with press.database.writing() as db:
            evidence.note_look(db, tried.at, press.store, sha256, found)
            act = audit.Act("export_refused", reason=f"R-030 {seen.id}", detail={"sha256": sha256})
            thing = audit.Thing(verbs.COURSE.kind, str(tried.id), tried.version)
            audit.record(db, tried.at, tried.actor.who, thing, act)
        raise EvidenceMismatch(
            f"evidence {seen.id} was altered in the store or is gone; the package is not made",
            "证据校验不一致，移交包未生成，案件已冻结",
            rule_id="R-030",
        )


def _seen(press: Press, tried: Attempt) -> list[EvidenceSeen]:
    with press.database.reading() as db:
        case = verbs.COURSE.take(db, tried, CaseEvent.EXPORT)
        return [one.seen for one in held_by(db, reading.going_items(db, case))]


def _record(db: Session, tried: Attempt, made: CasePackage, purpose: str) -> CaseHandover:
    case = verbs.COURSE.take(db, tried, CaseEvent.EXPORT)
    for one in held_by(db, reading.going_items(db, case)):
        thing = audit.Thing("evidence", str(one.seen.id))
        audit.record_access(db, tried.at, tried.actor.who, thing, purpose)
    db.add(made)
    case.round, case.exported_at = made.round, tried.at
    detail = {"package": made.name, "sha256": made.sha256, "key_id": made.key_id}
    verbs.COURSE.move(db, tried, case, CaseEvent.EXPORT, purpose, detail)
    return case


def sent(db: Session, tried_by: Attempt, number: int) -> CasePackage:
    """Return a package that went out, for a download that is recorded.

    Raises:
        NotFound: there is none of that round.
    """
    packages = repository.packages(db, tried_by.id)
    found = next((one for one in packages if one.round == number), None)
    if found is None:
        raise NotFound(f"handover {tried_by.id} has no package of round {number}")
    thing = audit.Thing(verbs.COURSE.kind, str(tried_by.id))
    audit.record_access(db, tried_by.at, tried_by.actor.who, thing, f"下载移交包 {found.name}")
    return found


def _measured(path: Path) -> dict[str, str | int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return {"sha256": digest.hexdigest(), "bytes": size}
