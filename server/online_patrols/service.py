"""The door of online patrols: rounds by day, their verbs, pages, coverage."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.identity import service as identity
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.kit.errors import NotFound
from server.leads import service as leads
from server.online_patrols import cameras, repository, rounds, schemas
from server.online_patrols.planning import EVERY_CAMERA_AFTER, KEY_UNIT_AFTER, CameraFacts, Why
from server.online_patrols.rounds import Attempt, append, finish, keep_watch, look, start
from server.online_patrols.scheduling import (
    Duty,
    lapse,
    schedule,
    schedule_day,
    set_roster,
    unit_of,
)
from server.online_patrols.states import ROUND, Result, RoundEvent, RoundState
from server.online_patrols.tables import PatrolItem, PatrolRound

__all__ = [
    "Attempt",
    "Duty",
    "announced",
    "append",
    "coverage",
    "finish",
    "keep_watch",
    "lapse",
    "listed",
    "look",
    "one",
    "page",
    "schedule",
    "schedule_day",
    "set_roster",
    "start",
]

#: Events that people send; an officer signs and the round is finished when all have.
_BUTTONS = (
    RoundEvent.KEEP_WATCH,
    RoundEvent.START,
    RoundEvent.LOOK,
    RoundEvent.FINISH,
    RoundEvent.APPEND,
)


def one(db: Session, at: datetime, actor: Actor, round_id: UUID) -> PatrolRound:
    """Return a round within the actor's scope.

    Raises:
        NotPermitted: the role reads no rounds.
        NotFound: there is none, or it lies outside the scope.
    """
    actor.require(Act.PATROLS_READ, at)
    found = repository.visible(db, identity.unit_scope(db, actor), round_id)
    if found is None:
        raise NotFound(f"patrol round {round_id}")
    return found


def listed(db: Session, at: datetime, actor: Actor, day: date | None) -> list[schemas.RoundRow]:
    """List rounds, newest first.

    Raises:
        NotPermitted: the role reads no rounds.
    """
    actor.require(Act.PATROLS_READ, at)
    found = repository.listed(db, identity.unit_scope(db, actor), day)
    return [_row(each, repository.items(db, each.id)) for each in found]


def page(
    db: Session, at: datetime, actor: Actor, catalogue: Catalogue, found: PatrolRound
) -> schemas.RoundOut:
    """Write a round's page."""
    items = repository.items(db, found.id)
    may = actor.may(Act.PATROLS_RUN, at)
    return schemas.RoundOut(
        **_row(found, items).model_dump(),
        started_at=found.started_at,
        ended_at=found.ended_at,
        disposition=found.disposition,
        seed=found.seed,
        facts=found.facts,
        officers=[
            schemas.OfficerOut.model_validate(each) for each in repository.officers(db, found.id)
        ],
        items=[_item(db, at, actor, catalogue, found, each) for each in items],
        notes=[schemas.NoteOut.model_validate(each) for each in repository.notes(db, found.id)],
        allowed=[event for event in ROUND.allowed(found.state) if event in _BUTTONS and may],
    )


def coverage(db: Session, at: datetime, actor: Actor) -> schemas.Coverage:
    """Count how much of the actor's unit's cameras was seen.

    Raises:
        NotPermitted: the role reads no rounds.
    """
    actor.require(Act.PATROLS_READ, at)
    unit = unit_of(actor)
    facts = [each.facts for each in cameras.of_unit(db, unit.id, at)]
    key = [each for each in facts if each.is_key_unit]
    blind = repository.looks_of(db, unit.id, Why.BLIND, at - EVERY_CAMERA_AFTER)
    return schemas.Coverage(
        as_of=at,
        cameras=len(facts),
        seen_in_30_days=_seen_since(facts, at - EVERY_CAMERA_AFTER),
        never_seen=sum(each.seen_at is None for each in facts),
        key_unit_cameras=len(key),
        key_unit_seen_in_7_days=_seen_since(key, at - KEY_UNIT_AFTER),
        blind_looks_in_30_days=len(blind),
        blind_found_in_30_days=sum(each is Result.SUSPECTED for each in blind),
    )


def announced(db: Session, enterprise_id: UUID) -> list[schemas.Announcement]:
    """Return what an enterprise is shown of patrols: who looked, of its own rounds only.

    The form of showing certificates online is UNVERIFIED.
    """
    return [
        schemas.Announcement(
            number=each.number,
            started_at=each.started_at,
            ended_at=each.ended_at,
            unit=each.unit_name,
            officers=[
                schemas.AnnouncedOfficer.model_validate(officer)
                for officer in repository.officers(db, each.id)
            ],
        )
        for each in repository.of_enterprise(db, enterprise_id)
        if each.started_at is not None
    ]


def _seen_since(facts: Sequence[CameraFacts], since: datetime) -> int:
    return sum(each.seen_at is not None and each.seen_at >= since for each in facts)


def _row(found: PatrolRound, items: Sequence[PatrolItem]) -> schemas.RoundRow:
    return schemas.RoundRow(
        id=found.id,
        number=found.number,
        day=found.day,
        state=found.state,
        kind=found.kind,
        version=found.version,
        window_end=found.window_end,
        cameras=len(items),
        left=sum(item.result is None for item in items),
    )


def _item(
    db: Session,
    at: datetime,
    actor: Actor,
    catalogue: Catalogue,
    found: PatrolRound,
    item: PatrolItem,
) -> schemas.ItemOut:
    law = catalogue.legal[item.basis]
    is_open = found.state in {RoundState.PLANNED, RoundState.RUNNING} and item.result is None
    hidden = item.why is Why.BLIND and is_open
    hints = [] if hidden else leads.open_at(db, actor, item.device, item.camera)
    picture = rounds.newest_picture(db, at, item) if found.state is RoundState.RUNNING else None
    return schemas.ItemOut(
        id=item.id,
        position=item.position,
        device=item.device,
        camera=item.camera,
        camera_name=item.camera_name,
        enterprise_id=item.enterprise_id,
        enterprise_name=item.enterprise_name,
        why=item.why,
        why_zh=item.why.zh,
        is_statutory=item.is_statutory,
        basis=schemas.BasisOut(
            id=law.id,
            law=law.law,
            quote=law.quote,
            review_status=law.review_status,
            in_force=law.is_in_force(found.day),
        ),
        hints=[
            schemas.HintOut(
                lead_id=each.id,
                number=each.number,
                hazard=f"疑似{catalogue.name_of(each.hazard).zh}",
            )
            for each in hints
        ],
        picture=None
        if picture is None
        else schemas.PictureOut(
            id=picture.evidence_id,
            url=f"/api/v1/evidence/{picture.evidence_id}/content",
            captured_at=picture.captured_at,
            sha256=picture.sha256,
        ),
        result=item.result,
        description=item.description,
        lead_id=item.lead_id,
        sha256=item.sha256,
        captured_at=item.captured_at,
        looked_at=item.looked_at,
        looked_by=item.looked_by,
    )
