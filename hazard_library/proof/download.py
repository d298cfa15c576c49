"""Fetches an export from a server: over https with its certificate checked, signed in."""

import http.cookiejar
import json
import shutil
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlsplit

from hazard_library.errors import ProofError

_TIMEOUT_S = 60.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_NOT_SIGNED_IN = 401
#: A purpose is written in Chinese as it is; what has a meaning in an address stays.
_KEPT = "%/:=&?#+!$,;@()*[]~'"


@dataclass(frozen=True, slots=True)
class Access:
    """Who asks. ca_file: the authority of the server's certificate, if it is not a public one."""

    account: str
    password: str = field(repr=False)
    ca_file: Path | None = None


def is_address(place: str) -> bool:
    """Whether a place is the address of a server, not a path."""
    return place.startswith(("https://", "http://"))


def fetch(address: str, access: Access, into: IO[bytes]) -> None:
    """Sign in at the address's server and write what the address holds.

    Raises:
        ProofError: it is not trusted, not reached, refuses, or the account is wrong.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise ProofError(
            f"{address}: 须用 https use https: over plain http anybody on the way could change "
            "what is checked"
        )
    origin = f"{parts.scheme}://{parts.netloc}"
    opener = _opener(access)
    body = json.dumps({"account": access.account, "password": access.password}).encode()
    headers = {"Content-Type": "application/json", "Origin": origin}
    sign_in = urllib.request.Request(  # noqa: S310 - https, or http to this machine: see above
        f"{origin}/api/v1/sign-in", data=body, headers=headers
    )
    try:
        with opener.open(sign_in, timeout=_TIMEOUT_S):
            pass
        with opener.open(quote(address, safe=_KEPT), timeout=_TIMEOUT_S) as answer:
            shutil.copyfileobj(answer, into)
    except urllib.error.HTTPError as fault:
        with fault:
            raise ProofError(f"{address}: {_refusal(fault)}") from fault
    except (urllib.error.URLError, OSError) as fault:
        reason = getattr(fault, "reason", fault)
        raise ProofError(
            f"{address}: 连不上服务器 not reached: {reason}; is the address right, and --ca-file "
            "the authority of the server's certificate?"
        ) from fault


def _opener(access: Access) -> urllib.request.OpenerDirector:
    try:
        trusted = ssl.create_default_context(
            cafile=None if access.ca_file is None else str(access.ca_file)
        )
    except OSError as fault:
        raise ProofError(
            f"{access.ca_file}: {fault}; --ca-file must name a PEM file 须为 PEM 证书"
        ) from fault
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=trusted),
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
    )


def _refusal(fault: urllib.error.HTTPError) -> str:
    if fault.code == _NOT_SIGNED_IN:
        return "账号或密码不正确 account or password is wrong"
    try:
        said = json.loads(fault.read(10_000))
        words = f"{said.get('title', '')} {said.get('detail', '')}".strip()
    except (ValueError, AttributeError, OSError):
        words = ""
    return f"服务器拒绝 refused ({fault.code}): {words or fault.reason}"
