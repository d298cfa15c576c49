"""Mistakes in where a camera's pictures come from: each named with its place and remedy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge.config import load_site
from edge.config.secret_files import password_files
from edge.errors import ConfigError
from hazard_library.catalogue.load import Catalogue, load_catalogue

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def a_site() -> dict[str, Any]:
    camera = {
        "id": "gate",
        "source": {"kind": "file", "path": "a.mp4"},
        "hazards": [{"id": "FIRE-01"}],
    }
    return {"site": "yard", "device": "box-1", "stores": "stores", "cameras": [camera]}


def test_every_password_file_of_a_site_is_known_whatever_the_stream(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    """Who is not known here is neither watched for a new password nor looked at by the doctor."""
    wanted = a_site()
    secret = {"user": "u", "password_file": "a.password"}
    wanted["cameras"] = [
        {**wanted["cameras"][0], "id": "rtsp", "source": {"kind": "rtsp", "host": "h"} | secret},
        {
            **wanted["cameras"][0],
            "id": "web",
            "source": {"kind": "http", "url": "http://h/"} | secret,
        },
        {
            **wanted["cameras"][0],
            "id": "two",
            "evidence_source": {"kind": "rtsp", "host": "h"} | secret,
        },
    ]
    (tmp_path / "site.yaml").write_text(yaml.safe_dump(wanted), encoding="utf-8")
    (tmp_path / "a.password").write_text("secret\n")
    site = load_site(tmp_path / "site.yaml", catalogue)
    file = tmp_path / "a.password"
    assert list(password_files(site)) == [("rtsp", file), ("web", file), ("two", file)]


CASES: list[tuple[str, Change, str]] = [
    (
        "web address with its password",
        lambda d: d["cameras"][0].update(source={"kind": "http", "url": "http://u:p@h/x"}),
        "is no web address, or holds a user: write https://host/path",
    ),
    (
        "trust without encryption",
        lambda d: d["cameras"][0].update(
            source={"kind": "http", "url": "http://h/x", "ca_file": "ca.pem"}
        ),
        "nothing is encrypted here; write https in the url or remove it",
    ),
    (
        "trust in somebody and in everybody",
        lambda d: d["cameras"][0].update(
            source={
                "kind": "http",
                "url": "https://h/x",
                "ca_file": "ca.pem",
                "check_certificate": False,
            }
        ),
        "check_certificate: says false, and ca_file whom to believe; remove one of both",
    ),
    (
        "a broker's port for TLS without TLS",
        lambda d: d.update(
            link={
                "broker": {"host": "h", "port": 8883},
                "server": "https://h",
                "credential_file": "c.json",
            }
        ),
        "link.broker.port: 8883 is the port of MQTT over TLS",
    ),
    (
        "authority that is not there",
        lambda d: d["cameras"][0].update(
            source={"kind": "http", "url": "https://h/x", "ca_file": "ca.pem"}
        ),
        "ca.pem; create it or mend the path",
    ),
    (
        "replayed web address without a beginning",
        lambda d: d["cameras"][0].update(
            source={"kind": "http", "url": "http://h/x.mp4"}, mode="replay"
        ),
        "a replayed film needs the moment of its first picture; add start_at",
    ),
    (
        "main stream of a replay",
        lambda d: d["cameras"][0].update(
            evidence_source={"kind": "rtsp", "host": "h"}, mode="replay"
        ),
        "evidence_source: a replay has one stream; remove it or write mode: live",
    ),
    (
        "main stream's password file that is not there",
        lambda d: d["cameras"][0].update(
            evidence_source={"kind": "rtsp", "host": "h", "user": "u", "password_file": "no.txt"}
        ),
        "evidence_source.password_file: there is no file",
    ),
    (
        "reference view that is not there",
        lambda d: d["cameras"][0].update(reference_view="no.jpg"),
        "no.jpg; create it or mend the path",
    ),
]


@pytest.mark.parametrize(
    ("change", "said"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_each_kind_of_mistake_is_named_with_its_place_and_remedy(
    tmp_path: Path, catalogue: Catalogue, change: Change, said: str
) -> None:
    site, file = a_site(), tmp_path / "site.yaml"
    change(site)
    file.write_text(yaml.safe_dump(site, sort_keys=False))
    with pytest.raises(ConfigError) as fault:
        load_site(file, catalogue)
    lines = str(fault.value).splitlines()
    assert all(line.removeprefix(f"{file}:").split(":")[0].isdigit() for line in lines)
    assert any(said in line for line in lines), lines


@pytest.mark.parametrize(
    "source",
    [
        {"kind": "http", "url": "http://192.0.2.1:8080/video.mjpg?size=1"},
        {"kind": "http", "url": "https://[2001:db8::1]/a@b.ts"},
        {"kind": "rtsp", "host": "192.0.2.1", "transport": "udp"},
    ],
)
def test_sources_that_are_well(
    tmp_path: Path, catalogue: Catalogue, source: dict[str, object]
) -> None:
    site, file = a_site(), tmp_path / "site.yaml"
    site["cameras"][0] |= {"source": source, "evidence_source": source, "unwatched": ["moved"]}
    file.write_text(yaml.safe_dump(site))
    assert load_site(file, catalogue).cameras[0].evidence_source is not None
