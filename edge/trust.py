"""Whom the box believes over TLS, and what went wrong there, in words and with a remedy.

Every certificate is checked: against the `ca_file` of the configuration, else against the
authorities of this system.
"""

import socket
import ssl
from pathlib import Path

from edge.errors import ConfigError

_CLOCK = "校时 / set this box's clock (timedatectl set-ntp true) and compare it with the server's"
#: OpenSSL's verify codes (`X509_V_ERR_…`).
_OUT_OF_TIME = {
    9: f"对方证书尚未生效 / the other side's certificate is not valid yet; {_CLOCK}",
    10: f"对方证书已过期 / the other side's certificate has run out; renew it there, or {_CLOCK}",
}
_NOT_TRUSTED = "对方证书不受信任 / the other side's certificate is not of an authority we trust"
_UNTRUSTED = frozenset({18, 19, 20, 21, 24})
_OTHER_NAME = {62: "证书名称不符 / the certificate names another host"}
_OTHER_NAME[64] = "证书名称不符 / the certificate names another address"
_NAMES = "use one of `devices.names` of server.yaml, or add this one there"
#: What an enrolled box does when it no longer knows its server.
ENROL_ANEW = "if the server has a new authority, ask for a code and run patrol edge enrol"
#: What OpenSSL calls an alert that the other side sent.
_ALERTS = {
    "CERTIFICATE_REVOKED": "本机证书已被吊销 / this box's certificate is revoked; ask for a new "
    "code and run patrol edge enrol",
    "CERTIFICATE_EXPIRED": "本机证书已过期 / this box's certificate has run out; ask for a new "
    "code and run patrol edge enrol",
    "UNKNOWN_CA": "本机证书不受信任 / the server does not know the authority of this box's "
    "certificate; run patrol edge enrol with a code of this server",
}
#: Where systems keep their authorities in one file, for libraries that take no folder.
_BUNDLES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/ca-bundle.pem"),
)


def trusting(ca_file: Path | None, field: str) -> ssl.SSLContext:
    """Return what checks the other side's certificate and name. None: this system's authorities.

    Raises:
        ConfigError: the file holds no certificate; names `field`.
    """
    try:
        return ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except OSError as fault:
        raise ConfigError(
            f"{ca_file}: {fault}; {field} must name a PEM file with the authority's certificate"
        ) from fault


def system_bundle() -> Path | None:
    """Return the one file with this system's authorities; `SSL_CERT_FILE` names another."""
    named = ssl.get_default_verify_paths().cafile
    files = (Path(named),) if named else ()
    return next((file for file in (*files, *_BUNDLES) if file.is_file()), None)


def explain(fault: BaseException, remedy: str = ENROL_ANEW, names: str = _NAMES) -> str:
    """Return what is behind an error, or its own words when it is no matter of TLS.

    remedy: what to do about an authority that is not known; names: about another name.
    """
    at = _behind(fault)
    if isinstance(at, ssl.SSLCertVerificationError):
        return f"{_refused(at, remedy, names)} ({at.verify_message})"
    for name, words in _ALERTS.items():
        if isinstance(at, ssl.SSLError) and name in (at.reason or ""):
            return words
    return str(fault) or type(fault).__name__


def is_refusal(fault: BaseException) -> bool:
    """Whether it was we who refused the other side's certificate."""
    return isinstance(_behind(fault), ssl.SSLCertVerificationError)


def why_refused(place: tuple[str, int], ca_file: Path | None, wait_s: float) -> str | None:
    """Shake hands once more, to tell why a library that says nothing broke a connection off.

    Returns why the certificate at that host and port is refused; None when it is not.
    """
    remedy = (
        "name a PEM file in its ca_file: the authority's certificate, or the camera's own; "
        "if you know that it cannot be checked, write check_certificate: false"
    )
    try:
        context = trusting(ca_file, "ca_file")
        with (
            socket.create_connection(place, wait_s) as plain,
            context.wrap_socket(plain, server_hostname=place[0]),
        ):
            return None
    except ConfigError as fault:
        return str(fault)
    except OSError as fault:
        return explain(fault, remedy, remedy) if is_refusal(fault) else None


def _refused(fault: ssl.SSLCertVerificationError, remedy: str, names: str) -> str:
    code = fault.verify_code
    if code in _OUT_OF_TIME:
        return _OUT_OF_TIME[code]
    if code in _OTHER_NAME:
        return f"{_OTHER_NAME[code]}; {names}"
    return f"{_NOT_TRUSTED}; {remedy}" if code in _UNTRUSTED else f"{_NOT_TRUSTED}"


def _behind(fault: BaseException) -> ssl.SSLError | None:
    """Find the error of TLS that libraries have wrapped in theirs."""
    seen: set[int] = set()
    at: BaseException | None = fault
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        if isinstance(at, ssl.SSLError):
            return at
        at = at.__cause__ or at.__context__
    return None
