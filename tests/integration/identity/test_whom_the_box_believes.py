"""Every TLS client of the box refuses whom nobody vouches for, and names what to write where."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from brokers import DEVICE, SECRETS, SERVER, device_acl, start_broker
from certificates import Certificates, issue, sign_itself
from evidence_servers import serving as serving_door
from http_cameras import Shelf
from http_cameras import serving as serving_camera
from readings import GATE, Reading, read_live
from structlog.testing import capture_logs
from waiting import wait_until

from edge.config import load_site
from edge.delivery.enrolment import Authority, Newcomer, enrol
from edge.delivery.evidence_door import EvidenceDoor, NotAnnounced, ServerAddress, ServerAway
from edge.delivery.identity_files import IdentityFolder
from edge.delivery.mqtt_link import BrokerAddress, MqttLink
from edge.errors import ConfigError, DeliveryError
from edge.runtime.way_out import way_out
from edge.testing.conformance.link import Listener
from edge.testing.tally import Tally
from edge.trust import system_bundle
from edge.verbs import doctor_reach
from edge.verbs.doctor_reach import Place
from edge.verbs.finding import Grade
from edge.video.reader import ReaderLimits
from edge.video.source import HttpAddress, SourceSpec
from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.device import CameraCondition
from hazard_library.contract.enrolment import EnrolCode
from hazard_library.contract.ids import DeviceId

BOX = DeviceId(DEVICE)
LIMITS = ReaderLimits(connect_s=3.0, read_s=2.0)
NOT_TRUSTED = "not of an authority we trust"

# paho leaves the socket of a refused handshake to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def itself(tmp_path: Path) -> Certificates:
    return sign_itself(tmp_path / "itself")


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certificates:
    """An authority that this system believes."""
    made = issue(tmp_path / "ours")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.ca))
    return made


@pytest.fixture
def camera(itself: Certificates) -> Iterator[str]:
    with serving_camera(Shelf({}), itself.speaking()) as port:
        yield f"https://127.0.0.1:{port}/mjpeg"


def _read(address: HttpAddress) -> Reading:
    with read_live(SourceSpec(GATE, address), LIMITS) as one:
        wait_until(lambda: len(one.conditions) > 1)
    return one


def test_a_camera_that_signed_its_own_certificate_is_refused_with_its_remedy(camera: str) -> None:
    condition, said = _read(HttpAddress(camera)).conditions[1]
    assert condition is CameraCondition.OFFLINE
    assert "camera gate" in said
    assert NOT_TRUSTED in said
    assert "in its ca_file" in said
    assert "check_certificate: false" in said


def test_a_camera_is_believed_by_its_own_certificate_or_on_the_operators_word(
    camera: str, itself: Certificates
) -> None:
    named = HttpAddress(camera, ca_file=itself.certificate)
    for address in (named, HttpAddress(camera, check_certificate=False)):
        assert _read(address).said()[1] is CameraCondition.OK


def test_a_camera_is_believed_that_an_authority_of_this_system_vouches_for(
    ours: Certificates,
) -> None:
    assert system_bundle() == ours.ca
    with serving_camera(Shelf({}), ours.speaking()) as port:
        assert _read(HttpAddress(f"https://127.0.0.1:{port}/mjpeg")).said()[1] is CameraCondition.OK
        elsewhere = _read(HttpAddress(f"https://localhost:{port}/mjpeg")).conditions[1][1]
    assert "the certificate names another" in elsewhere


def test_a_ca_file_of_a_camera_that_holds_no_certificate_is_named(
    camera: str, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    said = _read(HttpAddress(camera, ca_file=wrong)).conditions[1][1]
    assert f"{wrong}: " in said
    assert "ca_file must name a PEM file" in said


def _told_of_broker(certificates: Certificates, folder: Path) -> tuple[bool, list[str]]:
    """Connect over TLS without a ca_file; return whether that went, and what was said."""
    extra = certificates.broker_config()
    broker = start_broker(folder, SECRETS, device_acl(SERVER, DEVICE), extra)
    address = BrokerAddress("127.0.0.1", broker.port, BOX, SECRETS[DEVICE], is_secure=True)
    tally = Tally()
    link = MqttLink(address, lambda: b"", tally)
    with capture_logs() as logs:
        link.start(Listener())
        wait_until(lambda: link.is_connected or tally["broker_unreachable"] > 0)
        is_connected = link.is_connected
        link.stop()
    broker.stop()
    return is_connected, [str(o["reason"]) for o in logs if o["event"] == "broker_not_reached"]


def test_a_broker_that_nobody_vouches_for_is_refused_with_the_field(
    itself: Certificates, tmp_path: Path
) -> None:
    is_connected, told = _told_of_broker(itself, tmp_path / "broker")
    assert not is_connected
    assert NOT_TRUSTED in told[0]
    assert "link.broker.ca_file" in told[0]


def test_a_broker_is_believed_that_an_authority_of_this_system_vouches_for(
    ours: Certificates, tmp_path: Path
) -> None:
    assert _told_of_broker(ours, tmp_path / "broker") == (True, [])


def test_a_server_that_nobody_vouches_for_gets_no_evidence_and_the_field_is_named(
    itself: Certificates,
) -> None:
    with serving_door(itself.speaking()) as server:
        door = EvidenceDoor(ServerAddress(server.url, BOX, SECRETS[DEVICE]))
        with pytest.raises(ServerAway, match=NOT_TRUSTED) as refused:
            door.ask("a" * 64)
        door.close()
        assert server.requests == []
        known = EvidenceDoor(
            ServerAddress(server.url, BOX, SECRETS[DEVICE], ca_file=itself.certificate)
        )
        assert known.ask("a" * 64) == NotAnnounced()
        known.close()
    assert "link.ca_file" in str(refused.value)
    assert "is the server up" not in str(refused.value)


def test_a_server_is_believed_that_an_authority_of_this_system_vouches_for(
    ours: Certificates,
) -> None:
    with serving_door(ours.speaking()) as server:
        door = EvidenceDoor(ServerAddress(server.url, BOX, SECRETS[DEVICE]))
        assert door.ask("a" * 64) == NotAnnounced()
        door.close()


def test_a_code_is_sent_to_nobody_whom_its_authority_does_not_vouch_for(
    itself: Certificates, tmp_path: Path
) -> None:
    other = issue(tmp_path / "other").ca.read_text()
    authority = Authority(other, "0" * 64, datetime(2026, 3, 2, tzinfo=UTC))
    code = EnrolCode("0" * 16, "0" * 16)
    with serving_door(itself.speaking()) as server:
        with pytest.raises(DeliveryError, match=NOT_TRUSTED):
            enrol(server.url, authority, code, Newcomer(BOX, b"k"), IdentityFolder(tmp_path / "i"))
        assert server.requests == []


def test_the_doctor_refuses_whom_the_box_refuses_and_says_the_same(itself: Certificates) -> None:
    with serving_door(itself.speaking()) as server:
        address = ServerAddress(server.url, BOX, SECRETS[DEVICE])
        at = Place("server", "127.0.0.1", int(server.url.rpartition(":")[2]), "https")
        now = datetime(2026, 3, 2, tzinfo=UTC)
        (finding,) = doctor_reach._reach(at, address.trusted(), now, address.remedy)
    assert finding.grade is Grade.BAD
    assert "link.ca_file" in finding.detail


def test_a_box_with_a_credential_speaks_tls_with_its_broker_when_it_is_told_to(
    tmp_path: Path,
) -> None:
    (tmp_path / "box.json").write_text('{"device": "box-1", "secret": "s"}')
    link: dict[str, object] = {"server": "https://h", "credential_file": "box.json"}
    source = {"kind": "file", "path": "a.mp4"}
    camera = {"id": "gate", "source": source, "hazards": [{"id": "FIRE-01"}]}
    document = {"site": "yard", "device": "box-1", "stores": "stores", "cameras": [camera]}
    found = []
    for broker in ({"host": "h", "port": 1883}, {"host": "h", "port": 8883, "tls": True}):
        file = tmp_path / "site.yaml"
        file.write_text(yaml.safe_dump(document | {"link": link | {"broker": broker}}))
        site = load_site(file, load_catalogue())
        assert site.config.link is not None
        found.append(way_out(site, site.config.link).broker.trusted())
    assert found[0] is None
    assert found[1] is not None
    assert found[1].verify_mode is ssl.CERT_REQUIRED


def test_what_is_said_in_the_clear_is_watched_unless_it_stays_on_this_machine() -> None:
    grades = []
    for host in ("127.0.0.1", "192.0.2.4"):
        found = doctor_reach._unencrypted(Place("broker", host, 1883, "link.broker.tls: true"), "")
        grades.append(found.grade)
    assert grades == [Grade.WELL, Grade.WATCH]


def test_no_context_of_an_address_leaves_anything_unchecked(tmp_path: Path) -> None:
    secure = BrokerAddress("h", 8883, BOX, "s", is_secure=True)
    for context in (secure.trusted(), ServerAddress("https://h", BOX, "s").trusted()):
        assert context is not None
        assert context.check_hostname
        assert context.verify_mode is ssl.CERT_REQUIRED
    with pytest.raises(ConfigError, match=r"link\.ca_file must name a PEM file"):
        ServerAddress("https://h", BOX, "s", ca_file=tmp_path / "no.pem").trusted()
