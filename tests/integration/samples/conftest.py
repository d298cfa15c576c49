"""A bureau behind its web application, whose box reports incidents with untouched key frames."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import cv2
import httpx
import numpy as np
import pytest
from bureau import BOX, CATALOGUE, NOW, SETUP, Bureau, Seen, found_bureau, open_lead, open_picture
from sqlalchemy.orm import Session
from web_server import serving

from hazard_library.contract.events import Box
from hazard_library.contract.evidence import EvidenceKind, EvidenceRef
from server.app import WebParts, create_app
from server.enterprises import service as enterprises
from server.enterprises.schemas import TrainingConsent
from server.evidence import service as evidence
from server.evidence.file_store import FileStore
from server.evidence.states import FileEvent
from server.identity import library_tokens
from server.kit.db import Database
from server.kit.live_feed import LiveFeed
from server.leads import repository
from server.leads import service as leads
from server.leads.schemas import Confirm, Dismiss, Reopen
from server.leads.states import DismissReason
from server.leads.verdicts import Attempt
from server.samples.pseudonyms import Pseudonyms
from server.testing.settled_clock import SettledClock

MINUTE = timedelta(minutes=1)
AGREED = TrainingConsent(reference="档案 2026-017 号")
ENDED = TrainingConsent(reference=None)


@dataclass
class Office:
    """The bureau at work, and the door of its maintainer's program."""

    database: Database
    bureau: Bureau
    files: FileStore
    clock: SettledClock
    address: str
    token: str

    def report(
        self, seen: Seen, shade: int, *, boxes: tuple[Box, ...] = (), arrived: bool = True
    ) -> UUID:
        """Let the box report an incident with a key frame of that shade; return the lead."""
        content = frame(shade)
        refs = [_ref(content, EvidenceKind.FRAME_ORIGINAL), _ref(content, EvidenceKind.FRAME_SHOWN)]
        told, now = replace(seen, evidence=tuple(refs)).event(), self._next()
        told = told.model_copy(update={"boxes": boxes}) if boxes else told
        with self.database.writing() as db:
            evidence.announce(db, now, BOX, told.incident_id, refs)
            if arrived:
                self.bring(content)
                file = evidence.repository.file(db, refs[0].sha256)
                assert file is not None
                if file.stored_at is None:
                    evidence.change(db, now, file, FileEvent.ARRIVED, None)
            return leads.attach(db, now, CATALOGUE, told)

    def bring(self, content: bytes) -> None:
        """Put a file into the store."""
        sha256 = hashlib.sha256(content).hexdigest()
        if not self.files.has(sha256):
            self.files.append(sha256, content)
            self.files.keep(sha256)

    def verify(self, sha256: str) -> None:
        """Let the server hash a file again, as its nightly check does."""
        with self.database.writing() as db:
            evidence.note_look(db, self._next(), self.files, sha256, self.files.look(sha256))

    def dismiss(self, lead: UUID, reason: DismissReason = DismissReason.MISDETECTION) -> None:
        with self.database.writing() as db:
            note = "小声说一句" if reason is DismissReason.OTHER else None
            leads.dismiss(db, self._try(db, lead), Dismiss(reason=reason, note=note))

    def confirm(self, lead: UUID) -> None:
        with self.database.writing() as db:
            incidents = [row.incident_id for row in repository.incidents(db, [lead])]
            open_picture(db, self.bureau.officer, incidents)
            body = Confirm(finding="画面中一人在装卸区未戴安全帽")
            leads.confirm(db, self._try(db, lead), CATALOGUE, body)

    def reopen(self, lead: UUID) -> None:
        with self.database.writing() as db:
            leads.reopen(db, self._try(db, lead), Reopen(reason="企业补充了录像"))

    def consent(self, given: TrainingConsent) -> None:
        with self.database.writing() as db:
            firm = enterprises.place(db, "yard").enterprise
            at = self._next()
            enterprises.settle_consent(db, at, self.bureau.officer, firm.id, given)

    def get(self, path: str, **query: int) -> httpx.Response:
        """Ask as the maintainer's program does."""
        headers = {"Authorization": f"Bearer {self.token}"}
        with httpx.Client(
            base_url=self.address, trust_env=False, headers=headers, timeout=30
        ) as client:
            return client.get(f"/api/v1/samples/{path}", params=query)

    def _try(self, db: Session, lead: UUID) -> Attempt:
        """Open a lead a minute later and act on what was read."""
        at, officer = self._next(), self.bureau.officer
        open_lead(db, officer, lead, at)
        return Attempt(at, officer, lead, repository.lead(db, lead).version)

    def _next(self) -> datetime:
        self.clock.advance(MINUTE)
        return self.clock.now()


def frame(shade: int) -> bytes:
    """Write a key frame that no other shade's looks like."""
    rng = np.random.default_rng(shade)
    patches = rng.integers(0, 255, (9, 16, 3), dtype=np.uint8)
    picture = cv2.resize(patches, (640, 360), interpolation=cv2.INTER_CUBIC)
    return bytes(cv2.imencode(".jpg", picture)[1])


def _ref(content: bytes, kind: EvidenceKind) -> EvidenceRef:
    return EvidenceRef(
        kind=kind,
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        media_type="image/jpeg",
        redaction="none" if kind.is_sealed else "heads_blurred",
    )


@pytest.fixture
def office(own_database: Database, tmp_path: Path) -> Iterator[Office]:
    """The bureau of `found_bureau`; its enterprise has agreed to nothing yet."""
    with own_database.writing() as db:
        bureau = found_bureau(db)
        token = library_tokens.make(db, NOW, SETUP, "qian", timedelta(days=90))
    clock, files = SettledClock(NOW), FileStore(tmp_path / "files")
    app = create_app(
        WebParts(
            database=own_database,
            clock=clock,
            files=files,
            catalogue=CATALOGUE,
            feed=LiveFeed("postgresql://nowhere"),
            console=tmp_path / "console",
            pseudonyms=Pseudonyms(b"k" * 32),
        )
    )
    with ExitStack() as stack:
        address = stack.enter_context(serving(app))
        yield Office(own_database, bureau, files, clock, address, token)
