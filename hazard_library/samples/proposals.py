"""What a server offers: pages of proposals and their key frames, read over HTTP.

Fields that we do not know are let be: a newer server may say more.
"""

import hashlib
import ipaddress
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from hazard_library.errors import SampleError
from hazard_library.samples.verdict import Decision, Reason

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 100_000_000
_TIMEOUT_S = 30.0


class _Told(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ProposedBox(_Told):
    """One object that the model saw, in pixels; `subject` if it was the finding itself."""

    label: str
    score: float = Field(ge=0, le=1)
    box: tuple[float, float, float, float]
    subject: bool


class ProposedModel(_Told):
    """A model package that the box used."""

    name: str
    version: str


class Frame(_Told):
    """The key frame's file."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int = Field(ge=1, le=MOST_BYTES)
    media_type: str
    redaction: str


class Proposal(_Told):
    """One key frame of a decided lead; places and firms are pseudonyms."""

    id: UUID
    lead: UUID
    hazard: str
    verdict: Decision
    reason: Reason | None
    decided_at: AwareDatetime
    taken_at: AwareDatetime
    incident: str
    camera: str
    site: str
    enterprise: str
    frame: Frame
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    persons: int
    boxes: tuple[ProposedBox, ...]
    models: tuple[ProposedModel, ...]
    measured: dict[str, float]
    required: dict[str, float]


class Withheld(_Told):
    """What a page does not offer, counted."""

    no_consent: int
    no_picture: int


class Page(_Told):
    """A stretch of the verdicts; go on behind `last`."""

    items: tuple[Proposal, ...]
    ended: tuple[UUID, ...]
    withheld: Withheld
    last: int
    has_more: bool
    consents: int


class FrameRefused(SampleError):
    """One key frame cannot be had; the others can."""


class Server:
    """One bureau's server, seen with a maintainer's token."""

    def __init__(self, client: "httpx.Client", name: str) -> None:
        self._client = client
        self.name = name

    @classmethod
    def at(cls, url: str, token: str, ca_file: Path | None = None) -> Self:
        """Prepare to ask the server at an address such as `https://patrol.example.cn`.

        Raises:
            SampleError: the address cannot be used, or would show the token to the network.
        """
        import httpx  # noqa: PLC0415 - belongs to the extra `library`

        name = _name(url)
        try:
            trusted: ssl.SSLContext | bool = (
                ssl.create_default_context(cafile=ca_file) if ca_file else True
            )
        except OSError as error:
            message = f"{ca_file}: no usable certificate authority ({error}); name its PEM file"
            raise SampleError(message) from error
        client = httpx.Client(
            base_url=f"{url.rstrip('/')}/api/v1/samples",
            headers={"Authorization": f"Bearer {token}"},
            timeout=_TIMEOUT_S,
            verify=trusted,
            trust_env=False,
        )
        return cls(client, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def page(self, after: int) -> Page:
        """Fetch the page behind a number; 0 begins.

        Raises:
            SampleError: the server is away, refuses the token or answers something else.
        """
        answer = self._get("/proposals", after=after)
        self._check(answer)
        try:
            return Page.model_validate_json(answer.content)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(step) for step in first["loc"])
            message = f"{self.name}: {where}: {first['msg']}; is this a hazard-patrol server?"
            raise SampleError(message) from error

    def frame(self, proposal: Proposal) -> bytes:
        """Fetch a key frame whose bytes are the announced ones.

        Raises:
            FrameRefused: the server does not give it, or gives other bytes.
            SampleError: the server is away or refuses the token.
        """
        answer = self._get(f"/frames/{proposal.id}")
        if answer.status_code in _FRAME_FAULTS:
            raise FrameRefused(f"{_FRAME_FAULTS[answer.status_code]}; {_detail(answer)}")
        self._check(answer)
        digest = hashlib.sha256(answer.content).hexdigest()
        if digest != proposal.frame.sha256:
            message = f"is {digest}, announced was {proposal.frame.sha256}; look at the server"
            raise FrameRefused(message)
        return answer.content

    def _get(self, path: str, **query: int) -> "httpx.Response":
        import httpx  # noqa: PLC0415 - belongs to the extra `library`

        try:
            return self._client.get(path, params=query)
        except httpx.TransportError as error:
            message = f"{self.name}: does not answer ({error}); check --server and the network"
            raise SampleError(message) from error

    def _check(self, answer: "httpx.Response") -> None:
        if answer.is_success:
            return
        remedy = _REMEDIES.get(answer.status_code, "look at the server's log")
        message = f"{self.name}: {answer.status_code}: {_detail(answer)}; {remedy}"
        raise SampleError(message)


_FRAME_FAULTS = {404: "no longer offered", 422: "altered at the server"}
_REMEDIES = {
    401: "make a token with patrol server library-token and name its file with --token-file",
    403: "the token's account must be a maintainer's",
    404: "name the server's own address with --server",
    503: "try again later",
}


def read_token(file: Path) -> str:
    """Read the token that `patrol server library-token` wrote.

    Raises:
        SampleError: the file cannot be read or holds something else.
    """
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file}: no readable token ({error}); make one: patrol server library-token"
        raise SampleError(message) from error
    if not token or not token.isascii() or " " in token or "\n" in token:
        raise SampleError(f"{file}: holds no token; make one: patrol server library-token")
    return token


def _name(url: str) -> str:
    """Return host and port of a server's address, by which the library remembers it."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SampleError(f"--server {url}: write an address such as https://patrol.example.cn")
    if parts.scheme == "http" and not _is_this_machine(parts.hostname):
        message = f"--server {url}: plain http would show the token to the network; use https"
        raise SampleError(message)
    return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _detail(answer: "httpx.Response") -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return "no reason given"
