"""From the one-time code to evidence at the server, and out again: real broker, real TLS."""

import ssl
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from certificates import issue_client
from certified_bureau import BOX, CLOCK, CertifiedBureau, certified_bureau
from waiting import wait_until

from edge.cli import main
from edge.delivery import enrolment as desk
from edge.delivery.evidence_door import Complete, EvidenceDoor, ServerAddress, ServerAway
from edge.delivery.identity_files import Enrolled, IdentityFolder
from edge.delivery.mqtt_link import BrokerAddress, MqttLink
from edge.testing.conformance.link import Listener
from edge.testing.tally import Tally
from hazard_library.contract.device import Ack, Outcome
from hazard_library.contract.enrolment import new_code
from hazard_library.contract.ids import DeviceId
from hazard_library.contract.topics import Channel
from server.fleet import service as fleet
from server.fleet.authority import Authority
from server.kit.db import Database
from server.testing.bureau import BY
from server.testing.fake_device import FakeDevice, file_ref

# paho leaves the socket of a refused handshake to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

PICTURE = b"a picture of a bare head"


@pytest.fixture
def bureau(own_database: Database, tmp_path: Path) -> Iterator[CertifiedBureau]:
    with certified_bureau(own_database, tmp_path / "server") as running:
        yield running


@dataclass
class EnrolledBox:
    """A box in the hands of a test: its stores, its identity, and what it heard."""

    stores: Path
    identity: Enrolled
    tally: Tally = field(default_factory=Tally)
    heard: Listener = field(default_factory=Listener)

    @property
    def folder(self) -> IdentityFolder:
        return IdentityFolder(self.stores / "identity")

    @contextmanager
    def linked(
        self, bureau: CertifiedBureau, tls: ssl.SSLContext | None = None
    ) -> Iterator[MqttLink]:
        context = tls or self.identity.context()
        device = self.identity.device
        place = BrokerAddress("127.0.0.1", bureau.broker_port, device, None, tls=context)
        link = MqttLink(place, lambda: b"offline", self.tally)
        link.start(self.heard)
        try:
            yield link
        finally:
            link.stop()

    def outcomes(self) -> list[Outcome]:
        acks = [Ack.model_validate_json(p) for c, p in self.heard.messages if c is Channel.ACK]
        return [receipt.outcome for ack in acks for receipt in ack.receipts]


def enrolled(bureau: CertifiedBureau, stores: Path, device: DeviceId = BOX) -> EnrolledBox:
    words = ["enrol", bureau.code(device), "--server", bureau.door, "--stores", str(stores)]
    assert main(["edge", *words]) == 0
    bureau.keeper.step()
    return EnrolledBox(stores, IdentityFolder(stores / "identity").read())


def upload(bureau: CertifiedBureau, box: FakeDevice, tls: ssl.SSLContext, content: bytes) -> object:
    door = EvidenceDoor(ServerAddress(bureau.door, box.id, None, tls=tls))
    try:
        door.ask(file_ref(content).sha256)
        return door.push(file_ref(content).sha256, 0, len(content), content)
    finally:
        door.close()


