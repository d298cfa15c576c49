"""`patrol edge enrol`: the box fetches its certificate from the server."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from edge.config import load_site
from edge.delivery import enrolment
from edge.delivery.enrolment import Newcomer
from edge.delivery.identity_files import Enrolled, IdentityFolder
from edge.disk.stores import IDENTITY, SIGNING_KEY
from edge.errors import ConfigError
from edge.evidence import identity_key
from edge.fleet.system_clock import SystemClock
from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.enrolment import read_code
from hazard_library.contract.ids import DeviceId


@dataclass(frozen=True, slots=True)
class EnrolOptions:
    """What was asked: a code and a server, or `renew`. One of config and stores is given."""

    code: str | None
    server: str | None
    config: Path | None
    stores: Path | None
    renew: bool


def enrol(options: EnrolOptions) -> int:
    """Fetch the first certificate, or the next one, and say what it is.

    Raises:
        ConfigError: the words do not go together, or the identity cannot be kept.
        DeliveryError: the server refuses, is another one, or cannot be reached.
    """
    stores, device = _place(options)
    folder = IdentityFolder(stores / IDENTITY)
    if options.renew:
        if options.code is not None or options.server is not None:
            raise ConfigError("--renew needs neither a code nor --server; leave them out")
        made = enrolment.renew(folder.read(), folder)
        enrolment.confirm(made)
        _tell(made)
        return 0
    if options.code is None or options.server is None:
        raise ConfigError("give the code and --server, or --renew; the server's operator has both")
    made = _first(options.code, _address(options.server), stores, device)
    _tell(made)
    return 0


def _first(text: str, server: str, stores: Path, device: DeviceId | None) -> Enrolled:
    code = read_code(text)
    authority = enrolment.ask_authority(server)
    enrolment.check_pin(server, authority, code)
    ahead = enrolment.check_clock(authority, SystemClock().now().utc)
    print(
        f"根证书指纹 authority SHA-256: {authority.fingerprint}（与注册码相符 as the code names）"
    )
    print(f"时钟差 this box's clock minus the server's: {ahead.total_seconds():+.1f} s")
    key = identity_key.load_or_create(stores / SIGNING_KEY)
    box = Newcomer(device, identity_key.public_bytes(key))
    return enrolment.enrol(server, authority, code, box, IdentityFolder(stores / IDENTITY))


def _tell(made: Enrolled) -> None:
    print(f"设备 device: {made.device}")
    print(f"证书有效至 certificate valid until: {made.expires_at:%Y-%m-%d %H:%M} UTC")
    print(f"自动续期 a running box renews it from: {made.renew_at:%Y-%m-%d %H:%M} UTC")
    print(f"密钥与证书 key and certificate (never leave this box): {made.own}")
    print(
        f"消息 messages to: {made.broker_host}:{made.broker_port}; 证据 evidence to: {made.server}"
    )


def _place(options: EnrolOptions) -> tuple[Path, DeviceId | None]:
    if options.config is None:
        if options.stores is None:
            raise ConfigError("give --config or --stores")
        return options.stores, None
    site = load_site(options.config, load_catalogue(), is_enrolled=False)
    return site.stores, site.config.device


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname:
        raise ConfigError(
            f"--server {text}: must be https://name:port, the server's door for boxes "
            "(devices.port of server.yaml)"
        )
    return f"https://{parts.netloc}"
