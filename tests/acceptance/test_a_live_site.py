"""A camera on the network, a second box that means ill, and secrets that nobody tells."""

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast
from uuid import uuid4

import httpx
import pytest
from box_connections import BoxConnection
from brokers import Broker
from chain import Part, WholeChain, cut_of_the_street, patrol, whole_chain
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from rtsp_cameras import PATH, RtspCamera, need_rtsp_server
from sqlalchemy import text
from waiting import wait_until

from hazard_library.contract.device import Outcome
from hazard_library.contract.ids import DeviceId
from hazard_library.contract.topics import Channel
from server.demo.officer import Answer, Officer
from server.demo.plan import DEVICE, SITE_ID, DemoRequest, cameras
from server.kit.clock import SystemClock
from server.testing.fake_device import START, FakeDevice, file_ref

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

#: A word that is in nothing else: where it is found, it was told.
MARKER = "zvq-Geheim7wort@kamera"
VIEWER = "viewer"
WITHIN_S = 90.0


@dataclass(frozen=True)
class Site:
    """A running chain with one RTSP camera, and a second box that was enrolled honestly."""

    chain: WholeChain
    camera: RtspCamera
    other: FakeDevice

    def connect(self, topics_of: str | None = None) -> BoxConnection:
        """Let the second box speak to the chain's broker, on its own topics or another's."""
        return self._connect(self.other.id, self.other.secret, topics_of)

    def connect_as_the_box(self) -> BoxConnection:
        """Speak beside the first box, with its own credential."""
        return self._connect(DEVICE, self.secret_of_the_box())

    def _connect(self, user: str, secret: str, topics_of: str | None = None) -> BoxConnection:
        nowhere = self.chain.plan.folder
        broker = Broker(self.chain.plan.broker_port, nowhere, nowhere)
        return BoxConnection(broker, user, secret, topics_of).open()

    def secret_of_the_box(self) -> str:
        """Return the first box's own secret."""
        said = json.loads(self.chain.plan.credential_file.read_text(encoding="utf-8"))
        return str(said["secret"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    need_rtsp_server()
    film = cut_of_the_street(
        tmp_path_factory.mktemp("film") / "street.mp4",
        60,
        *("-vf", "scale=416:312", "-c:v", "libx264", "-preset", "ultrafast", "-g", "10"),
    )
    camera = RtspCamera(film, credential=(VIEWER, MARKER))
    password = MARKER.replace("@", "%40")
    address = f"rtsp://{VIEWER}:{password}@127.0.0.1:{camera.port}{PATH}"
    short = {"evidence": {"pre_roll": "1s", "post_roll": "1s"}}
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DEMO_RTSP_PASSWORD_1", "")
        chosen = cameras(DemoRequest(addresses=(address,)), Path(), SystemClock().now())
        with whole_chain(chosen, once=False, extra=dict(short)) as chain:
            chain.start(Part.BROKER, Part.SERVER, Part.EDGE)
            yield Site(chain, camera, _enrolled(chain))
    camera.unplug()


def _enrolled(chain: WholeChain) -> FakeDevice:
    """Enrol a second box by the server's own command, while everything runs."""
    box = FakeDevice(DeviceId("box-2"))
    key, credential = chain.plan.folder / "box-2.pub", chain.plan.folder / "box-2.json"
    pem = box.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    key.write_bytes(pem)
    words = ["server", "enrol", "--config", str(chain.seeded.settings_file), "--device", box.id]
    words += ["--public-key", str(key), "--credential-out", str(credential)]
    done = patrol(*words, "--site", SITE_ID, "--cameras", "gate,camera-1", cwd=chain.plan.folder)
    assert done.returncode == 0, done.stderr
    box.secret = json.loads(credential.read_text(encoding="utf-8"))["secret"]
    return box


def _camera_shown(officer: Officer) -> Answer:
    boxes = cast("list[Answer]", officer._http.get("/api/v1/devices").json()["items"])
    (box,) = [one for one in boxes if one["id"] == DEVICE]
    (camera,) = cast("list[Answer]", box["cameras"])
    return camera


def test_a_camera_that_goes_away_is_told_and_found_again_without_a_restart(site: Site) -> None:
    with site.chain.officer() as officer:

        def comes(condition: str) -> str:
            wait_until(
                lambda: _camera_shown(officer)["condition"] == condition, WITHIN_S, condition
            )
            return str(_camera_shown(officer)["detail"])

        comes("ok")
        site.camera.unplug()
        detail = comes("offline")
        assert "camera-1" in detail
        site.camera.plug_in()
        comes("ok")
        wait_until(lambda: bool(officer.leads()), WITHIN_S, "a lead of the camera")
    starts = site.chain.logs()["edge-1"].count('"event": "engine_started"')
    assert starts == 1


def test_another_boxs_credential_opens_nothing_of_this_box(site: Site) -> None:
    intruder, owner = site.connect(topics_of=DEVICE), site.connect_as_the_box()
    box = FakeDevice(DEVICE, boot="e" * 16)
    forged, true = (
        box.event(camera="camera-1", opened_at=START + timedelta(days=days)) for days in (10, 11)
    )
    intruder.publish(Channel.INCIDENT, forged.to_bytes())
    wait_until(lambda: "Not authorized" in intruder.told, what="the broker's refusal")
    owner.publish(Channel.INCIDENT, true.to_bytes())
    owner.await_receipts([true.id])
    # One acknowledgement more: what the intruder heard of the first would be here by now.
    second = box.event(camera="camera-1", opened_at=START + timedelta(days=12))
    owner.publish(Channel.INCIDENT, second.to_bytes())
    owner.await_receipts([second.id])
    intruder.close()
    owner.close()
    assert (intruder.receipts(), intruder.orders) == ({}, [])
    assert forged.id not in owner.receipts()
    kept = "SELECT count(*) FROM message WHERE message_id = :id"
    with site.chain.database() as database, database.reading() as db:
        assert db.scalar(text(kept), {"id": forged.id}) == 0
        assert db.scalar(text(kept), {"id": true.id}) == 1


def test_another_boxs_credential_brings_no_evidence_of_this_box(site: Site) -> None:
    ref = file_ref(b"a picture of box-2")
    with site.chain.database() as database, database.reading() as db:
        wait_until(
            lambda: db.scalar(text("SELECT count(*) FROM evidence_file")), WITHIN_S, "a file"
        )
        sha256 = str(db.scalar(text("SELECT sha256 FROM evidence_file LIMIT 1")))
    doors = f"{site.chain.plan.address}/api/v1/device/evidence"
    own, theirs = (site.other.id, site.other.secret), (DEVICE, site.secret_of_the_box())
    with httpx.Client(trust_env=False) as http:
        assert http.head(f"{doors}/{sha256}", auth=theirs).status_code == 200
        assert http.head(f"{doors}/{sha256}", auth=own).status_code == 404
        piece = {"Upload-Offset": "0", "Upload-Length": "3"}
        refused = http.patch(f"{doors}/{sha256}", auth=own, headers=piece, content=b"abc")
        assert refused.status_code == 404
        assert http.head(f"{doors}/{sha256}", auth=(DEVICE, own[1])).status_code == 401
        assert http.head(f"{doors}/{ref.sha256}", auth=own).status_code == 404


def test_poison_of_one_box_holds_up_neither_itself_nor_another(site: Site) -> None:
    box = site.other
    good = [box.event(opened_at=START + timedelta(hours=hours)) for hours in (2, 4, 6)]
    newer = box.event(opened_at=START + timedelta(hours=8))
    attic = box.event(camera="attic")
    # Under the name of a camera that both have: only whose message it is tells them apart.
    stolen = FakeDevice(DEVICE).event(camera="camera-1", opened_at=START + timedelta(days=2))
    unknown_major = json.loads(newer.to_bytes()) | {"schema": "hazard-event/9"}
    poison = [json.dumps(unknown_major).encode(), attic.to_bytes(), stolen.to_bytes()]
    connection, neighbour = site.connect(), site.connect_as_the_box()
    connection.publish(Channel.INCIDENT, b"{ no JSON")
    for payload, event in zip(poison, good, strict=True):
        connection.publish(Channel.INCIDENT, payload)
        connection.publish(Channel.INCIDENT, event.to_bytes())
    of_the_neighbour = FakeDevice(DEVICE, boot="d" * 16).event(
        camera="camera-1", opened_at=START + timedelta(days=20)
    )
    neighbour.publish(Channel.INCIDENT, of_the_neighbour.to_bytes())
    neighbour.await_receipts([of_the_neighbour.id])
    refused = [newer.id, attic.id, stolen.id]
    connection.await_receipts([*(event.id for event in good), *refused])
    connection.close()
    neighbour.close()
    said = connection.receipts()
    assert [said[event.id] for event in good] == [[Outcome.ACCEPTED]] * 3
    assert [said[name] for name in refused] == [[Outcome.QUARANTINED]] * 3
    assert neighbour.receipts()[of_the_neighbour.id] == [Outcome.ACCEPTED]


def test_what_comes_again_joins_its_lead_and_after_a_decision_begins_another(
    site: Site,
) -> None:
    first, again, after = (
        site.other.event(zone="joined", opened_at=START + timedelta(days=30, minutes=minutes))
        for minutes in (0, 20, 40)
    )
    connection = site.connect()
    connection.publish(Channel.INCIDENT, again.to_bytes())
    connection.publish(Channel.INCIDENT, first.to_bytes())
    connection.await_receipts([first.id, again.id])
    with site.chain.officer() as officer:
        (lead,) = _leads_of(officer, "joined")
        assert lead["times_seen"] == 2
        _dismiss(officer, lead)
        connection.publish(Channel.INCIDENT, after.to_bytes())
        connection.await_receipts([after.id])
        (recurring,) = _leads_of(officer, "joined")
    connection.close()
    assert recurring["id"] != lead["id"]
    # What was no hazard does not recur; only what was confirmed does.
    assert recurring["recurrence_of"] is None
    assert recurring["times_seen"] == 1


def _leads_of(officer: Officer, zone: str) -> list[Answer]:
    """Return the leads of a zone that are not decided."""
    return [one for one in officer.leads() if (one["zone"], one["state"]) == (zone, "new")]


def _dismiss(officer: Officer, lead: Answer) -> None:
    opened = officer._http.get(f"/api/v1/leads/{lead['id']}").json()
    headers = {"If-Match": f'"{opened["version"]}"', "Idempotency-Key": str(uuid4())}
    answer = officer._http.post(
        f"/api/v1/leads/{lead['id']}/dismiss", json={"reason": "misdetection"}, headers=headers
    )
    assert answer.is_success, answer.text


def test_no_secret_is_told_anywhere(site: Site) -> None:
    chain = site.chain
    secrets = {MARKER, MARKER.replace("@", "%40"), site.secret_of_the_box(), site.other.secret}
    server = json.loads((chain.plan.folder / "broker" / "server-credential.json").read_text())
    secrets.add(str(server["secret"]))
    basic = base64.b64encode(f"{DEVICE}:{site.secret_of_the_box()}".encode()).decode()
    secrets |= {basic, base64.b64encode(f"{VIEWER}:{MARKER}".encode()).decode()}
    told = {**_logs(chain), **_files(chain), **_answers(chain), **_tables(chain), **_processes()}
    assert len(told) > 30
    found = [(place, word) for place, said in told.items() for word in secrets if word in said]
    assert found == []


def _logs(chain: WholeChain) -> dict[str, str]:
    postgres = chain.plan.folder / "server" / "postgres" / "run" / "server.log"
    logs = {f"log {name}": said for name, said in chain.logs().items()}
    assert {"log broker-1", "log server-1", "log edge-1"} <= set(logs)
    return logs | {"log postgres": postgres.read_text(encoding="utf-8", errors="replace")}


def _files(chain: WholeChain) -> dict[str, str]:
    """Everything that lies about as plain files; where secrets belong is left out."""
    kept = {"credential.json", "server-credential.json", "box-2.json", "password"}
    return {
        f"file {path}": path.read_bytes().decode("latin-1")
        for path in chain.plan.folder.rglob("*")
        if path.is_file() and path.name not in kept and "cluster" not in path.parts
    }


def _answers(chain: WholeChain) -> dict[str, str]:
    """What the API tells an officer, and what our own commands tell."""
    with chain.officer() as officer:
        wait_until(lambda: bool(officer.leads()), WITHIN_S, "a lead")
        lead = str(officer.leads()[0]["id"])
        paths = ["me", "devices", "leads", f"leads/{lead}", "tasks", "transfers"]
        answers = {path: officer._http.get(f"/api/v1/{path}") for path in paths}
        answers["health"] = officer._http.get("/health")
    assert all(answer.is_success for answer in answers.values())
    reports = {
        "edge report": chain.edge_report().model_dump_json(),
        "server report": chain.server_report().model_dump_json(),
    }
    return {path: f"{answer.headers}{answer.text}" for path, answer in answers.items()} | reports


def _tables(chain: WholeChain) -> dict[str, str]:
    """Every row of the database, as an export writes it."""
    names = text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    with chain.database() as database, database.reading() as db:
        tables = [str(name) for name in db.scalars(names)]
        rows = {name: db.scalars(text(f'SELECT t::text FROM "{name}" t')).all() for name in tables}  # noqa: S608
    return {f"table {name}": "\n".join(said) for name, said in rows.items()}


def _processes() -> dict[str, str]:
    """The command lines that anybody on the machine may read, our own left out."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            said = path.read_bytes().decode("latin-1").replace("\0", " ")
        except OSError:
            continue
        if path.parent.name != str(os.getpid()) and "rtsp_server.py" not in said:
            found[f"process {said[:60]}"] = said
    return found
