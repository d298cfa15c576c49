"""Signing in and out, and who is signed in."""

from datetime import datetime
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request, Response, status

from server.identity import service
from server.identity.actor import Actor
from server.identity.guard import COOKIE, SignedIn, check_origin, client_of
from server.identity.schemas import LinkRequest, Me, SignInRequest
from server.identity.service import Attempt, SignedInAs
from server.kit.errors import NotPermitted, NotSignedIn, TooManyAttempts
from server.kit.problems import answers
from server.kit.web import Ground, Now, Writing, ground

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
    if begun is None:
        raise NotSignedIn("account or password is wrong", "账号或密码不正确")
    return _welcome(request, response, begun, now)


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
    return _welcome(request, response, begun, now)


@router.post("/sign-out", status_code=status.HTTP_204_NO_CONTENT, responses=answers(NotSignedIn))
def sign_out(
    request: Request, response: Response, actor: SignedIn, db: Writing, clock: Now
) -> None:
    """End the session."""
    service.sign_out(db, clock.now(), actor, request.cookies.get(COOKIE))
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


@router.get("/me", responses=answers(NotSignedIn))
def me(request: Request, actor: SignedIn, clock: Now) -> Me:
    """Tell who is signed in."""
    return _me(request, actor, clock.now())


def _welcome(request: Request, response: Response, begun: SignedInAs, now: datetime) -> Me:
    response.set_cookie(
        COOKIE,
        begun.token,
        path="/",
        max_age=int((begun.expires_at - now).total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return _me(request, begun.actor, now)


def _me(request: Request, actor: Actor, now: datetime) -> Me:
    return Me(
        account=actor.account,
        name=actor.full_name,
        role=actor.role,
        unit=actor.unit.name if actor.unit else None,
        certificate_valid_until=actor.certificate.valid_to if actor.certificate else None,
        demo=cast("bool", request.app.state.is_demo),
        may=actor.acts(now),
    )
