"""`attach` an incident to its lead: the one door from machines to leads.

It never decides anything (INV-1): an incident begins a lead in state `new`, or is added to one.
"""

from datetime import datetime
from typing import assert_never
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.hazard import Hazard, Maturity
from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.events import HazardEvent
from hazard_library.contract.evidence import EvidenceKind, find
from hazard_library.contract.ids import HazardId
from server.audit import service as audit
from server.documents.serial import Prefix, next_number
from server.enterprises import service as enterprises
from server.enterprises.service import Place
from server.fleet import service as fleet
from server.fleet.service import CameraRef
from server.jurisdiction import service as jurisdiction
from server.kit import live
from server.kit.db import take_turn
from server.kit.errors import FieldsMissing
from server.kit.ids import new_id
from server.kit.live import Change, Kind
from server.leads import repository, triage
from server.leads.acting import thing
from server.leads.children import children
from server.leads.joining import (
    RECURRENCE_WITHIN,
    Begins,
    JoinedAs,
    Joins,
    Span,
    Surroundings,
    decide,
)
from server.leads.priority import Priority
from server.leads.repository import Key
from server.leads.settling import settle
from server.leads.states import LeadState
from server.leads.tables import Lead, LeadIncident

WHO = audit.Who("svc:ingest", "svc")

#: The same violation so often at one site in a year is 屡罚不改 (R-014).
_OFTEN = 2
_TOLD = {"inspection_task": Kind.TASK, "transfer": Kind.TRANSFER}


def attach(db: Session, at: datetime, catalogue: Catalogue, event: HazardEvent) -> UUID:
    """Add what a box says of an incident to its lead, and return the lead.

    Any order and any number of times: the newest `seq` wins, times only widen. Attaching holds
    the turn of writers, so two connections never begin two leads for one key.

    Raises:
        FieldsMissing: the catalogue does not know the hazard, or the register the camera.
    """
    take_turn(db)
    hazard = catalogue.hazards.get(event.hazard)
    if hazard is None:
        raise FieldsMissing(["hazard"], f"隐患目录中没有 {event.hazard}")
    known = repository.incident(db, event.incident_id)
    if known is not None:
        lead = repository.lead(db, known.lead_id)
        _renew(known, event)
    else:
        lead = _lead_for(db, at, hazard, event)
    db.flush()
    settle(db, at, lead, catalogue.hazards.get(HazardId(lead.hazard), hazard))
    return lead.id


def _lead_for(db: Session, at: datetime, hazard: Hazard, event: HazardEvent) -> Lead:
    span = Span(event.started_at, max(event.started_at, event.last_held_at))
    around = Surroundings(
        same_key=repository.of_key(db, _key(event)),
        storms=repository.storms(db, event.device, event.camera),
        starts=repository.starts_near(db, event.device, event.camera, event.started_at),
        is_starred=hazard.is_starred,
    )
    match decide(span, around):
        case Joins() as joins:
            return _join(db, at, event, joins)
        case Begins() as begins:
            lead = _begin(db, at, hazard, event, begins)
            _add(db, at, lead, event, JoinedAs.STORM if begins.is_storm else JoinedAs.FIRST)
            return lead
        case other:
            assert_never(other)


def _join(db: Session, at: datetime, event: HazardEvent, joins: Joins) -> Lead:
    lead = repository.lead(db, joins.lead)
    _add(db, at, lead, event, joins.joined_as)
    if joins.joined_as is JoinedAs.DURING_RECTIFICATION:
        lead.again_at = at
        _tell_handlers(db, at, lead)
    detail = {"incident": event.incident_id, "joined_as": joins.joined_as}
    act = audit.Act("incident_joined", lead.state, lead.state, detail=detail)
    audit.record(db, at, WHO, thing(lead), act)
    return lead


