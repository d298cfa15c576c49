"""Signing in and out, and who is signed in."""

from datetime import datetime
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request, Response, status
from sqlalchemy.orm import Session

from server.identity import service
from server.identity.actor import Actor
from server.identity.guard import COOKIE, SignedIn, check_origin, client_of
from server.identity.people import roles_of
from server.identity.schemas import LinkRequest, Me, RoleHeld, SignInRequest, Wear
from server.identity.service import Attempt, SignedInAs
from server.kit.errors import NotFound, NotPermitted, NotSignedIn, TooManyAttempts
from server.kit.problems import answers
from server.kit.web import Ground, Now, Reading, Writing, ground

router = APIRouter(prefix="/api/v1", tags=["identity"])


@router.post(
    "/sign-in",
    dependencies=[Depends(check_origin)],
    responses=answers(NotSignedIn, NotPermitted, TooManyAttempts),
)
def sign_in(
    body: SignInRequest,
    request: Request,
    response: Response,
    on: Annotated[Ground, Depends(ground)],
) -> Me:
    """Begin a session with a password."""
    now = on.clock.now()
    attempt = Attempt(body.account, body.password, client_of(request))
    with on.database.reading() as db:
        proven = service.prove(db, now, attempt)
    with on.database.writing() as db:
        begun = service.sign_in(db, now, attempt, proven)
        if begun is not None:
            return _welcome(request, response, db, begun)
    # The failure is committed before it is told, so that it counts.
    raise NotSignedIn("account or password is wrong", "账号或密码不正确")


@router.post(
    "/sign-in/link",
    dependencies=[Depends(check_origin)],
    responses=answers(NotSignedIn, NotPermitted),
)
def sign_in_by_link(
    body: LinkRequest, request: Request, response: Response, db: Writing, clock: Now
) -> Me:
    """Begin a session with a one-time link."""
    now = clock.now()
    begun = service.sign_in_by_link(db, now, body.token, client_of(request))
    return _welcome(request, response, db, begun)


@router.post("/sign-out", status_code=status.HTTP_204_NO_CONTENT, responses=answers(NotSignedIn))
def sign_out(
    request: Request, response: Response, actor: SignedIn, db: Writing, clock: Now
) -> None:
    """End the session."""
    service.sign_out(db, clock.now(), actor, request.cookies.get(COOKIE))
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


@router.get("/me", responses=answers(NotSignedIn))
def me(request: Request, actor: SignedIn, db: Reading, clock: Now) -> Me:
    """Tell who is signed in, and in which role."""
    return _me(request, db, actor, clock.now())


@router.post("/me/role", responses=answers(NotSignedIn, NotPermitted, NotFound))
def wear(request: Request, body: Wear, actor: SignedIn, db: Writing, clock: Now) -> Me:
    """Go on in another role of the own account; the audit chain says in which one acts."""
    now = clock.now()
    worn = service.wear(db, now, actor, request.cookies.get(COOKIE), body.id)
    return _me(request, db, worn, now)


def _welcome(request: Request, response: Response, db: Session, begun: SignedInAs) -> Me:
    now = begun.at
    response.set_cookie(
        COOKIE,
        begun.token,
        path="/",
        max_age=int((begun.expires_at - now).total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return _me(request, db, begun.actor, now)


def _me(request: Request, db: Session, actor: Actor, now: datetime) -> Me:
    return Me(
        account=actor.account,
        name=actor.full_name,
        role=actor.role,
        unit=actor.unit.name if actor.unit else None,
        certificate_valid_until=actor.certificate.valid_to if actor.certificate else None,
        demo=cast("bool", request.app.state.is_demo),
        roles=tuple(
            RoleHeld(
                id=held.id,
                role=held.role,
                unit=service.unit_ref(db, held.unit_id).name if held.unit_id else None,
                worn=held.id == actor.grant_id,
            )
            for held in roles_of(db, actor.id, now)
        ),
        may=actor.acts(now),
    )
