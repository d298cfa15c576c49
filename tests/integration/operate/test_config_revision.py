import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from boxes import Box, Settings
from brokers import DEVICE, SECRETS, SERVER, Broker, device_acl, start_broker
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from paho.mqtt.client import Client, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from running_boxes import ALWAYS, WITHIN_S, live, running
from waiting import wait_until

from edge.fleet.system_clock import SystemClock
from edge.testing.painted_film import write_film
from hazard_library.contract.configuration import (
    ConfigRevision,
    RevisionAnswer,
    RevisionDocument,
)
from hazard_library.contract.device import DeviceState
from hazard_library.contract.ids import DeviceId, MessageId
from hazard_library.contract.message import parse
from hazard_library.contract.topics import Channel, build

BOX = DeviceId(DEVICE)


class Bureau:
    """The server's end of the broker, and the key that signs configurations."""

    def __init__(self, broker: Broker) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.states: list[DeviceState] = []
        self.sent: dict[str, bytes] = {}
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=SERVER, protocol=MQTTv5)
        self._client.username_pw_set(SERVER, SECRETS[SERVER])
        self._client.on_message = self._hear
        self._client.connect(broker.host, broker.port)
        self._client.subscribe(build(BOX, Channel.STATE), qos=1)
        self._client.loop_start()

    def _hear(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        del client, userdata
        self.states.append(parse(DeviceState, bytes(message.payload)))

    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def send(self, revision: int, settings: Settings, key: Ed25519PrivateKey | None = None) -> str:
        """Publish a revision; return the hash by which the box has to answer."""
        now = SystemClock().now().utc
        files = {"site.yaml": yaml.safe_dump(settings, sort_keys=False)}
        document = RevisionDocument(
            device=BOX, revision=revision, issued_at=now, files=files
        ).model_dump_json()
        signer = key or self.key
        message = ConfigRevision(
            id=MessageId(uuid4()),
            device=BOX,
            sent_at=now,
            document=document,
            signature=base64.b64encode(signer.sign(document.encode())).decode(),
            key_id=hashlib.sha256(signer.public_key().public_bytes_raw()).hexdigest(),
        )
        self.retain(message.to_bytes())
        sha256 = hashlib.sha256(document.encode()).hexdigest()
        self.sent[sha256] = message.to_bytes()
        return sha256

    def retain(self, payload: bytes) -> None:
        self._client.publish(build(BOX, Channel.CONFIG), payload, qos=1, retain=True)

    def await_state(self, what: str, revision: int | None, error: str | None) -> DeviceState:
        def told() -> bool:
            if not self.states:
                return False
            last = self.states[-1]
            why = last.config_error or ""
            return last.config_revision == revision and (not why if error is None else error in why)

        wait_until(told, WITHIN_S, what)
        return self.states[-1]

    def answer(self) -> RevisionAnswer:
        answer = self.states[-1].config_answer
        assert answer is not None
        return answer

    def leave(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def both_cameras(box: Box) -> Settings:
    return box.settings | {"cameras": [live("gate", "walk.mp4"), live("dock", "walk.mp4")]}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = start_broker(tmp_path / "broker", SECRETS, device_acl(SERVER, DEVICE))
    yield made
    made.stop()


@pytest.fixture
def bureau(broker: Broker) -> Iterator[Bureau]:
    made = Bureau(broker)
    yield made
    made.leave()


@pytest.fixture
def box(tmp_path: Path, broker: Broker, bureau: Bureau) -> Box:
    made = Box(tmp_path / "box")
    write_film(made.folder / "walk.mp4", 10, (ALWAYS,))
    credential = {"device": DEVICE, "secret": SECRETS[DEVICE]}
    (made.folder / "credential.json").write_text(json.dumps(credential))
    (made.folder / "bureau.pub").write_bytes(bureau.public_key())
    link = {
        "broker": {"host": broker.host, "port": broker.port},
        "server": "http://127.0.0.1:9",
        "credential_file": "credential.json",
        "configuration_key": "bureau.pub",
    }
    return made.write(live("gate", "walk.mp4"), link=link, status={"enabled": False})


def test_a_signed_revision_is_checked_applied_and_reported(box: Box, bureau: Bureau) -> None:
    before = box.config.read_text()
    with running(box) as run:
        bureau.await_state("birth", None, None)
        child = run.child
        third = bureau.send(3, both_cameras(box))
        bureau.await_state("revision 3", 3, None)
        assert bureau.answer() == RevisionAnswer(document_sha256=third, outcome="applied")
        run.await_event("cameras_changed")
        wait_until(
            lambda: {one.camera for one in bureau.states[-1].cameras} == {"gate", "dock"},
            WITHIN_S,
            "both cameras",
        )
        assert run.child == child
        assert "dock" in box.config.read_text()
        kept = box.folder / "stores" / "config" / "before-revision" / "site.yaml"
        assert kept.read_text() == before

    with running(box) as run:
        bureau.await_state("the same revision after a new start", 3, None)
        run.await_event("engine_started")
        assert run.logged("config_revision_taken") == []
        assert bureau.answer() == RevisionAnswer(document_sha256=third, outcome="applied")


def test_what_may_not_be_taken_is_refused_and_nothing_changes(box: Box, bureau: Bureau) -> None:
    settings = box.settings
    with running(box) as run:
        third = bureau.send(3, both_cameras(box))
        running_with = bureau.await_state("revision 3", 3, None).config_sha256
        child = run.child
        fourth = bureau.send(4, settings | {"cameras": [live("gate", "walk.mp4", colour="red")]})
        refused = bureau.await_state("what is wrong with 4", 3, "colour: unknown key")
        answer = bureau.answer()
        assert (answer.document_sha256, answer.outcome) == (fourth, "refused")
        assert "colour: unknown key" in str(answer.reason)
        assert refused.config_sha256 == running_with
        bureau.send(5, settings | {"stores": "elsewhere"})
        bureau.await_state("what is wrong with 5", 3, "which only the operator may")
        bureau.send(6, settings, Ed25519PrivateKey.generate())
        bureau.await_state("what is wrong with 6", 3, "not signed with the key")
        bureau.send(2, settings)
        bureau.await_state("what is wrong with 2", 3, "older than 3")
        bureau.send(3, settings)
        bureau.await_state("what is wrong with another 3", 3, "with another text")
        bureau.retain(b"")
        bureau.retain(bureau.sent[third])
        wait_until(lambda: bureau.answer().document_sha256 == third, WITHIN_S, "the first 3 again")
        assert "dock" in box.config.read_text()
        assert run.child == child


def test_without_the_bureaus_key_no_revision_is_taken(box: Box, bureau: Bureau) -> None:
    link = dict(box.settings["link"])  # type: ignore[call-overload]
    del link["configuration_key"]
    box.write(live("gate", "walk.mp4"), link=link, status={"enabled": False})
    before = box.config.read_text()
    with running(box):
        bureau.await_state("birth", None, None)
        bureau.send(1, box.settings | {"cameras": [live("dock", "walk.mp4")]})
        bureau.await_state("the refusal", None, "configuration_key is not set")
    assert box.config.read_text() == before
