"""The doctor looks outwards: cameras, broker, server, and how long certificates last."""

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography import x509

from edge.config import CameraConfig, Site
from edge.errors import EdgeError
from edge.ports import Clock
from edge.runtime.source_specs import source_spec
from edge.runtime.way_out import way_out
from edge.trust import ENROL_ANEW, explain
from edge.verbs.finding import Finding, bad, watch, well
from edge.video.glimpse import glimpse

_AT_ONCE = 8
_WATCHED_S = 2.0
_REACH_S = 5.0
_SOON = timedelta(days=30)
_HTTP, _HTTPS = 80, 443
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


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
    url = urlsplit(server.url)
    is_secure = url.scheme == "https"
    try:
        tls, context = broker.trusted(), server.trusted() if is_secure else None
    except EdgeError as fault:
        yield bad("link", str(fault), "换成正确的 PEM 文件。", "Name the right PEM file there.")
        return
    at = Place("broker", broker.host, broker.port, "link.broker.tls: true")
    yield from _reach(at, tls, now, broker.remedy)
    port = url.port or (_HTTPS if is_secure else _HTTP)
    at = Place("server", url.hostname or "", port, "https in link.server")
    yield from _reach(at, context, now, server.remedy)


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody of the bureau listens. tls: what to write to speak TLS there."""

    topic: str
    host: str
    port: int
    tls: str

    @property
    def is_here(self) -> bool:
        """Whether what is said never leaves this machine."""
        return self.host in _HERE


def _reach(
    at: Place, tls: ssl.SSLContext | None, now: datetime, remedy: str = ENROL_ANEW
) -> Iterator[Finding]:
    topic, where = at.topic, f"{at.host}:{at.port}"
    place = (at.host, at.port)
    try:
        with socket.create_connection(place, _REACH_S) as plain:
            if tls is None:
                yield _unencrypted(at, f"{where} answers, without TLS")
                return
            with tls.wrap_socket(plain, server_hostname=place[0]) as secured:
                raw = secured.getpeercert(binary_form=True)
    except OSError as fault:
        yield bad(
            topic,
            f"{where}: {explain(fault, remedy)}",
            "检查网络、地址、端口、防火墙和证书。",
            "Check network, address, port, firewall and certificate.",
        )
        return
    yield well(topic, f"{where} answers over TLS")
    if raw is not None:
        certificate = x509.load_der_x509_certificate(raw)
        yield _lasts(f"certificate of {topic}", certificate.not_valid_after_utc, now)


def _unencrypted(at: Place, said: str) -> Finding:
    if at.is_here:
        return well(at.topic, said)
    return watch(
        at.topic,
        f"{said}: the box's secret and its pictures can be read on the way",
        f"改用 TLS：{at.tls}，自签根证书写入 ca_file。",
        f"Use TLS: write {at.tls}, and its authority in ca_file if it is not a public one.",
    )


def _lasts(topic: str, until: datetime, now: datetime) -> Finding:
    said = f"until {until:%Y-%m-%d}"
    zh, en = "续期证书；设备自己的证书运行 patrol edge enrol --renew。", "Renew it in time."
    if until <= now:
        return bad(topic, said, zh, en)
    return watch(topic, said, zh, en) if until - now < _SOON else well(topic, said)