def test_a_code_brings_events_and_evidence_to_the_server(
    bureau: CertifiedBureau, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box = enrolled(bureau, tmp_path / "stores")
    said = capsys.readouterr().out
    assert bureau.authority.fingerprint in said
    assert "box-1" in said
    own = box.identity.own
    assert stat.S_IMODE(own.stat().st_mode) == 0o600
    event = FakeDevice(BOX).event(opened_at=CLOCK.now(), evidence=[file_ref(PICTURE)])
    with box.linked(bureau) as link:
        wait_until(lambda: link.is_connected)
        wait_until(lambda: link.publish(Channel.INCIDENT, event.to_bytes()))
        wait_until(lambda: box.outcomes() == [Outcome.ACCEPTED], what="the server's receipt")
    taken = upload(bureau, FakeDevice(BOX), box.identity.context(), PICTURE)
    assert taken == Complete()


def test_a_revoked_box_is_refused_at_both_doors_within_a_minute(
    bureau: CertifiedBureau, tmp_path: Path
) -> None:
    box = enrolled(bureau, tmp_path / "stores")
    other = enrolled(bureau, tmp_path / "other", DeviceId("box-2"))
    with bureau.keeping(), box.linked(bureau) as link, other.linked(bureau) as others:
        wait_until(lambda: link.is_connected and others.is_connected)
        with bureau.database.writing() as db:
            fleet.revoke(db, CLOCK.now(), BY, BOX, "stolen")
        with pytest.raises(ServerAway, match="401"):
            upload(bureau, FakeDevice(BOX), box.identity.context(), PICTURE)
        wait_until(lambda: box.tally["broker_hung_up"] >= 2, 60, "the broker refuses the box")
        assert not link.is_connected
        assert others.is_connected
        assert other.tally["broker_connections"] == 1, "the others were left alone"
    assert bureau.count("SELECT count(*) FROM message") == 0


def test_a_certificate_of_another_authority_is_refused_at_both_doors(
    bureau: CertifiedBureau, tmp_path: Path
) -> None:
    box = enrolled(bureau, tmp_path / "stores")
    strange = Authority.at(tmp_path / "strange", CLOCK.now())
    forged = issue_client(strange, BOX, tmp_path / "forged.pem")
    context = ssl.create_default_context(cadata=bureau.authority.pem)
    context.load_cert_chain(forged)
    with box.linked(bureau, context) as link:
        wait_until(lambda: box.tally["broker_hung_up"] >= 2, what="the broker refuses it")
        assert not link.is_connected
    with pytest.raises(ServerAway, match="certificate"):
        upload(bureau, FakeDevice(BOX), context, PICTURE)


def test_a_certificate_that_nobody_registered_opens_no_door_for_evidence(
    bureau: CertifiedBureau, tmp_path: Path
) -> None:
    enrolled(bureau, tmp_path / "stores")
    stray = issue_client(bureau.authority, BOX, tmp_path / "stray.pem")
    context = ssl.create_default_context(cadata=bureau.authority.pem)
    context.load_cert_chain(stray)
    with pytest.raises(ServerAway, match="401"):
        upload(bureau, FakeDevice(BOX), context, PICTURE)


def test_a_box_cannot_speak_under_another_boxs_topic(
    bureau: CertifiedBureau, tmp_path: Path
) -> None:
    enrolled(bureau, tmp_path / "victim")
    thief = enrolled(bureau, tmp_path / "thief", DeviceId("box-2"))
    # The thief's certificate, the victim's name in every place that a client may choose.
    place = BrokerAddress("127.0.0.1", bureau.broker_port, BOX, "any", tls=thief.identity.context())
    link = MqttLink(place, lambda: b"offline", thief.tally)
    link.start(thief.heard)
    event = FakeDevice(BOX).event(opened_at=CLOCK.now())
    true = FakeDevice(DeviceId("box-2")).event(opened_at=CLOCK.now())
    wait_until(lambda: link.is_connected)
    assert link.publish(Channel.INCIDENT, event.to_bytes())
    with thief.linked(bureau) as own:
        # One identity has one session: the honest link under the same certificate takes it over.
        wait_until(lambda: own.is_connected and own.publish(Channel.INCIDENT, true.to_bytes()))
        wait_until(lambda: bureau.count("SELECT count(*) FROM message") == 1, 20)
    link.stop()
    assert bureau.count("SELECT count(*) FROM message WHERE device_id = 'box-1'") == 0


def test_after_a_renewal_the_old_certificate_is_refused_at_both_doors(
    bureau: CertifiedBureau, tmp_path: Path
) -> None:
    box = enrolled(bureau, tmp_path / "stores")
    old = box.identity.context()
    assert main(["edge", "enrol", "--renew", "--stores", str(box.stores)]) == 0
    renewed = box.folder.read()
    assert renewed.certificate.serial_number != box.identity.certificate.serial_number
    with pytest.raises(ServerAway, match="401"):
        upload(bureau, FakeDevice(BOX), old, PICTURE)
    with bureau.keeping(), box.linked(bureau, old) as link:
        wait_until(lambda: box.tally["broker_hung_up"] >= 2, 60, "the broker refuses the old one")
        assert not link.is_connected
        now = EnrolledBox(box.stores, renewed)
        with now.linked(bureau) as fresh:
            wait_until(lambda: fresh.is_connected, what="the new one is let in")


def test_nothing_is_sent_to_a_server_that_the_code_does_not_name(
    bureau: CertifiedBureau, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = Authority.at(tmp_path / "elsewhere", CLOCK.now())
    genuine = bureau.code()
    code = genuine[:20] + desk_pin(elsewhere)
    stores = tmp_path / "stores"
    assert main(["edge", "enrol", code, "--server", bureau.door, "--stores", str(stores)]) == 2
    said = capsys.readouterr().err
    assert bureau.authority.fingerprint in said
    assert "Traceback" not in said
    assert not (stores / "identity").exists()
    assert main(["edge", "enrol", genuine, "--server", bureau.door, "--stores", str(stores)]) == 0


def desk_pin(authority: Authority) -> str:
    return new_code(authority.fingerprint).text[20:]


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ("used", "注册码已被使用"),
        ("expired", "注册码已过期"),
        ("slip", "注册码不存在"),
        ("short", "注册码有误"),
        ("plain http", "https://"),
        ("nobody there", "无法连接服务器"),
        ("another name", "证书名称不符"),
    ],
)
def test_what_goes_wrong_is_said_in_one_line_with_its_remedy(
    bureau: CertifiedBureau,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spoilt: str,
    said: str,
) -> None:
    code, server = bureau.code(), bureau.door
    if spoilt == "used":
        first = str(tmp_path / "first")
        assert main(["edge", "enrol", code, "--server", server, "--stores", first]) == 0
    elif spoilt == "expired":
        code = bureau.code(made_ago=timedelta(hours=1))
    elif spoilt == "slip":
        code = ("0" if code[0] != "0" else "1") + code[1:]
    elif spoilt == "short":
        code = code[:-1]
    elif spoilt == "plain http":
        server = server.replace("https", "http")
    elif spoilt == "nobody there":
        server = "https://127.0.0.1:1"
    elif spoilt == "another name":
        server = server.replace("127.0.0.1", "localhost")
    capsys.readouterr()
    stores = tmp_path / "stores"
    assert main(["edge", "enrol", code, "--server", server, "--stores", str(stores)]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert len(told.strip().splitlines()) == 1
    assert not (stores / "identity" / "device.pem").exists()


def test_a_clock_that_is_far_off_is_said_before_the_code_is_used(bureau: CertifiedBureau) -> None:
    authority = desk.ask_authority(bureau.door)
    now = CLOCK.now()
    assert abs(desk.check_clock(authority, now)) < timedelta(minutes=1)
    for off, word in ((timedelta(hours=8), "fast"), (timedelta(days=-3000), "slow")):
        with pytest.raises(desk.DeliveryError, match=f"{word}.*still unused"):
            desk.check_clock(authority, now + off)


def test_the_door_for_boxes_takes_no_large_bodies_and_serves_nothing_else(
    bureau: CertifiedBureau,
) -> None:
    context = ssl.create_default_context(cadata=bureau.authority.pem)
    with httpx.Client(base_url=bureau.door, verify=context, trust_env=False) as stranger:
        large = stranger.post("/api/v1/device/enrolment", content=b"x" * 70_000)
        endless = stranger.post("/api/v1/device/enrolment", content=iter([b"x"] * 3))
        assert (large.status_code, endless.status_code) == (413, 413)
        for path in ("/", "/health", "/api/v1/devices", "/api/v1/leads", "/sign-in"):
            assert stranger.get(path).status_code == 404
        unknown = stranger.head(f"/api/v1/device/evidence/{'0' * 64}")
        assert unknown.status_code == 401
        assert stranger.post("/api/v1/device/certificate", json={"csr": "x"}).status_code == 401
