"""A small bureau for tests: two units, their people, a registered box, and what it reports."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import cv2
import numpy as np
from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue, load_catalogue
from hazard_library.contract.clock import ClockState
from hazard_library.contract.events import Box, Change, HazardEvent, ModelUsed
from hazard_library.contract.evidence import EvidenceKind, EvidenceRef
from hazard_library.contract.ids import (
    CameraId,
    DeviceId,
    HazardId,
    ZoneId,
    event_message_id,
    incident_id,
)
from server.audit.service import Thing, Who, record_access
from server.enterprises import service as enterprises
from server.enterprises.credit_code import check_digit
from server.enterprises.schemas import EnterpriseRecord, SiteRecord
from server.enterprises.tables import RiskBand
from server.evidence import service as evidence
from server.evidence.file_store import FileStore
from server.evidence.states import FileEvent
from server.fleet import service as fleet
from server.fleet.service import NewCamera, NewDevice
from server.identity import service as identity
from server.identity.actor import Actor, Certificate
from server.identity.permissions import Role
from server.identity.service import NewAccount
from server.leads import lease
from server.leads import service as leads
from server.leads.repository import incident
from server.leads.tables import Lead

#: 16:30 in Nanjing.
NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
SETUP = Who("svc:test", "svc")
BOX = DeviceId("box-1")
GATE = CameraId("gate")
YARD = ZoneId("yard")
CAMERAS = ("gate", "dock", *(f"cam-{n}" for n in range(5)))
HELMET = HazardId("PPE-01")
FLAME = HazardId("FIRE-01")
CATALOGUE: Catalogue = load_catalogue()
VALID = Certificate("苏A-0001", date(2025, 1, 1), date(2027, 12, 31))
EXPIRED = Certificate("苏A-0002", date(2024, 1, 1), date(2025, 12, 31))
FIRM = EnterpriseRecord(
    name="演示企业甲（虚构）",
    credit_code="91320115MA0000001" + check_digit("91320115MA0000001"),
    address="江宁区演示路1号",
    legal_representative="演示法人",
    industry="其他工贸",
    risk_band=RiskBand.LOW,
    is_demo=True,
    source="测试",
    sites=(SiteRecord(id="yard", name="一号厂区", address="演示路1号", division_code="320115"),),
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One incident that a test makes up: say what matters and leave the rest."""

    started: datetime = NOW
    lasts: timedelta = timedelta(seconds=20)
    hazard: HazardId = HELMET
    zone: ZoneId | None = YARD
    camera: CameraId = GATE
    device: DeviceId = BOX
    evidence: tuple[EvidenceRef, ...] = ()
    score: float = 0.8

    @property
    def opened(self) -> datetime:
        """When the rule completed."""
        return self.started + timedelta(seconds=5)

    @property
    def id(self) -> UUID:
        """The incident's id, as a box would name it."""
        return incident_id(self.device, self.camera, self.hazard, self.zone, self.opened)

    def event(self, seq: int = 1, change: Change = Change.OPENED) -> HazardEvent:
        """Return one change of it."""
        held = self.opened if change is Change.OPENED else self.started + self.lasts
        incident = incident_id(self.device, self.camera, self.hazard, self.zone, self.opened)
        return HazardEvent(
            id=event_message_id(incident, seq),
            device=self.device,
            sent_at=held,
            boot="0123456789abcdef",
            message_no=seq,
            incident_id=incident,
            seq=seq,
            change=change,
            camera=self.camera,
            hazard=self.hazard,
            zone=self.zone,
            severity=CATALOGUE.hazards[self.hazard].severity,
            started_at=self.started,
            opened_at=self.opened,
            last_held_at=held,
            ended_at=held if change is Change.CLOSED else None,
            clock=ClockState(source="stream", synchronised=True, uncertainty_ms=20),
            score=self.score,
            persons=2,
            boxes=()
            if change is Change.CLOSED
            else (Box(label="no_helmet", score=self.score, box=(10, 20, 30, 40), subject=True),),
            width=640,
            height=360,
            measured={"for_s": 5.2},
            required={"for_s": 5.0},
            models=(
                ModelUsed(name="site-hazards", version="1", sha256="a" * 64, precision="fp32"),
            ),
            catalogue_sha256=CATALOGUE.sha256,
            config_sha256="b" * 64,
            evidence=self.evidence,
        )


#: Roles that few tests ask for: one person of each.
OTHERS = (Role.LEGAL, Role.TECH, Role.CHIEF, Role.ENT_MGR, Role.AUDITOR, Role.EXPERT)


