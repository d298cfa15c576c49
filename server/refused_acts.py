"""What somebody tried and a rule refused is recorded, and told to whoever supervises.

The act itself was rolled back; this is a transaction of its own, after it.
"""

from typing import cast

from fastapi import Request

from server.audit import service as audit
from server.audit.service import Thing
from server.identity import service as identity
from server.identity.guard import COOKIE, client_of
from server.kit.errors import NotSignedIn, ServerError
from server.kit.web import Ground
from server.reminders import service as reminders

_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def note_refusal(request: Request, fault: ServerError) -> None:
    """Record an act that a rule refused; a reader's 404 and a missing field are no such act."""
    rule = fault.rule_id
    if rule is None or not (request.method in _CHANGES or reminders.blocks(rule)):
        return
    on = cast("Ground", request.app.state.ground)
    at, token = on.clock.now(), request.cookies.get(COOKIE)
    with on.database.writing() as db:
        try:
            actor = identity.actor_of(db, token, at, client_of(request))
        except NotSignedIn:
            return
        act = f"{request.method} {request.url.path}"
        detail = {"rule": rule, "code": fault.code, "message_zh": fault.message_zh}
        thing = Thing("refused_act", request.url.path)
        audit.record(db, at, actor.who, thing, audit.Act("refused", reason=act, detail=detail))
        if reminders.blocks(rule):
            reminders.tell_refused(db, at, actor, rule, act, fault.message_zh)
