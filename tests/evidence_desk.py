"""A bureau that reviews evidence, over HTTP: a box that brings it, people who judge it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import cv2
import httpx
import numpy as np
from postgres import new_database
from web_server import serving

from hazard_library.catalogue.load import load_catalogue
from hazard_library.contract.clock import ClockState
from hazard_library.contract.device import Receipt
from hazard_library.contract.evidence import EvidenceKind, EvidenceRef
from hazard_library.contract.topics import Channel
from server.app import WebParts, create_app
from server.evidence import uses
from server.evidence.file_store import FileStore
from server.evidence.material_states import Use
from server.evidence.uploads import Piece, Uploads
from server.evidence.uses import Matter
from server.identity import service as identity
from server.ingest.arrival import Arrival
from server.ingest.service import Ingest, accept
from server.kit.db import Database
from server.kit.double_review import Half, checklist
from server.kit.live_feed import LiveFeed
from server.leads import service as leads
from server.samples.pseudonyms import Pseudonyms
from server.testing.bureau import BY, enrol, settle
from server.testing.fake_device import FakeDevice, file_ref
from server.testing.settled_clock import SettledClock

IN_STEP = ClockState(source="arrival", synchronised=True, offset_ms=20, uncertainty_ms=5)
DOSSIER = {
    "owner": "某某机械有限公司",
    "legal_basis": "（测试）某行政法规",
    "certificate_no": "GB-0001",
    "sign_photo_sha256": "a" * 64,
    "publication_url": "https://bureau.example/cameras",
    "published_on": "2026-01-10",
    "valid_from": "2026-01-01",
    "valid_to": "2026-10-31",
}
_CATALOGUE = load_catalogue()


@dataclass
class EvidenceDesk:
    """The application, its people signed in by name, and one box."""

    database: Database
    store: FileStore
    clock: SettledClock
    device: FakeDevice
    address: str
    stack: ExitStack
    browsers: dict[str, httpx.Client] = field(default_factory=dict)
    taken: int = 0

    def as_(self, name: str) -> httpx.Client:
        """Return somebody's browser."""
        if name not in self.browsers:
            with self.database.writing() as db:
                token = identity.make_link(db, self.clock.now(), BY, name, timedelta(hours=1))
            browser = self.stack.enter_context(
                httpx.Client(
                    base_url=f"{self.address}/api/v1",
                    headers={"Origin": self.address},
                    trust_env=False,
                    timeout=60,
                )
            )
            assert browser.post("/sign-in/link", json={"token": token}).status_code == 200
            self.browsers[name] = browser
        return self.browsers[name]

    def stand_at(self, at: datetime) -> None:
        """Move the clock; sessions of another day are over."""
        if abs(at - self.clock.now()) > timedelta(hours=2):
            self.browsers.clear()
        self.clock.advance(at - self.clock.now())

    def take(self, channel: Channel, payload: bytes, at: datetime) -> Receipt:
        """Let ingest take one message of the box."""
        parts = Ingest(
            knows_hazard=lambda _hazard: True,
            tell_leads=lambda db, now, told: leads.attach(db, now, _CATALOGUE, told),
        )
        with self.database.writing() as db:
            receipt = accept(db, parts, Arrival(self.device.id, channel, payload, at))
        assert receipt is not None
        return receipt

    def record(
        self, at: datetime, camera: str = "gate", *, clock: ClockState = IN_STEP, **other: Any
    ) -> dict[str, Any]:
        """Let the box record an incident and bring everything; return its material."""
        self.stand_at(at + timedelta(minutes=1))
        self.taken += 1
        picture = np.full((120, 160, 3), self.taken, np.uint8)
        shown = bytes(cv2.imencode(".jpg", picture)[1])
        original = os.urandom(3000)
        refs = [file_ref(shown), file_ref(original, EvidenceKind.FRAME_ORIGINAL)]
        event = self.device.event(camera=camera, opened_at=at, clock=clock, evidence=refs)
        now = at + timedelta(seconds=30)
        assert self.take(Channel.INCIDENT, event.to_bytes(), now).reason is None
        sealed = self.device.sealed(event, refs, clock=clock, **other)
        assert self.take(Channel.EVIDENCE, sealed.to_bytes(), now).reason is None
        for ref, content in zip(refs, (shown, original), strict=True):
            self.bring(ref, content)
        return self.material_of(event.incident_id)

    def bring(self, ref: EvidenceRef, content: bytes) -> None:
        """Upload one file."""
        uploads = Uploads(self.database, self.store, self.clock, lambda *_: None)
        uploads.take(self.device.id, Piece(ref.sha256, 0, ref.bytes, content))

    def material_of(self, incident: UUID, name: str = "officer") -> dict[str, Any]:
        """Ask for an incident's material."""
        answer = self.as_(name).get(f"/evidence/incidents/{incident}/material")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def act(
        self, name: str, thing: Mapping[str, Any], event: str, body: object = None
    ) -> httpx.Response:
        """Let somebody act on a material as it was read."""
        return self.as_(name).post(
            f"/evidence/materials/{thing['id']}/{event}", json=body, headers=_match(thing)
        )

    def done(
        self, name: str, thing: Mapping[str, Any], event: str, body: object = None
    ) -> dict[str, Any]:
        """The same, and it must be allowed."""
        answer = self.act(name, thing, event, body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def on_export(
        self, name: str, export: Mapping[str, Any], event: str, body: object = None
    ) -> httpx.Response:
        """Let somebody act on an export as it was read."""
        return self.as_(name).post(
            f"/evidence/exports/{export['id']}/{event}", json=body, headers=_match(export)
        )

    def attach(self, material: str, matter: Matter, use: Use) -> None:
        """Let the officer's case use a material, as the modules of cases do."""
        now = self.clock.now()
        with self.database.writing() as db:
            officer = identity.actor_named(db, "officer", "test", now)
            uses.attach(db, now, officer, UUID(material), matter, use)

    def review_camera(self, camera: str, **changed: str) -> dict[str, Any]:
        """Let a camera pass both halves."""
        made = self.as_("officer").post(
            f"/devices/{self.device.id}/cameras/{camera}/reviews", json=DOSSIER | changed
        )
        assert made.status_code == 201, made.text
        review = dict(made.json())
        for half in Half:
            review = dict(
                self.as_(half.value)
                .post(
                    f"/camera-reviews/{review['id']}/{half}-review",
                    json=passed("camera", half),
                    headers=_match(review),
                )
                .json()
            )
        assert review["state"] == "qualified", review
        return review


def passed(subject: str, half: Half, **more: object) -> dict[str, object]:
    """Return a half's opinion that everything holds."""
    checks = {check.id: True for check in checklist(subject, half)}
    return {"passed": True, "checks": checks, "opinion": "", **more}


def _match(thing: Mapping[str, Any]) -> dict[str, str]:
    return {"If-Match": f'"{thing["version"]}"'}


@contextmanager
def evidence_desk(postgres_url: str, folder: Path) -> Iterator[EvidenceDesk]:
    """Open a bureau on a database of its own."""
    database, clock, device = Database.at(new_database(postgres_url)), SettledClock(), FakeDevice()
    store = FileStore(folder / "files")
    with database.writing() as db:
        settle(db)
        enrol(db, device)
    app = create_app(
        WebParts(
            database=database,
            clock=clock,
            files=store,
            catalogue=_CATALOGUE,
            feed=LiveFeed("postgresql://nowhere"),
            console=folder / "console",
            pseudonyms=Pseudonyms(b"k" * 32),
        )
    )
    with ExitStack() as stack:
        address = stack.enter_context(serving(app))
        stack.callback(database.close)
        yield EvidenceDesk(database, store, clock, device, address, stack)
