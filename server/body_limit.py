"""Refuses large request bodies before they are read: the door for boxes is open to strangers."""

from starlette.types import ASGIApp, Receive, Scope, Send

from server.kit.errors import TooLarge
from server.kit.problems import problem

#: A certificate request is about a kilobyte.
LARGEST_BODY = 64 * 1024


class BodyLimit:
    """For POST only: pieces of evidence (PATCH) are read, and bounded, by their own route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and scope["method"] == "POST" and not _is_small(scope):
            fault = TooLarge(f"say Content-Length, {LARGEST_BODY} bytes at most")
            await problem(fault)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_small(scope: Scope) -> bool:
    """Whether the announced length is there and fits; HTTP holds a sender to what it announced."""
    told = dict(scope["headers"]).get(b"content-length", b"")
    return bool(told.isdigit()) and int(told) <= LARGEST_BODY