@dataclass(frozen=True, slots=True)
class Bureau:
    """Who is there."""

    unit: UUID
    officer: Actor
    second_officer: Actor
    expired_officer: Actor
    aide: Actor
    leader: Actor
    devop: Actor
    sysadmin: Actor
    maintainer: Actor
    others: Mapping[Role, Actor] = field(repr=False)
    stranger: Actor = field(repr=False)

    def of(self, role: Role) -> Actor:
        """Return somebody of a role."""
        return {
            Role.OFFICER: self.officer,
            Role.AIDE: self.aide,
            Role.LEADER: self.leader,
            Role.DEVOP: self.devop,
            Role.SYSADMIN: self.sysadmin,
            Role.MAINTAINER: self.maintainer,
        }.get(role) or self.others[role]


def found_bureau(db: Session) -> Bureau:
    """Register two units with their people, and a box at the first one's enterprise."""
    unit = identity.add_unit(db, NOW, "江宁区应急管理局", "320115")
    other = identity.add_unit(db, NOW, "昆山市应急管理局", "320583")

    enterprise = enterprises.register(db, NOW, SETUP, FIRM, unit.id)

    def person(
        name: str, role: Role, certificate: Certificate | None = None, of: UUID = unit.id
    ) -> Actor:
        firm = enterprise if role is Role.ENT_MGR else None
        at = None if firm else of
        new = NewAccount(name, f"{name}（演示）", role, at, None, certificate, None, firm)
        account = identity.add_account(db, NOW, SETUP, new)
        place = unit if of == unit.id else other
        return Actor(account, name, new.full_name, role, place, certificate, enterprise_id=firm)

    cameras = [NewCamera(CameraId(name), f"{name}摄像机") for name in CAMERAS]
    fleet.enrol(db, NOW, SETUP, NewDevice(BOX, bytes(32), "yard", cameras))
    return Bureau(
        unit=unit.id,
        officer=person("wang", Role.OFFICER, VALID),
        second_officer=person("li", Role.OFFICER, VALID),
        expired_officer=person("zhao", Role.OFFICER, EXPIRED),
        aide=person("chen", Role.AIDE),
        leader=person("zhou", Role.LEADER),
        devop=person("wu", Role.DEVOP),
        sysadmin=person("admin", Role.SYSADMIN),
        maintainer=person("qian", Role.MAINTAINER),
        others={role: person(role.value.replace("_", "-"), role) for role in OTHERS},
        stranger=person("sun", Role.OFFICER, VALID, other.id),
    )


def key_frame(store: FileStore) -> EvidenceRef:
    """Keep a picture in the store, and return its announcement."""
    picture = np.full((360, 640, 3), 120, np.uint8)
    content = bytes(cv2.imencode(".jpg", picture)[1])
    sha256 = hashlib.sha256(content).hexdigest()
    if not store.has(sha256):
        store.append(sha256, content)
        store.keep(sha256)
    return EvidenceRef(
        kind=EvidenceKind.FRAME_SHOWN,
        sha256=sha256,
        bytes=len(content),
        media_type="image/jpeg",
        redaction="heads_blurred",
    )


@dataclass(frozen=True, slots=True)
class Reporter:
    """The box's messages, taken as ingest takes them."""

    db: Session
    store: FileStore

    @classmethod
    def at(cls, db: Session, folder: Path) -> "Reporter":
        """Make one with a store of its own."""
        return cls(db, FileStore(folder))

    def report(self, seen: Seen, at: datetime | None = None) -> UUID:
        """Report an incident with a key frame whose bytes are there; return its lead."""
        ref = key_frame(self.store)
        pictured = Seen(
            seen.started, seen.lasts, seen.hazard, seen.zone, seen.camera, seen.device, (ref,)
        )
        now = at or pictured.opened
        evidence.announce(self.db, now, BOX, pictured.event().incident_id, [ref])
        file = evidence.repository.file(self.db, ref.sha256)
        assert file is not None
        if file.stored_at is None:
            evidence.change(self.db, now, file, FileEvent.ARRIVED, None)
        return leads.attach(self.db, now, CATALOGUE, pictured.event())


def open_picture(db: Session, actor: Actor, lead_incidents: list[UUID], at: datetime = NOW) -> None:
    """Open the leads and look at their key frames, as the routes do."""
    for item in evidence.of_incidents(db, lead_incidents):
        record_access(db, NOW, actor.who, Thing("evidence", str(item.id)), "查看线索")
    for lead_id in {row.lead_id for row in map(partial(incident, db), lead_incidents) if row}:
        open_lead(db, actor, lead_id, at)


def open_lead(db: Session, actor: Actor, lead_id: UUID, at: datetime = NOW) -> None:
    """Open a lead as the route does: whoever may work on it holds it, if it is free."""
    lead = db.get_one(Lead, lead_id, populate_existing=True)
    if leads.wants_hold(db, at, actor, lead):
        lease.take(db, at, actor, lead)
