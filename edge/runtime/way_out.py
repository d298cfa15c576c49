"""Where a box reports and as whom: an identity fetched by enrolment, or a credential file."""

import ssl
from dataclasses import dataclass, field

from edge.config import Site
from edge.config.site import BrokerConfig, LinkConfig
from edge.delivery.evidence_door import ServerAddress
from edge.delivery.identity_files import Enrolled, IdentityFolder
from edge.delivery.mqtt_link import BrokerAddress
from edge.disk.stores import IDENTITY
from edge.errors import ConfigError
from edge.runtime.credential import read_secret


@dataclass(frozen=True, slots=True)
class Certified:
    """An enrolled box: its files, and what speaks TLS with them for broker and server alike."""

    folder: IdentityFolder
    identity: Enrolled
    context: ssl.SSLContext = field(repr=False)


@dataclass(frozen=True, slots=True)
class WayOut:
    """Both addresses; certified: None for a box with a credential file."""

    broker: BrokerAddress
    server: ServerAddress
    certified: Certified | None


def way_out(site: Site, link: LinkConfig) -> WayOut:
    """Return where the box reports and as whom.

    Raises:
        ConfigError: certificate or credential cannot be used, or belong to another box.
    """
    if link.credential_file is None:
        return _by_certificate(site, link)
    device = site.config.device
    secret = read_secret(site.path(link.credential_file), device)
    if link.broker is None or link.server is None:
        raise ConfigError(f"{site.files[0]}: link: broker and server are missing; add them")
    ca_file = link.broker.ca_file
    broker = BrokerAddress(
        host=link.broker.host,
        port=link.broker.port,
        device=device,
        secret=secret,
        is_secure=link.broker.tls or ca_file is not None,
        ca_file=None if ca_file is None else site.path(ca_file),
    )
    return WayOut(broker, _server(site, link, link.server, secret, None), None)


def _by_certificate(site: Site, link: LinkConfig) -> WayOut:
    folder = IdentityFolder(site.stores / IDENTITY)
    identity, device = folder.read(), site.config.device
    if identity.device != device:
        raise ConfigError(
            f"{site.files[0]}: device: {device} holds the certificate of {identity.device} in "
            f"{site.stores / IDENTITY}; mend the id, or enrol this box with a code of its own"
        )
    context = identity.context()
    told = link.broker or BrokerConfig(host=identity.broker_host, port=identity.broker_port)
    broker = BrokerAddress(told.host, told.port, device, secret=None, tls=context)
    server = _server(site, link, link.server or identity.server, None, context)
    return WayOut(broker, server, Certified(folder, identity, context))


def _server(
    site: Site, link: LinkConfig, url: str, secret: str | None, tls: ssl.SSLContext | None
) -> ServerAddress:
    return ServerAddress(
        url=url,
        device=site.config.device,
        secret=secret,
        ca_file=None if link.ca_file is None else site.path(link.ca_file),
        tls=tls,
    )
