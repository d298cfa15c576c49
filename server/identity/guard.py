"""What stands before every route: somebody signed in, who may do what the route does.

Routes of other modules use it; their services get the `Actor`.
"""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from server.identity import library_tokens, service
from server.identity.actor import Actor
from server.identity.endpoints import BY_PROGRAM, ENDPOINTS, OPEN
from server.kit.errors import NotPermitted
from server.kit.web import Now, Reading

COOKIE = "patrol_session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_bearer = HTTPBearer(auto_error=False, description="A token of patrol server library-token")


def signed_in(request: Request, db: Reading, clock: Now) -> Actor:
    """Return who sends the request.

    Raises:
        NotSignedIn: there is no cookie, or its session has ended.
        NotPermitted: a write came from another site's page.
    """
    known = getattr(request.state, "actor", None)
    if isinstance(known, Actor):
        return known
    check_origin(request)
    return service.actor_of(db, request.cookies.get(COOKIE), clock.now(), client_of(request))


def check_origin(request: Request) -> None:
    """Refuse a write that another site's page sends with our cookie.

    Raises:
        NotPermitted: the Origin is missing or not ours.
    """
    if request.method in _SAFE:
        return
    ours = f"{request.url.scheme}://{request.headers.get('host', '')}"
    allowed = {ours, *request.app.state.public_origins}
    if request.headers.get("origin") not in allowed:
        raise NotPermitted(
            "the Origin header is missing or names another site; send the console's own address",
            "请求来源不受信任",
            rule_id="CSRF",
        )


def client_of(request: Request) -> str | None:
    """Return the address that the request came from."""
    return request.client.host if request.client else None


def permitted(request: Request, db: Reading, clock: Now) -> None:
    """Refuse whoever may not use the endpoint; this comes before anything else is read.

    Raises:
        NotSignedIn: nobody is signed in.
        NotPermitted: the role may not.
        NotFound: the same, said to an enterprise.
    """
    endpoint = f"{request.method} {request.scope['route'].path}"
    if endpoint in OPEN:
        return
    acts = ENDPOINTS.get(endpoint, ())
    shows_token = request.headers.get("authorization", "").lower().startswith("bearer ")
    if shows_token and BY_PROGRAM & set(acts):
        return
    actor = signed_in(request, db, clock)
    request.state.actor = actor
    now = clock.now()
    if acts and not any(actor.may(act, now) for act in acts):
        actor.require(acts[0], now)


#: The signed-in person, as a route's parameter.
SignedIn = Annotated[Actor, Depends(signed_in)]


def library_or_person(
    request: Request,
    db: Reading,
    clock: Now,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Actor:
    """Return who sends the request: a maintainer's program by its token, or somebody signed in.

    Raises:
        NotSignedIn: the token is not valid, or nobody is signed in.
    """
    if given is None:
        return signed_in(request, db, clock)
    client = client_of(request)
    return library_tokens.holder_of(db, given.credentials, clock.now(), client)


#: A maintainer's program or a signed-in person; the routes of samples alone use it.
LibraryOrPerson = Annotated[Actor, Depends(library_or_person)]
