"""What is asked about cameras' reviews and places, and what is done to them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, status

from server.audit import service as audit
from server.fleet import repository, reviews
from server.fleet.place_types import refuse_private
from server.fleet.review_schemas import (
    CameraReviewShown,
    CameraReviewsShown,
    DossierGiven,
    HalfGiven,
    PlaceGiven,
    Reason,
)
from server.fleet.reviews import Dossier, Judging
from server.identity.guard import SignedIn
from server.identity.permissions import Act
from server.kit.double_review import Given, Half
from server.kit.errors import (
    Conflict,
    FieldsMissing,
    NotAllowedNow,
    NotFound,
    NotPermitted,
    NotSignedIn,
    StaleVersion,
)
from server.kit.idempotency import Asked, IdempotencyKey, once
from server.kit.preconditions import IfMatch
from server.kit.problems import answers
from server.kit.web import Now, Reading, Writing

router = APIRouter(prefix="/api/v1", tags=["fleet"])

_OF_A_VERB = answers(
    NotSignedIn, NotPermitted, NotFound, StaleVersion, NotAllowedNow, FieldsMissing
)


class _Camera:
    """Which camera: the box and the camera's id within it."""

    def __init__(
        self,
        device_id: Annotated[str, Path(max_length=63)],
        camera_id: Annotated[str, Path(max_length=63)],
    ) -> None:
        self.key = (device_id, camera_id)


@router.post(
    "/devices/{device_id}/cameras/{camera_id}/place",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(NotSignedIn, NotPermitted, NotFound, FieldsMissing),
)
def place(
    camera: Annotated[_Camera, Depends()],
    body: PlaceGiven,
    actor: SignedIn,
    db: Writing,
    clock: Now,
) -> None:
    """Say what kind of place a camera shows; private places are refused (TRAP-29)."""
    now = clock.now()
    actor.require(Act.DEVICES_ENROL, now)
    known = repository.camera(db, *camera.key)
    if known is None:
        raise NotFound(f"camera {camera.key[1]} of {camera.key[0]} is not registered")
    refuse_private(body.place_type, known.name, known.place)
    known.place_type = body.place_type
    thing = audit.Thing("camera", "/".join(camera.key))
    audit.record(db, now, actor.who, thing, audit.Act("placed", to_state=body.place_type))


@router.get(
    "/devices/{device_id}/cameras/{camera_id}/reviews",
    responses=answers(NotSignedIn, NotPermitted, NotFound),
)
def listed(
    camera: Annotated[_Camera, Depends()], actor: SignedIn, db: Reading, clock: Now
) -> CameraReviewsShown:
    """Tell what a camera counts for, and its reviews."""
    now = clock.now()
    actor.require(Act.DEVICES_READ, now)
    if repository.camera(db, *camera.key) is None:
        raise NotFound(f"camera {camera.key[1]} of {camera.key[0]} is not registered")
    return CameraReviewsShown(
        standing=reviews.standing_of(db, *camera.key, now),
        items=tuple(CameraReviewShown.of(one) for one in reviews.of_camera(db, *camera.key)),
    )


@router.post(
    "/devices/{device_id}/cameras/{camera_id}/reviews",
    status_code=status.HTTP_201_CREATED,
    responses=answers(NotSignedIn, NotPermitted, NotFound, Conflict, FieldsMissing),
)
def submit(
    camera: Annotated[_Camera, Depends()],
    body: DossierGiven,
    actor: SignedIn,
    db: Writing,
    clock: Now,
) -> CameraReviewShown:
    """Put a camera forward for legal and technical review."""
    dossier = Dossier(**body.model_dump())
    return CameraReviewShown.of(reviews.submit(db, clock.now(), actor, camera.key, dossier))


class _Verb:
    """One act on one review: which, on what version, under what key, and the moment."""

    def __init__(
        self,
        review_id: Annotated[UUID, Path(alias="id")],
        version: IfMatch,
        clock: Now,
        key: IdempotencyKey = None,
    ) -> None:
        self.id, self.version, self.key, self.at = review_id, version, key, clock.now()


@router.post("/camera-reviews/{id}/legal-review", responses=_OF_A_VERB)
def legal_review(
    verb: Annotated[_Verb, Depends()], body: HalfGiven, actor: SignedIn, db: Writing
) -> CameraReviewShown:
    """Give the legal half's opinion."""
    return _judge(db, actor, verb, Half.LEGAL, body)


@router.post("/camera-reviews/{id}/tech-review", responses=_OF_A_VERB)
def tech_review(
    verb: Annotated[_Verb, Depends()], body: HalfGiven, actor: SignedIn, db: Writing
) -> CameraReviewShown:
    """Give the technical half's opinion."""
    return _judge(db, actor, verb, Half.TECH, body)


@router.post("/camera-reviews/{id}/withdraw", responses=_OF_A_VERB)
def withdraw(
    verb: Annotated[_Verb, Depends()], body: Reason, actor: SignedIn, db: Writing
) -> CameraReviewShown:
    """End a review; what was recorded before keeps its grade."""
    asked = Asked(actor.id, verb.key, f"camera-reviews/{verb.id}/withdraw", body, verb.at)

    def answer() -> CameraReviewShown:
        found = reviews.withdraw(db, verb.at, actor, verb.id, verb.version, body.reason)
        return CameraReviewShown.of(found)

    return once(db, asked, CameraReviewShown, answer)


def _judge(
    db: Writing, actor: SignedIn, verb: _Verb, half: Half, body: HalfGiven
) -> CameraReviewShown:
    asked = Asked(actor.id, verb.key, f"camera-reviews/{verb.id}/{half}", body, verb.at)
    given = Given(body.passed, body.checks, body.opinion, body.explained)

    def answer() -> CameraReviewShown:
        judging = Judging(verb.id, verb.version, half, given)
        return CameraReviewShown.of(reviews.judge(db, verb.at, actor, judging))

    return once(db, asked, CameraReviewShown, answer)
