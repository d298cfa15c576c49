"""What went wrong when two programs tried to speak TLS, in words and with a remedy."""

import ssl

_CLOCK = "校时 / set this box's clock (timedatectl set-ntp true) and compare it with the server's"
#: OpenSSL's verify codes (`X509_V_ERR_…`).
_VERIFY = {
    9: f"对方证书尚未生效 / the other side's certificate is not valid yet; {_CLOCK}",
    10: f"对方证书已过期 / the other side's certificate has run out; renew it there, or {_CLOCK}",
    18: "对方证书不受信任 / the other side's certificate is not of the authority we trust",
    19: "对方证书不受信任 / the other side's certificate is not of the authority we trust",
    20: "对方证书不受信任 / the other side's certificate is not of the authority we trust",
    62: "证书名称不符 / the certificate names another host; use one of `devices.names` of "
    "server.yaml, or add this name there",
    64: "证书名称不符 / the certificate names another address; use one of `devices.names` of "
    "server.yaml, or add this address there",
}
#: What OpenSSL calls an alert that the other side sent.
_ALERTS = {
    "CERTIFICATE_REVOKED": "本机证书已被吊销 / this box's certificate is revoked; ask for a new "
    "code and run patrol edge enrol",
    "CERTIFICATE_EXPIRED": "本机证书已过期 / this box's certificate has run out; ask for a new "
    "code and run patrol edge enrol",
    "UNKNOWN_CA": "本机证书不受信任 / the server does not know the authority of this box's "
    "certificate; run patrol edge enrol with a code of this server",
}


def explain(fault: BaseException) -> str:
    """Return what is behind an error, or its own words when it is no matter of TLS."""
    seen: set[int] = set()
    at: BaseException | None = fault
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        if isinstance(at, ssl.SSLCertVerificationError) and at.verify_code in _VERIFY:
            return f"{_VERIFY[at.verify_code]} ({at.verify_message})"
        if isinstance(at, ssl.SSLError):
            for name, words in _ALERTS.items():
                if name in (at.reason or ""):
                    return words
        at = at.__cause__ or at.__context__
    return str(fault) or type(fault).__name__
