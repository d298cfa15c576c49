"""The server's door for evidence: resumable chunks over HTTP, addressed by hash."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from edge.errors import DeliveryError
from edge.trust import ENROL_ANEW, explain, is_refusal, trusting
from hazard_library.contract.ids import DeviceId

_OK, _NOT_FOUND = 200, 404
_NO_ENTRY = frozenset({401, 403})
#: Answers that say nothing about the file that was asked for.
_AWAY = _NO_ENTRY | {429, 502, 503, 504}

_NAME_IT = "name a PEM file with its authority's certificate in link.ca_file"


class ServerAway(DeliveryError):
    """The server cannot be reached or does not let us in: no file has a chance just now."""


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where the server is and who we are: the same device id and secret as for the broker.

    ca_file: certificates to trust with https; None: those of the system. tls: speaks for an
    enrolled box with its certificate, which needs no secret.
    """

    url: str
    device: DeviceId
    secret: str | None = field(repr=False)
    ca_file: Path | None = None
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    connect_timeout_s: float = 5.0
    answer_timeout_s: float = 30.0

    def trusted(self) -> ssl.SSLContext:
        """Return what checks the server's certificate.

        Raises:
            ConfigError: ca_file holds no certificate.
        """
        return trusting(self.ca_file, "link.ca_file") if self.tls is None else self.tls

    @property
    def remedy(self) -> str:
        """What to do when the server's certificate is not trusted."""
        return _NAME_IT if self.tls is None else ENROL_ANEW


@dataclass(frozen=True, slots=True)
class Held:
    """The server holds this many bytes of the file so far."""

    offset: int


@dataclass(frozen=True, slots=True)
class Complete:
    """The server holds the whole file and has checked its hash."""


@dataclass(frozen=True, slots=True)
class NotAnnounced:
    """The server has not yet read the event or manifest that names the file."""


@dataclass(frozen=True, slots=True)
class HashDiffers:
    """All bytes arrived, but they have another hash; the server has thrown them away."""


@dataclass(frozen=True, slots=True)
class TooLarge:
    """The server will not take a file of this size."""


Answer = Held | Complete | NotAnnounced | HashDiffers | TooLarge


class EvidenceDoor:
    """One HTTP connection, used by one thread."""

    def __init__(self, address: ServerAddress) -> None:
        self._remedy = address.remedy
        self._shows_certificate = address.tls is not None
        self._http = httpx.Client(
            base_url=address.url,
            auth=None if address.secret is None else (address.device, address.secret),
            timeout=httpx.Timeout(address.answer_timeout_s, connect=address.connect_timeout_s),
            trust_env=False,
            verify=address.trusted(),
        )

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def ask(self, sha256: str) -> Answer:
        """Ask how much of a file the server holds.

        Raises:
            ServerAway: the server cannot be reached or does not let us in.
            DeliveryError: it answers out of turn.
        """
        answer = self._call(self._http.build_request("HEAD", _path(sha256)))
        if answer.status_code == _NOT_FOUND:
            return NotAnnounced()
        if answer.status_code != _OK:
            raise _out_of_turn(answer)
        return Complete() if _is_complete(answer) else Held(_offset(answer))

    def push(self, sha256: str, offset: int, total: int, chunk: bytes) -> Answer:
        """Send the bytes that begin at `offset`.

        Raises:
            ServerAway: the server cannot be reached or does not let us in.
            DeliveryError: it answers out of turn.
        """
        headers = {
            "Upload-Offset": str(offset),
            "Upload-Length": str(total),
            "Content-Type": "application/octet-stream",
        }
        request = self._http.build_request("PATCH", _path(sha256), content=chunk, headers=headers)
        answer = self._call(request)
        match answer.status_code:
            case 204 | 409:
                return Complete() if _is_complete(answer) else Held(_offset(answer))
            case 404:
                return NotAnnounced()
            case 413:
                return TooLarge()
            case 422:
                return HashDiffers()
            case _:
                raise _out_of_turn(answer)

    def _call(self, request: httpx.Request) -> httpx.Response:
        try:
            return self._http.send(request)
        except httpx.HTTPError as error:
            said = f"{self._http.base_url}: {explain(error, self._remedy)}"
            fault = said if is_refusal(error) else f"{said}; {self._doubt(error)}"
            raise ServerAway(fault) from error

    def _doubt(self, error: httpx.HTTPError) -> str:
        """Name what to look at: a refused certificate ends a connection without a word."""
        cut = isinstance(error, httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError)
        if self._shows_certificate and cut:
            return "it may refuse this box's certificate (本机证书可能被拒绝); is the server up?"
        return "is the server up?"


def _path(sha256: str) -> str:
    return f"/api/v1/device/evidence/{sha256}"


def _is_complete(answer: httpx.Response) -> bool:
    """Only the server's word counts: all bytes may be there and not yet be checked."""
    return bool(answer.headers.get("Upload-Complete") == "1")


def _offset(answer: httpx.Response) -> int:
    text = answer.headers.get("Upload-Offset", "")
    if not text.isdecimal():
        fault = f"{answer.request.method} {answer.request.url}: no Upload-Offset in the answer"
        raise DeliveryError(fault)
    return int(text)


def _out_of_turn(answer: httpx.Response) -> DeliveryError:
    place = f"{answer.request.method} {answer.request.url}"
    if answer.status_code in _NO_ENTRY:
        return ServerAway(
            f"{place}: {answer.status_code}; the server refuses this box: its certificate or "
            "link.credential_file is another box's, or it is revoked; enrol it anew"
        )
    kind = ServerAway if answer.status_code in _AWAY else DeliveryError
    return kind(f"{place}: answered {answer.status_code}; look at the server's log")
