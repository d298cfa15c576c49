"""The doctor looks outwards: cameras, broker, server, and how long certificates last."""

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from edge.config import CameraConfig, Site
from edge.delivery.tls_words import explain
from edge.errors import EdgeError
from edge.ports import Clock
from edge.runtime.source_specs import source_spec
from edge.runtime.way_out import way_out
from edge.verbs.finding import Finding, bad, watch, well
from edge.video.glimpse import glimpse

_AT_ONCE = 8
_WATCHED_S = 2.0
_REACH_S = 5.0
_SOON = timedelta(days=30)
_HTTP, _HTTPS = 80, 443


def cameras(site: Site, clock: Clock) -> tuple[Finding, ...]:
    """Watch every camera for two seconds, several at once."""
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="glimpse") as helpers:
        return tuple(helpers.map(lambda camera: _camera(site, camera, clock), site.cameras))


def _camera(site: Site, camera: CameraConfig, clock: Clock) -> Finding:
    topic = f"camera {camera.id}"
    try:
        seen = glimpse(source_spec(site, camera), clock, _WATCHED_S)
    except EdgeError as fault:
        return bad(
            topic,
            str(fault).removeprefix(f"{topic}: "),
            "检查电源、网线、地址、端口、路径、用户名和密码。",
            "The sentence says what to mend.",
        )
    height, width = seen.pixels.shape[:2]
    fps = "" if seen.fps is None else f" {seen.fps:.0f} fps"
    said = f"{seen.codec} {width}x{height}{fps}"
    if seen.worry:
        return watch(
            topic,
            f"{said}; {seen.worry}",
            "擦净镜头，改善照明，或重启摄像机。",
            "Clean the lens, light the place, or restart the camera.",
        )
    return well(topic, said)


def link(site: Site, clock: Clock) -> Iterator[Finding]:
    """Whether broker and server answer, and until when certificates are good."""
    if site.config.link is None:
        yield watch(
            "link",
            "none: everything stays in the stores",
            "需要上报时填写 link，见操作指南。",
            "Write link: when the box shall report.",
        )
        return
    try:
        way = way_out(site, site.config.link)
    except EdgeError as fault:
        yield bad("identity", str(fault), "按说明重新登记设备。", "Enrol the box, as it says.")
        return
    now = clock.now().utc
    if way.certified is not None:
        yield _lasts("own certificate", way.certified.identity.expires_at, now)
    broker, server = way.broker, way.server
    tls = broker.tls or _trusting(broker.ca_file)
    yield from _reach("broker", (broker.host, broker.port), tls, now)
    url = urlsplit(server.url)
    secure = url.scheme == "https"
    port = url.port or (_HTTPS if secure else _HTTP)
    context = server.tls or (ssl.create_default_context(cafile=server.ca_file) if secure else None)
    yield from _reach("server", (url.hostname or "", port), context if secure else None, now)


def _trusting(ca_file: Path | None) -> ssl.SSLContext | None:
    return None if ca_file is None else ssl.create_default_context(cafile=ca_file)


def _reach(
    topic: str, place: tuple[str, int], tls: ssl.SSLContext | None, now: datetime
) -> Iterator[Finding]:
    where = f"{place[0]}:{place[1]}"
    try:
        with socket.create_connection(place, _REACH_S) as plain:
            if tls is None:
                yield well(topic, f"{where} answers, without TLS")
                return
            with tls.wrap_socket(plain, server_hostname=place[0]) as secured:
                raw = secured.getpeercert(binary_form=True)
    except OSError as fault:
        yield bad(
            topic,
            f"{where}: {explain(fault)}",
            "检查网络、地址、端口、防火墙和证书。",
            "Check network, address, port, firewall and certificate.",
        )
        return
    yield well(topic, f"{where} answers over TLS")
    if raw is not None:
        certificate = x509.load_der_x509_certificate(raw)
        yield _lasts(f"certificate of {topic}", certificate.not_valid_after_utc, now)


def _lasts(topic: str, until: datetime, now: datetime) -> Finding:
    said = f"until {until:%Y-%m-%d}"
    zh, en = "续期证书；设备自己的证书运行 patrol edge enrol --renew。", "Renew it in time."
    if until <= now:
        return bad(topic, said, zh, en)
    return watch(topic, said, zh, en) if until - now < _SOON else well(topic, said)
