"""Verbs of cameras' reviews: put one forward, judge a half, withdraw; grade a recording."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.fleet import repository
from server.fleet.place_types import refuse_private
from server.fleet.review_states import (
    CAMERA_REVIEWS,
    ReviewEvent,
    ReviewState,
    Standing,
    Term,
    is_grade_a,
    standing,
)
from server.fleet.review_tables import CameraReview
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.kit.double_review import (
    Given,
    Half,
    Opinion,
    both_passed,
    read_answers,
    refuse_unless_apart,
)
from server.kit.errors import Conflict, FieldsMissing, NotFound
from server.kit.ids import new_id
from server.kit.preconditions import check_version

_ACTS = {Half.LEGAL: Act.REVIEWS_LEGAL, Half.TECH: Act.REVIEWS_TECH}


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is put forward about a camera; every field is typed by the one who puts it forward."""

    owner: str
    legal_basis: str
    certificate_no: str
    sign_photo_sha256: str
    publication_url: str
    published_on: date
    valid_from: date
    valid_to: date


def submit(
    db: Session, at: datetime, actor: Actor, camera: tuple[str, str], dossier: Dossier
) -> CameraReview:
    """Put a camera forward for review; camera: device and id.

    Raises:
        NotPermitted: the role may not.
        NotFound: there is no such camera.
        FieldsMissing: the place is private, or the term or the publication is not in order.
        Conflict: a review of it is open.
    """
    actor.require(Act.CAMERAS_SUBMIT, at)
    known = repository.camera(db, *camera)
    if known is None:
        raise NotFound(f"camera {camera[1]} of {camera[0]} is not registered")
    refuse_private(known.place_type, known.name, known.place)
    if dossier.valid_from > dossier.valid_to:
        raise FieldsMissing(["valid_to"], "有效期止日不得早于起日")
    if any(one.state is ReviewState.IN_REVIEW for one in of_camera(db, *camera)):
        raise Conflict(f"camera {camera[1]} is in review already", "该摄像机已在审核中")
    made = CameraReview(
        id=new_id(at),
        device_id=camera[0],
        camera_id=camera[1],
        state=ReviewState.IN_REVIEW,
        version=1,
        handler_person=actor.person_id,
        handler_name=actor.full_name,
        submitted_at=at,
        owner=dossier.owner,
        legal_basis=dossier.legal_basis,
        certificate_no=dossier.certificate_no,
        sign_photo_sha256=dossier.sign_photo_sha256,
        publication_url=dossier.publication_url,
        published_on=dossier.published_on,
        valid_from=dossier.valid_from,
        valid_to=dossier.valid_to,
    )
    db.add(made)
    db.flush()
    _record(db, at, actor, made, audit.Act("submitted", to_state=made.state))
    return made


def judge(db: Session, at: datetime, actor: Actor, asked: "Judging") -> CameraReview:
    """Give one half's opinion; the second pass qualifies the camera.

    Raises:
        NotPermitted: the role may not, or the person handles it or has done the other half.
        NotFound: there is no such review.
        StaleVersion: it was changed meanwhile.
        NotAllowedNow: it is not open.
        FieldsMissing: the answers are not whole.
    """
    actor.require(_ACTS[asked.half], at)
    review = _one(db, asked.review_id)
    check_version(f"camera review {review.id}", asked.version, review.version)
    event = ReviewEvent(f"{asked.half}_{'ok' if asked.given.passed else 'no'}")
    after = CAMERA_REVIEWS.after(review.state, event)
    other = review.tech_person if asked.half is Half.LEGAL else review.legal_person
    refuse_unless_apart(actor.person_id, {review.handler_person}, other)
    read_answers("camera", asked.half, asked.given)
    opinion = Opinion(
        person=actor.person_id,
        name=actor.full_name,
        at=at,
        passed=asked.given.passed,
        checks=dict(asked.given.checks),
        opinion=asked.given.opinion,
    )
    told = opinion.model_dump(mode="json")
    passed_by = actor.person_id if opinion.passed else None
    if asked.half is Half.LEGAL:
        review.legal, review.legal_person = told, passed_by
    else:
        review.tech, review.tech_person = told, passed_by
    before, review.state, review.version = review.state, after, review.version + 1
    _record(db, at, actor, review, audit.Act(event, before, after, opinion.opinion, told))
    if both_passed(_read(review.legal), _read(review.tech)):
        review.state = CAMERA_REVIEWS.after(review.state, ReviewEvent.BOTH_OK)
        review.qualified_at = at
        _record(db, at, actor, review, audit.Act(ReviewEvent.BOTH_OK, after, review.state))
    db.flush()
    return review


@dataclass(frozen=True, slots=True)
class Judging:
    """One half of one review, on the version that was read."""

    review_id: UUID
    version: int
    half: Half
    given: Given


def withdraw(
    db: Session, at: datetime, actor: Actor, review_id: UUID, version: int, reason: str
) -> CameraReview:
    """End a review: recordings from now on are leads only; those before keep what they had.

    Raises:
        NotPermitted: the role may not.
        NotFound: there is no such review.
        StaleVersion: it was changed meanwhile.
        NotAllowedNow: it has ended.
    """
    actor.require(Act.CAMERAS_WITHDRAW, at)
    review = _one(db, review_id)
    check_version(f"camera review {review.id}", version, review.version)
    before, after = review.state, CAMERA_REVIEWS.after(review.state, ReviewEvent.WITHDRAW)
    review.state, review.version = after, review.version + 1
    review.ended_at, review.ended_because = at, reason
    db.flush()
    _record(db, at, actor, review, audit.Act(ReviewEvent.WITHDRAW, before, after, reason))
    return review


def of_camera(db: Session, device_id: str, camera_id: str) -> Sequence[CameraReview]:
    """Return a camera's reviews, oldest first."""
    query = select(CameraReview).where(
        CameraReview.device_id == device_id, CameraReview.camera_id == camera_id
    )
    return db.scalars(query.order_by(CameraReview.submitted_at, CameraReview.id)).all()


def is_admissible(db: Session, device_id: str, camera_id: str, recorded_at: datetime) -> bool:
    """Whether a recording of that moment has grade A (`evidence` asks)."""
    return is_grade_a((term(one) for one in of_camera(db, device_id, camera_id)), recorded_at)


def standing_of(db: Session, device_id: str, camera_id: str, at: datetime) -> Standing:
    """Return what a camera counts for at a moment."""
    return standing([term(one) for one in of_camera(db, device_id, camera_id)], at)


def term(review: CameraReview) -> Term:
    """Return when a review holds."""
    return Term(
        review.state,
        review.valid_from,
        review.valid_to,
        review.qualified_at,
        review.ended_at,
    )


def _one(db: Session, review_id: UUID) -> CameraReview:
    found = db.get(CameraReview, review_id, with_for_update=True)
    if found is None:
        raise NotFound(f"camera review {review_id}")
    return found


def _read(kept: dict[str, object] | None) -> Opinion | None:
    return Opinion.model_validate(kept) if kept is not None else None


def _record(db: Session, at: datetime, actor: Actor, review: CameraReview, act: audit.Act) -> None:
    thing = audit.Thing("camera_review", str(review.id), review.version)
    audit.record(db, at, actor.who, thing, act)
