"""Fetches the box's certificate: with a one-time code the first time, with the present one later.

The first question is asked of whoever answers at the address; nothing is sent to it before its
authority is the one that the code names.
"""

import base64
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from pydantic import BaseModel, ValidationError

from edge.delivery.identity_files import Enrolled, IdentityFolder, NewKey
from edge.errors import DeliveryError
from edge.trust import explain
from hazard_library.contract.enrolment import (
    AuthorityAnswer,
    EnrolCode,
    EnrolRequest,
    IdentityAnswer,
    RenewRequest,
)
from hazard_library.contract.ids import DeviceId

#: A clock that is further off than this makes certificates fail and evidence doubtful.
LARGEST_SKEW = timedelta(minutes=5)
_PATH = "/api/v1/device"
_WAITS_S = 15.0

A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A box before it is enrolled. device: None where the server shall say who it is."""

    device: DeviceId | None
    signing_key: bytes


@dataclass(frozen=True, slots=True)
class Authority:
    """Whom a server's certificates come from. fingerprint: SHA-256, lower-case hex."""

    pem: str
    fingerprint: str
    server_time: datetime


def ask_authority(server: str) -> Authority:
    """Ask who vouches for a server; the answer is worth nothing until it is compared.

    Raises:
        DeliveryError: the server cannot be reached, or is none of ours.
    """
    # Nothing is believed yet, and nothing is sent: the code's pin decides afterwards.
    with httpx.Client(verify=False, trust_env=False, timeout=_WAITS_S) as client:  # noqa: S501
        answer = _call(client, client.build_request("GET", f"{server}{_PATH}/authority"))
    told = _read(AuthorityAnswer, answer)
    try:
        certificate = x509.load_pem_x509_certificate(told.authority.encode())
    except ValueError as fault:
        raise DeliveryError(_strange(server)) from fault
    return Authority(told.authority, certificate.fingerprint(SHA256()).hex(), told.server_time)


def check_pin(server: str, authority: Authority, code: EnrolCode) -> None:
    """Refuse a server whose authority is not the one that a code names.

    Raises:
        DeliveryError: it is another one; shows its fingerprint.
    """
    if not code.names(authority.fingerprint):
        raise DeliveryError(
            f"{server}: 服务器根证书与注册码不符，未发送任何内容 / its authority is not the one "
            f"that the code names, and nothing was sent. It shows SHA-256 {authority.fingerprint}. "
            "Check --server and the last four groups of the code; if both are right, somebody "
            "stands between this box and the server"
        )


def check_clock(authority: Authority, now: datetime) -> timedelta:
    """Return how far the box's clock is ahead of the server's.

    Raises:
        DeliveryError: too far for certificates and evidence.
    """
    ahead = now - authority.server_time
    if abs(ahead) > LARGEST_SKEW:
        how = "快 / fast" if ahead > timedelta(0) else "慢 / slow"
        raise DeliveryError(
            f"本机时钟不准 / this box's clock is {abs(ahead)} {how}: here {now:%Y-%m-%d %H:%M:%S} "
            f"UTC, at the server {authority.server_time:%Y-%m-%d %H:%M:%S} UTC; set it "
            "(timedatectl set-ntp true) and try again. The code is still unused"
        )
    return ahead


def enrol(
    server: str, authority: Authority, code: EnrolCode, box: Newcomer, folder: IdentityFolder
) -> Enrolled:
    """Fetch the first certificate with a code.

    Raises:
        DeliveryError: the server refuses the code, with its own words, or cannot be reached.
        ConfigError: the identity cannot be kept.
    """
    context = ssl.create_default_context(cadata=authority.pem)
    key = NewKey(box.device or "box")
    body = EnrolRequest(
        code=code.secret,
        device=box.device,
        csr=key.csr,
        signing_key=base64.b64encode(box.signing_key).decode(),
    )
    with httpx.Client(verify=context, trust_env=False, timeout=_WAITS_S) as client:
        answer = _post(client, f"{server}{_PATH}/enrolment", body)
    given = _checked(_read(IdentityAnswer, answer), key, authority.pem, server)
    return folder.put(key, given, server)


def renew(present: Enrolled, folder: IdentityFolder) -> Enrolled:
    """Fetch the next certificate with the present one, for a new key; `confirm` ends the old one.

    Raises:
        DeliveryError: the server refuses, or cannot be reached.
        ConfigError: the identity cannot be used or kept.
    """
    key = NewKey(present.device)
    with httpx.Client(verify=present.context(), trust_env=False, timeout=_WAITS_S) as client:
        body = RenewRequest(csr=key.csr)
        answer = _post(client, f"{present.server}{_PATH}/certificate", body)
    trusted = _text(present.authority)
    given = _checked(_read(IdentityAnswer, answer), key, trusted, present.server)
    return folder.put(key, given, present.server)


def confirm(made: Enrolled) -> None:
    """Use a certificate once, so that the server refuses the ones before it.

    Raises:
        DeliveryError: the server refuses it, or cannot be reached.
    """
    with httpx.Client(verify=made.context(), trust_env=False, timeout=_WAITS_S) as client:
        url = f"{made.server}{_PATH}/certificate/confirmation"
        _call(client, client.build_request("POST", url))


def _checked(answer: IdentityAnswer, key: NewKey, authority: str, server: str) -> IdentityAnswer:
    """Believe a certificate only if it is for our key and of the authority we trust."""
    try:
        given = x509.load_pem_x509_certificate(answer.certificate.encode())
        trusted = x509.load_pem_x509_certificate(authority.encode())
        given.verify_directly_issued_by(trusted)
    except Exception as fault:
        raise DeliveryError(_strange(server)) from fault
    if not key.fits(given):
        raise DeliveryError(_strange(server))
    return answer.model_copy(update={"authority": authority})


def _post(client: httpx.Client, url: str, body: BaseModel) -> httpx.Response:
    return _call(client, client.build_request("POST", url, json=body.model_dump(mode="json")))


def _call(client: httpx.Client, request: httpx.Request) -> httpx.Response:
    place = f"{request.url.scheme}://{request.url.netloc.decode()}"
    try:
        answer = client.send(request)
    except httpx.ConnectTimeout as fault:
        raise DeliveryError(_unreachable(place, "no answer")) from fault
    except (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError) as fault:
        raise DeliveryError(_unreachable(place, explain(fault))) from fault
    except httpx.HTTPError as fault:
        raise DeliveryError(f"{place}: {fault or type(fault).__name__}; try again") from fault
    if answer.is_success:
        return answer
    raise DeliveryError(f"{place}: {_refusal(answer)}")


def _refusal(answer: httpx.Response) -> str:
    """Return the server's own words, in both languages."""
    try:
        said = answer.json()
        return f"{said['message_zh']} / {said['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"answered {answer.status_code}; is --server the server's door for boxes?"


def _read(kind: type[A], answer: httpx.Response) -> A:
    try:
        return kind.model_validate_json(answer.content)
    except ValidationError as fault:
        raise DeliveryError(_strange(str(answer.url))) from fault


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as fault:
        raise DeliveryError(f"{path}: {fault.strerror}; enrol the box anew") from fault


def _unreachable(place: str, why: str) -> str:
    return (
        f"{place}: 无法连接服务器 / cannot be reached ({why}); check the address, the port of "
        "`devices.port`, the network and the firewall"
    )


def _strange(place: str) -> str:
    return f"{place}: 应答异常 / answers as no server of ours does; check --server"
