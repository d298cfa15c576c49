"""Where a camera's pictures come from, as data. User, password and host are separate fields."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal, assert_never
from urllib.parse import quote, urlsplit

from edge.video.picture_health import Watch
from hazard_library.contract.evidence import PrivacyMask
from hazard_library.contract.ids import CameraId

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Mode(StrEnum):
    """How a source is read.

    live: at the pace of the world; whoever is late loses pictures.
    replay: a file at the pace of its reader; nothing is dropped, the outcome is repeatable.
    """

    LIVE = "live"
    REPLAY = "replay"


@dataclass(frozen=True, slots=True)
class FileAddress:
    """A film on this machine."""

    path: Path


@dataclass(frozen=True, slots=True)
class RtspAddress:
    """A camera on the network. `path` may carry a query, as in `/Streaming/Channels/101?x=1`."""

    host: str
    port: int = 554
    path: str = "/"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    transport: Literal["tcp", "udp"] = "tcp"


@dataclass(frozen=True, slots=True)
class HttpAddress:
    """A film or an endless stream behind a web address; `url` holds no user and no password.

    ca_file: the authority that must have signed the other side's certificate; None: one of this
    system's. check_certificate: False believes whoever answers.
    """

    url: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    check_certificate: bool = True

    @property
    def host(self) -> str:
        """Name or address of the machine."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port, said or usual."""
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)


Address = FileAddress | RtspAddress | HttpAddress


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """One source, fully said.

    loop: a live file begins again at its end (for demonstrations).
    start_at: what a replayed file's first picture is called in UTC.
    sample_fps: hand on at most so many pictures a second of stream time; None hands on every one.
    masks: areas that are never recorded; the reader burns them in before anybody gets a picture.
    watch: what is looked for in the pictures themselves.
    main: the camera's main stream, which clips are cut from; None: it has this one alone.
    """

    camera: CameraId
    address: Address
    mode: Mode = Mode.LIVE
    loop: bool = False
    start_at: datetime = _EPOCH
    sample_fps: float | None = None
    masks: tuple[PrivacyMask, ...] = ()
    watch: Watch = field(default_factory=Watch)
    main: Address | None = None

    @property
    def clock_source(self) -> Literal["arrival", "file"]:
        """What capture times rest on: the box's clock at arrival, or the file's own times."""
        return "file" if self.mode is Mode.REPLAY else "arrival"


def open_url(address: Address) -> str:
    """Write the address for the library that opens it, user and password encoded. Never log it."""
    match address:
        case FileAddress():
            return f"file:{address.path}"
        case RtspAddress():
            return f"rtsp://{_credentials(address)}{_place(address)}"
        case HttpAddress():
            scheme, _, place = address.url.partition("://")
            return f"{scheme}://{_credentials(address)}{place}"
        case _:
            assert_never(address)


def shown_url(address: Address) -> str:
    """Write the address for people: what is secret is left out."""
    match address:
        case FileAddress():
            return str(address.path)
        case RtspAddress():
            user = "***@" if address.user is not None else ""
            return f"rtsp://{user}{_place(address).partition('?')[0]}"
        case HttpAddress():
            user = "***@" if address.user is not None else ""
            scheme, _, place = address.url.partition("?")[0].partition("://")
            return f"{scheme}://{user}{place}"
        case _:
            assert_never(address)


def _credentials(address: RtspAddress | HttpAddress) -> str:
    if address.user is None:
        return ""
    password = "" if address.password is None else ":" + quote(address.password, safe="")
    return f"{quote(address.user, safe='')}{password}@"


def _place(address: RtspAddress) -> str:
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"{host}:{address.port}/{address.path.lstrip('/')}"