def _begin(db: Session, at: datetime, hazard: Hazard, event: HazardEvent, begins: Begins) -> Lead:
    camera, place = _place(db, event)
    lead = Lead(
        id=new_id(at),
        number=next_number(db, at, Prefix.LEAD, place.site.division_code),
        state=LeadState.NEW,
        version=1,
        unit_id=_whose(db, at, place),
        site_id=place.site.id,
        enterprise_id=place.enterprise.id,
        device=event.device,
        camera=event.camera,
        camera_name=camera.name,
        hazard=event.hazard,
        zone=event.zone,
        severity=hazard.severity,
        is_starred=hazard.is_starred,
        is_trial=hazard.maturity is Maturity.TRIAL,
        is_storm=begins.is_storm,
        first_seen=event.started_at,
        last_seen=max(event.started_at, event.last_held_at),
        times_seen=1,
        score=0,
        priority=Priority.P3,
        addends=[],
        ranked_at=at,
        is_late=triage.is_late(event.opened_at, at),
        recurrence_of=begins.recurrence_of,
        created_at=at,
        relooks=0,
    )
    db.add(lead)
    db.flush()
    detail = {"number": lead.number, "incident": event.incident_id, "hazard": event.hazard}
    rules = _rules(db, lead, begins)
    if rules:
        detail["rule"] = rules
    act = audit.Act("created", to_state=lead.state, detail=detail)
    audit.record(db, at, WHO, thing(lead), act)
    return lead


def _whose(db: Session, at: datetime, place: Place) -> UUID:
    """Return who enforces there at this moment; nobody yet (R-020): the unit of the address."""
    holder = jurisdiction.holder(db, place.site.id, at)
    return holder.id if holder is not None else place.site.unit_id


def _rules(db: Session, lead: Lead, begins: Begins) -> str:
    """Name the rules that a new lead sets off: R-028 alarm storm, R-014 屡罚不改."""
    since = lead.first_seen - RECURRENCE_WITHIN
    often = repository.earlier_confirmed(db, lead.site_id, lead.hazard, since) >= _OFTEN
    recurs = begins.recurrence_of is not None or often
    return " ".join(
        rule for rule, holds in (("R-028", begins.is_storm), ("R-014", recurs)) if holds
    )


def _tell_handlers(db: Session, at: datetime, lead: Lead) -> None:
    """Tell whoever works on what came of a lead that it was seen again meanwhile."""
    for child in children(db, lead.id):
        if not child.is_over and child.kind in _TOLD:
            live.announce(db, at, Change(_TOLD[child.kind], str(child.id), {"seen_again": True}))


def _place(db: Session, event: HazardEvent) -> tuple[CameraRef, Place]:
    camera = fleet.camera(db, event.device, event.camera)
    if camera is None:
        raise FieldsMissing(["camera"], f"设备 {event.device} 没有登记摄像机 {event.camera}")
    return camera, enterprises.place(db, camera.site)


def _add(
    db: Session, at: datetime, lead: Lead, event: HazardEvent, joined_as: JoinedAs
) -> LeadIncident:
    told = event.model_dump(mode="json", by_alias=True)
    row = LeadIncident(
        incident_id=event.incident_id,
        lead_id=lead.id,
        joined_as=joined_as,
        device=event.device,
        camera=event.camera,
        hazard=event.hazard,
        zone=event.zone,
        started_at=event.started_at,
        opened_at=event.opened_at,
        last_held_at=max(event.started_at, event.last_held_at),
        ended_at=event.ended_at,
        score=event.score,
        seq=event.seq,
        event=told,
        picture_event=told,
        joined_at=at,
        is_late=triage.is_late(event.opened_at, at),
    )
    db.add(row)
    return row


def _renew(row: LeadIncident, event: HazardEvent) -> None:
    told = event.model_dump(mode="json", by_alias=True)
    row.started_at = min(row.started_at, event.started_at)
    row.last_held_at = max(row.last_held_at, event.last_held_at)
    row.ended_at = event.ended_at or row.ended_at
    row.score = max(row.score, event.score)
    if event.seq > row.seq:
        row.seq, row.event = event.seq, told
    if _shows_more(event, HazardEvent.model_validate(row.picture_event)):
        row.picture_event = told


def _shows_more(event: HazardEvent, before: HazardEvent) -> bool:
    """Whether a change belongs to the key frame more than the one that was thought to."""
    return _shown(event) > _shown(before)


def _shown(event: HazardEvent) -> tuple[bool, bool, int]:
    has_frame = find(event.evidence, EvidenceKind.FRAME_SHOWN) is not None
    return has_frame, bool(event.boxes), -event.seq


def _key(event: HazardEvent) -> Key:
    return Key(event.device, event.camera, event.hazard, event.zone)
