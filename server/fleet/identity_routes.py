"""What boxes ask about their identity: `/api/v1/device/authority|enrolment|certificate`.

Only the HTTPS door of boxes serves these: a code or a request never crosses the wire in the clear.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, cast

from cryptography import x509
from fastapi import APIRouter, Depends, Request, status

from hazard_library.contract.enrolment import (
    AuthorityAnswer,
    EnrolRequest,
    IdentityAnswer,
    RenewRequest,
)
from server.fleet import enrolment
from server.fleet.authority import Authority, Certified
from server.fleet.enrolment import Asked
from server.fleet.peer import certificate_of
from server.fleet.service import DeviceRef
from server.identity.guard import client_of
from server.kit.errors import (
    Conflict,
    FieldsMissing,
    NotPermitted,
    NotSignedIn,
    TooManyAttempts,
)
from server.kit.problems import answers
from server.kit.web import Ground, Now, Writing, ground

router = APIRouter(prefix="/api/v1/device", tags=["device"])


@dataclass(frozen=True, slots=True)
class IdentityDesk:
    """Who vouches, and where boxes are told to bring their messages; `app.state.identity_desk`."""

    authority: Authority
    broker_host: str
    broker_port: int


def _desk(request: Request) -> IdentityDesk:
    return cast("IdentityDesk", request.app.state.identity_desk)


Desk = Annotated[IdentityDesk, Depends(_desk)]


def _shown_certificate(request: Request) -> x509.Certificate:
    shown = certificate_of(request)
    if shown is None:
        raise NotSignedIn("show the box's certificate", "请出示设备证书")
    return shown


Shown = Annotated[x509.Certificate, Depends(_shown_certificate)]


@router.get("/authority")
def authority(desk: Desk, clock: Now) -> AuthorityAnswer:
    """Tell whose certificates are used here; a box compares it with the pin of its code."""
    return AuthorityAnswer(authority=desk.authority.pem, server_time=clock.now())


@router.post(
    "/enrolment", responses=answers(NotPermitted, Conflict, FieldsMissing, TooManyAttempts)
)
def enrol(
    body: EnrolRequest, request: Request, desk: Desk, on: Annotated[Ground, Depends(ground)]
) -> IdentityAnswer:
    """Give a box its first certificate for a one-time code."""
    now = on.clock.now()
    try:
        key = base64.b64decode(body.signing_key, validate=True)
    except binascii.Error as fault:
        raise FieldsMissing(["signing_key"]) from fault
    asked = Asked(body.code, body.device, body.csr, key, client_of(request))
    with on.database.writing() as db:
        done = enrolment.redeem(db, now, desk.authority, asked)
    if isinstance(done, NotPermitted):
        raise done
    return _answer(desk, on.clock, done.device, done.certificate)


@router.post("/certificate", responses=answers(NotSignedIn, FieldsMissing))
def renew(body: RenewRequest, shown: Shown, desk: Desk, db: Writing, clock: Now) -> IdentityAnswer:
    """Give a box its next certificate; the present one works until the next one is confirmed."""
    device = enrolment.holder_of(db, clock.now(), shown)
    made = enrolment.renew(db, clock.now(), desk.authority, device, body.csr)
    return _answer(desk, clock, device, made)


@router.post(
    "/certificate/confirmation",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=answers(NotSignedIn),
)
def confirm(shown: Shown, db: Writing, clock: Now) -> None:
    """Learn that a box uses the certificate it shows; the ones before it are refused."""
    device = enrolment.holder_of(db, clock.now(), shown)
    enrolment.confirm(db, clock.now(), device, shown)


def _answer(
    desk: IdentityDesk, clock: Now, device: DeviceRef, certificate: Certified
) -> IdentityAnswer:
    return IdentityAnswer(
        device=device.id,
        site=device.site,
        certificate=certificate.pem,
        authority=desk.authority.pem,
        broker_host=desk.broker_host,
        broker_port=desk.broker_port,
        server_time=clock.now(),
    )
