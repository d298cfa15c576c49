"""What boxes say of themselves reaches whoever looks after them."""

from datetime import datetime, timedelta

import httpx
import pytest

from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.device import (
    CameraCondition,
    CameraState,
    EvidenceRoom,
    InferenceUsed,
    PermitState,
)
from hazard_library.contract.events import ModelUsed
from hazard_library.contract.evidence import EvidenceKind
from hazard_library.contract.ids import CameraId, HazardId
from hazard_library.contract.losses import RangeLost
from hazard_library.contract.topics import Channel
from server.fleet import service as fleet
from server.ingest.arrival import Arrival
from server.ingest.service import Ingest, accept
from server.kit.db import Database, Json
from server.leads import service as leads
from server.testing.fake_device import START, FakeDevice, file_ref

from .conftest import SignIn

CLIP = file_ref(b"a clip", EvidenceKind.CLIP_SHOWN)
MODEL = ModelUsed(name="ppe", version="0.2.0", sha256="a" * 64, precision="int8")
ROOM = EvidenceRoom(
    level="warning_90",
    quota_bytes=1000,
    used_bytes=990,
    waiting_bytes=950,
    disk_free_bytes=5000,
    lost_files=1,
)


def permit(**other: object) -> PermitState:
    fields: dict[str, object] = {
        "id": "动火-2026-017",
        "kind": "hot_work",
        "cameras": ("gate",),
        "hazards": ("FIRE-01", "GONE-99"),
        "begins_at": START,
        "ends_at": START + timedelta(hours=4),
        "excused": 2,
    }
    return PermitState.model_validate(fields | other)


def shown(browser: httpx.Client) -> Json:
    answer = browser.get("/api/v1/devices")
    assert answer.status_code == 200, answer.text
    [device] = answer.json()["items"]
    return dict(device)


def at_first(database: Database, device: FakeDevice, **told: object) -> None:
    with database.writing() as db:
        fleet.hear(db, START, device.state(**told))


def test_everything_that_somebody_acts_on_is_in_the_list(
    database: Database, device: FakeDevice, sign_in: SignIn, catalogue: Catalogue
) -> None:
    at_first(
        database,
        device,
        models=(MODEL,),
        models_refused={"fire-smoke": "its signature is of an unknown key"},
        permits=(permit(),),
        permits_error="permits.yaml: line 3: ends: before begins",
        evidence=ROOM,
    )
    told = shown(sign_in("officer"))
    assert told["models"] == [{"name": "ppe", "version": "0.2.0", "precision": "int8"}]
    assert told["models_refused"] == [
        {"name": "fire-smoke", "reason": "its signature is of an unknown key"}
    ]
    assert told["permits_error"] == "permits.yaml: line 3: ends: before begins"
    assert told["evidence"] == ROOM.model_dump(exclude={"lost_files"})
    [seen] = told["permits"]
    fire, gone = seen["hazards"]
    assert fire["name"]["zh"] == catalogue.hazards[HazardId("FIRE-01")].name.zh
    assert gone == {"id": "GONE-99", "name": {"zh": "GONE-99", "en": "GONE-99"}}
    assert (seen["kind"], seen["cameras"], seen["excused"]) == ("hot_work", ["gate"], 2)
    assert datetime.fromisoformat(seen["ends_at"]) == START + timedelta(hours=4)


def test_what_a_box_computes_with_and_lets_go_is_in_the_list(
    database: Database, device: FakeDevice, sign_in: SignIn
) -> None:
    gate = CameraState(
        camera=CameraId("gate"),
        condition=CameraCondition.OK,
        since=START,
        fps=3,
        shed=0.4,
        unwatched=(CameraCondition.MOVED,),
    )
    inference = InferenceUsed(backend="openvino", workers=2)
    at_first(database, device, cameras=(gate,), inference=inference)
    told = shown(sign_in("officer"))
    assert told["inference"] == {"backend": "openvino", "workers": 2}
    shed = {one["id"]: (one["shed"], one["unwatched"]) for one in told["cameras"]}
    assert (shed["gate"], shed["yard"]) == ((0.4, ["moved"]), (None, []))


def test_a_box_that_has_told_nothing_is_shown_as_such(sign_in: SignIn, device: FakeDevice) -> None:
    told = shown(sign_in("officer"))
    assert (told["status"], told["evidence"], told["permits"]) == ("never_heard", None, [])
    assert device.id == told["id"]


def test_lost_messages_are_counted_for_thirty_days(
    database: Database, device: FakeDevice, sign_in: SignIn
) -> None:
    long_ago, now = START - timedelta(days=31), START - timedelta(days=1)
    with database.writing() as db:
        for at, first in ((long_ago, 1), (now, 10)):
            lost = RangeLost(boot=device.boot, first=first, last=first + 4, reason="outbox full")
            fleet.note_lost(db, at, device.id, [lost])
    lost_lately = shown(sign_in("officer"))["messages_lost"]
    assert lost_lately["count"] == 5
    assert datetime.fromisoformat(lost_lately["last_at"]) == now


def lose_a_clip(database: Database, device: FakeDevice, catalogue: Catalogue) -> None:
    """A lead is there; the box has lost its clip."""
    event = device.event(evidence=[CLIP], camera=CameraId("gate"))
    lost = device.lost(CLIP, "removed unsent: no room")
    parts = Ingest(
        knows_hazard=lambda _hazard: True,
        tell_leads=lambda db, at, told: leads.attach(db, at, catalogue, told),
    )
    with database.writing() as db:
        for channel, message in ((Channel.INCIDENT, event), (Channel.EVIDENCE, lost)):
            receipt = accept(db, parts, Arrival(device.id, channel, message.to_bytes(), START))
            assert receipt is not None
            assert receipt.reason is None


def test_an_officer_reads_which_lead_lacks_what(
    database: Database, device: FakeDevice, catalogue: Catalogue, sign_in: SignIn
) -> None:
    lose_a_clip(database, device, catalogue)
    officer = sign_in("officer")
    assert shown(officer)["evidence_lost"]["count"] == 1
    [one] = officer.get(f"/api/v1/devices/{device.id}/lost-evidence").json()["items"]
    assert (one["kind"], one["bytes"]) == ("clip_shown", CLIP.bytes)
    assert "removed unsent: no room" in one["reason"]
    [lead] = officer.get("/api/v1/leads").json()["items"]
    assert (one["lead"]["id"], one["lead"]["number"]) == (lead["id"], lead["number"])


def test_whoever_reads_no_leads_sees_the_loss_without_its_lead(
    database: Database, device: FakeDevice, catalogue: Catalogue, sign_in: SignIn
) -> None:
    lose_a_clip(database, device, catalogue)
    [one] = sign_in("admin").get(f"/api/v1/devices/{device.id}/lost-evidence").json()["items"]
    assert (one["kind"], one["lead"]) == ("clip_shown", None)


@pytest.mark.parametrize("path", ["/api/v1/devices", "/api/v1/devices/box-1/lost-evidence"])
def test_an_aide_reads_nothing_of_boxes(sign_in: SignIn, path: str) -> None:
    assert sign_in("aide").get(path).status_code == 403
