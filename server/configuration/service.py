"""Verbs of configuration revisions: write one, approve, publish, withdraw, bring one back, hear."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.contract.configuration import RevisionDocument
from hazard_library.contract.device import DeviceState
from hazard_library.contract.ids import DeviceId
from server.audit import service as audit
from server.audit.service import Thing, Who
from server.configuration import checking, repository
from server.configuration.signing import ConfigurationKey
from server.configuration.states import REVISIONS, RevisionEvent, RevisionState
from server.configuration.tables import Revision
from server.fleet import service as fleet
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.kit import live
from server.kit.db import Json
from server.kit.errors import FieldsMissing, NotAllowedNow, NotFound, NotPermitted
from server.kit.ids import new_id
from server.kit.live import Change, Kind
from server.kit.preconditions import check_version

_THING = "config_revision"
_WHO = Who("svc:configuration", "svc")
_REASON_LETTERS = 4000
_WITH_REASON = frozenset({RevisionEvent.WITHDRAW, RevisionEvent.REFUSED})


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody's act on a revision, in the version that they have read."""

    at: datetime
    actor: Actor
    revision_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A configuration as somebody wishes it. files: site.yaml and cameras/*.yaml, as text."""

    device: DeviceId
    files: Mapping[str, str]
    reason: str
    restores: UUID | None = None


def draft(db: Session, at: datetime, actor: Actor, wanted: Draft) -> Revision:
    """Write a revision down; nobody but a second person can let it go out.

    Raises:
        NotPermitted: the role writes no configurations.
        NotFound: the box is not registered, or is revoked.
        FieldsMissing: the box would refuse it at the first look; each mistake is named.
    """
    actor.require(Act.CONFIG_EDIT, at)
    _require_device(db, wanted.device)
    _require_right(wanted.files, wanted.device)
    made = Revision(
        id=new_id(at),
        device_id=wanted.device,
        state=RevisionState.DRAFTED,
        version=1,
        files=dict(wanted.files),
        files_sha256=checking.sha256_of(wanted.files),
        author=actor.account,
        reason=wanted.reason,
        created_at=at,
        restores_id=wanted.restores,
        at_broker=False,
    )
    db.add(made)
    db.flush()
    detail: Json = {"device": made.device_id, "files_sha256": made.files_sha256}
    if wanted.restores is not None:
        detail["restores"] = str(wanted.restores)
    act = audit.Act("drafted", to_state=made.state, reason=made.reason, detail=detail)
    audit.record(db, at, actor.who, _thing(made), act)
    _announce(db, at, made)
    return made


def restore(db: Session, at: datetime, actor: Actor, revision_id: UUID, reason: str) -> Revision:
    """Write an earlier revision down anew: a roll-back goes the same way as everything else.

    Raises:
        NotPermitted: the role writes no configurations.
        NotAllowedNow: the box never ran with it.
        NotFound: there is no such revision, or its box is revoked.
        FieldsMissing: what was right then is wrong today.
    """
    actor.require(Act.CONFIG_EDIT, at)
    earlier = one(db, revision_id)
    if earlier.state is not RevisionState.ACKNOWLEDGED:
        allowed = [event.value for event in REVISIONS.allowed(earlier.state)]
        raise NotAllowedNow(REVISIONS.thing, earlier.state.value, "restore", allowed)
    wanted = Draft(DeviceId(earlier.device_id), earlier.files, reason, earlier.id)
    return draft(db, at, actor, wanted)


def approve(db: Session, tried: Attempt) -> Revision:
    """Let a revision go out, as a second person.

    Raises:
        NotPermitted: the role approves nothing, or the actor wrote it.
        NotFound, StaleVersion, NotAllowedNow: see `_begin`.
    """
    tried.actor.require(Act.CONFIG_APPROVE, tried.at)
    found = _begin(db, tried)
    if found.author == tried.actor.account:
        raise NotPermitted(
            f"{found.author} wrote this revision; somebody else must approve it",
            "不得审批本人起草的配置，请由他人审批",
            rule_id="WORKFLOW-5-CONFIG",
        )
    found.approved_by, found.approved_at = tried.actor.account, tried.at
    detail = {"files_sha256": found.files_sha256}
    return _move(db, tried.at, tried.actor.who, found, RevisionEvent.APPROVE, detail)


def publish(db: Session, key: ConfigurationKey, tried: Attempt) -> Revision:
    """Number and sign an approved revision; from now on it waits at the broker for the box.

    One that still waits there is withdrawn: a box gets the newest only.

    Raises:
        NotPermitted: the role publishes nothing.
        NotFound, StaleVersion, NotAllowedNow: see `_begin`.
        FieldsMissing: what was right when it was written is wrong today.
    """
    at = tried.at
    tried.actor.require(Act.CONFIG_EDIT, at)
    found = _begin(db, tried)
    REVISIONS.after(found.state, RevisionEvent.PUBLISH)
    device = DeviceId(found.device_id)
    _require_device(db, device)
    _require_right(found.files, device)
    # The box's own count too: a server that was brought back from a copy forgot what it gave.
    number = max(repository.last_number(db, device), fleet.told_revision(db, device)) + 1
    waiting = repository.newest_before(db, device, RevisionState.PUBLISHED, None)
    if waiting is not None:
        _end(db, at, tried.actor.who, waiting, f"由第 {number} 版取代 replaced by {number}")
    document = RevisionDocument(
        device=device, revision=number, issued_at=at, files=found.files
    ).model_dump_json()
    found.number, found.document, found.published_at = number, document, at
    found.document_sha256 = hashlib.sha256(document.encode()).hexdigest()
    found.signature, found.key_id, found.message_id = key.sign(document), key.id, new_id(at)
    found.at_broker = True
    detail = {
        "number": number,
        "files_sha256": found.files_sha256,
        "document_sha256": found.document_sha256,
        "key_id": key.id,
    }
    return _move(db, at, tried.actor.who, found, RevisionEvent.PUBLISH, detail)


def withdraw(db: Session, tried: Attempt, reason: str) -> Revision:
    """Take a revision back; what the box has in place already stays.

    Raises:
        NotPermitted: the role neither writes nor approves configurations.
        NotFound, StaleVersion, NotAllowedNow: see `_begin`.
    """
    if not tried.actor.may(Act.CONFIG_EDIT, tried.at):
        tried.actor.require(Act.CONFIG_APPROVE, tried.at)
    return _end(db, tried.at, tried.actor.who, _begin(db, tried), reason)


def hear(db: Session, at: datetime, state: DeviceState) -> None:
    """Take a box's answer; it says the same with every heartbeat, and counts once."""
    answer = state.config_answer
    if answer is None:
        return
    found = repository.by_document(db, state.device, answer.document_sha256)
    event = RevisionEvent.APPLIED if answer.outcome == "applied" else RevisionEvent.REFUSED
    if found is None or event not in REVISIONS.allowed(found.state):
        return
    reason = (answer.reason or "").replace("\0", "")[:_REASON_LETTERS] or None
    found.ended_at, found.ended_because = at, reason
    detail = {"number": found.number, "document_sha256": found.document_sha256}
    _move(db, at, _WHO, found, event, detail)


def one(db: Session, revision_id: UUID) -> Revision:
    """Return a revision.

    Raises:
        NotFound: there is none.
    """
    found = repository.one(db, revision_id)
    if found is None:
        raise NotFound(f"configuration revision {revision_id}")
    return found


def _begin(db: Session, tried: Attempt) -> Revision:
    """Return the revision that somebody acts on.

    Raises:
        NotFound: there is none.
        StaleVersion: it was changed since it was read.
    """
    found = one(db, tried.revision_id)
    check_version(f"revision {found.id}", tried.version, found.version)
    return found


def _end(db: Session, at: datetime, who: Who, found: Revision, reason: str) -> Revision:
    REVISIONS.after(found.state, RevisionEvent.WITHDRAW)
    found.ended_at, found.ended_because = at, reason
    return _move(db, at, who, found, RevisionEvent.WITHDRAW, {})


def _move(
    db: Session, at: datetime, who: Who, found: Revision, event: RevisionEvent, detail: Json
) -> Revision:
    before = found.state
    found.state = REVISIONS.after(before, event)
    found.version += 1
    db.flush()
    told = {"device": found.device_id, **detail}
    reason = found.ended_because if event in _WITH_REASON else None
    act = audit.Act(event.value, before, found.state, reason, told)
    audit.record(db, at, who, _thing(found), act)
    _announce(db, at, found)
    return found


def _require_device(db: Session, device: DeviceId) -> None:
    if fleet.known_device(db, device) is None:
        raise NotFound(f"device {device} is not registered, or is revoked")


def _require_right(files: Mapping[str, str], device: str) -> None:
    mistakes = checking.mistakes_in(files, device)
    if mistakes:
        raise FieldsMissing(mistakes, f"配置有 {len(mistakes)} 处错误：" + "；".join(mistakes))


def _thing(found: Revision) -> Thing:
    return Thing(_THING, str(found.id), found.version)


def _announce(db: Session, at: datetime, found: Revision) -> None:
    live.announce(db, at, Change(Kind.DEVICE, found.device_id, {"configuration": found.state}))
