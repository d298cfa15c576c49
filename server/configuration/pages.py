"""What readers are shown of revisions: lists, pages, and what would change."""

import difflib
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.contract.ids import DeviceId
from server.configuration import checking, repository
from server.configuration.schemas import RevisionList, RevisionPage, RevisionSummary
from server.configuration.service import one
from server.configuration.states import REVISIONS, RevisionEvent, RevisionState
from server.configuration.tables import Revision
from server.fleet import service as fleet
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.kit.errors import NotFound

_PAGE = 50


def listed(
    db: Session, at: datetime, actor: Actor, device: DeviceId, cursor: UUID | None
) -> RevisionList:
    """List the revisions of a box, newest first.

    Raises:
        NotPermitted: the role reads no configurations.
        NotFound: the box is not registered.
    """
    actor.require(Act.CONFIG_READ, at)
    if not fleet.is_registered(db, device):
        raise NotFound(f"device {device} is not registered")
    found = repository.of_device(db, device, cursor, _PAGE)
    return RevisionList(
        device=device,
        in_force=fleet.told_revision(db, device) or None,
        may_write=actor.may(Act.CONFIG_EDIT, at),
        items=_summaries(db, found[:_PAGE]),
        next_cursor=str(found[_PAGE - 1].id) if len(found) > _PAGE else None,
    )


def read(db: Session, at: datetime, actor: Actor, revision_id: UUID) -> RevisionPage:
    """Return a revision's page.

    Raises:
        NotPermitted: the role reads no configurations.
        NotFound: there is none.
    """
    actor.require(Act.CONFIG_READ, at)
    return page(db, at, actor, one(db, revision_id))


def page(db: Session, at: datetime, actor: Actor, found: Revision) -> RevisionPage:
    """Return a revision with what it would change, and what the actor may do with it."""
    device = DeviceId(found.device_id)
    before = repository.newest_before(db, device, RevisionState.ACKNOWLEDGED, found.number)
    registered = fleet.camera_names(db, device)
    cameras = checking.cameras_of(found.files)
    return RevisionPage(
        **_summaries(db, [found])[0].model_dump(),
        device=device,
        files=found.files,
        compared_with=None if before is None else before.number,
        changes=_changes({} if before is None else before.files, found.files),
        unregistered_cameras=[camera for camera in cameras if camera not in registered],
        events=[event for event in REVISIONS.allowed(found.state) if _may(actor, at, found, event)],
    )


def _may(actor: Actor, at: datetime, found: Revision, event: RevisionEvent) -> bool:
    match event:
        case RevisionEvent.APPROVE:
            return actor.may(Act.CONFIG_APPROVE, at) and actor.account != found.author
        case RevisionEvent.PUBLISH:
            return actor.may(Act.CONFIG_EDIT, at)
        case RevisionEvent.WITHDRAW:
            return actor.may(Act.CONFIG_EDIT, at) or actor.may(Act.CONFIG_APPROVE, at)
        case RevisionEvent.APPLIED | RevisionEvent.REFUSED:
            return False


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    lines: list[str] = []
    for name in sorted({*before, *after}):
        old, new = before.get(name, ""), after.get(name, "")
        lines += difflib.unified_diff(
            old.splitlines(), new.splitlines(), name, name, n=3, lineterm=""
        )
    return lines


def _summaries(db: Session, found: Sequence[Revision]) -> list[RevisionSummary]:
    wanted = {row.restores_id for row in found if row.restores_id is not None}
    numbers = {row.id: row.number for row in repository.several(db, wanted)}
    return [
        RevisionSummary(
            id=row.id,
            number=row.number,
            version=row.version,
            state=row.state,
            author=row.author,
            reason=row.reason,
            created_at=row.created_at,
            restores=None if row.restores_id is None else numbers.get(row.restores_id),
            approved_by=row.approved_by,
            approved_at=row.approved_at,
            published_at=row.published_at,
            handed_over_at=row.handed_over_at,
            ended_at=row.ended_at,
            ended_because=row.ended_because,
            files_sha256=row.files_sha256,
            document_sha256=row.document_sha256,
        )
        for row in found
    ]
