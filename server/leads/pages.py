"""Leads as the console shows them: rows of the list, and the page of one lead."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.hazard import Hazard, Text
from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.events import HazardEvent
from hazard_library.contract.evidence import EvidenceKind
from hazard_library.contract.ids import HazardId
from server.audit import service as audit
from server.audit.tables import AuditEntry
from server.documents.schemas import Named, basis_of, file_of, hazard_name
from server.enterprises import service as enterprises
from server.evidence import service as evidence
from server.evidence.service import EvidenceSeen
from server.evidence.states import FileState
from server.handovers import service as handovers
from server.identity import service as identity
from server.identity.actor import Actor
from server.leads import lease, repository, schemas
from server.leads.desk_tables import LeadLease
from server.leads.surroundings import surroundings
from server.leads.tables import Lead, LeadIncident
from server.tasks import service as tasks

_GONE = Text(zh="隐患目录中已无此隐患", en="This hazard has left the catalogue")


@dataclass(frozen=True, slots=True)
class Shown:
    """A lead with its incidents, its evidence and the incident whose picture is shown."""

    lead: Lead
    incidents: Sequence[LeadIncident]
    evidence: Sequence[EvidenceSeen]

    @property
    def pictured(self) -> LeadIncident:
        """The strongest incident whose key frame can be shown, or else the strongest."""
        with_frame = {seen.incident_id for seen in self.evidence if _is_frame(seen)}
        return max(
            self.incidents,
            key=lambda row: (row.incident_id in with_frame, row.score, row.opened_at),
        )

    @property
    def picture(self) -> EvidenceSeen | None:
        """The key frame to show."""
        incident = self.pictured.incident_id
        frames = (seen for seen in self.evidence if _is_frame(seen))
        return next((seen for seen in frames if seen.incident_id == incident), None)

    @property
    def has_clip(self) -> bool:
        """Whether a clip can be shown."""
        return any(_is_there(seen, EvidenceKind.CLIP_SHOWN) for seen in self.evidence)


def rows(
    db: Session, at: datetime, catalogue: Catalogue, leads: Sequence[Lead]
) -> list[schemas.LeadRow]:
    """Write leads as rows of the list, with a handful of queries for all of them."""
    names = enterprises.names(db, {lead.enterprise_id for lead in leads})
    held = lease.running(db, at, [lead.id for lead in leads])
    return [_row(shown, catalogue, names, held.get(shown.lead.id)) for shown in _shown(db, leads)]


def page(db: Session, at: datetime, actor: Actor, catalogue: Catalogue, lead: Lead) -> schemas.Lead:
    """Write a lead's page for one reader."""
    shown = _shown(db, [lead])[0]
    names = enterprises.names(db, {lead.enterprise_id})
    held = lease.running(db, at, [lead.id]).get(lead.id)
    event = HazardEvent.model_validate(shown.pictured.picture_event)
    history = audit.history(db, audit.Thing("lead", str(lead.id)))
    hazard = catalogue.hazards.get(HazardId(lead.hazard))
    return schemas.Lead(
        **_row(shown, catalogue, names, held).model_dump(),
        **surroundings(db, at, actor, hazard, lead),
        **_picture(event),
        **_known_of(hazard, catalogue),
        addends=[_addend(term) for term in lead.addends],
        acts=[_act(entry) for entry in history],
        evidence=[file_of(seen) for seen in shown.evidence],
        clip=_clip(db, shown),
        incidents=[_incident(row) for row in shown.incidents],
        held=_held(held, actor),
        suggestion=lead.suggestion,
        relook_at=lead.relook_at,
        decision=_decision(db, lead),
        task_id=tasks.of_lead(db, lead.id),
        transfer_id=handovers.of_lead(db, lead.id),
    )


def _shown(db: Session, leads: Sequence[Lead]) -> list[Shown]:
    """Gather what leads show; a duplicate goes on showing what it gave away."""
    by_lead: dict[UUID | None, list[LeadIncident]] = defaultdict(list)
    asked = {lead.id for lead in leads}
    for row in repository.shown_incidents(db, asked):
        for lead_id in (row.lead_id, row.moved_from):
            if lead_id in asked:
                by_lead[lead_id].append(row)
    incidents = {row.incident_id for found in by_lead.values() for row in found}
    files: dict[UUID, list[EvidenceSeen]] = defaultdict(list)
    for seen in evidence.of_incidents(db, list(incidents)):
        files[seen.incident_id].append(seen)
    return [
        Shown(
            lead,
            by_lead[lead.id],
            [seen for row in by_lead[lead.id] for seen in files[row.incident_id]],
        )
        for lead in leads
    ]


def _row(
    shown: Shown, catalogue: Catalogue, names: Mapping[UUID, str], held: LeadLease | None
) -> schemas.LeadRow:
    lead, picture = shown.lead, shown.picture
    hazard = catalogue.hazards.get(HazardId(lead.hazard))
    firm = lead.enterprise_id
    return schemas.LeadRow(
        id=lead.id,
        number=lead.number,
        version=lead.version,
        state=lead.state,
        hazard=hazard_name(catalogue, HazardId(lead.hazard)),
        severity=lead.severity,
        starred=lead.is_starred,
        major_criterion=hazard.major_hazard_criterion if hazard is not None else None,
        enterprise=Named(id=str(firm), name=names[firm]),
        camera=Named(id=lead.camera, name=lead.camera_name),
        zone=lead.zone,
        first_seen=lead.first_seen,
        last_seen=lead.last_seen,
        times_seen=lead.times_seen,
        score=lead.score,
        priority=lead.priority,
        due_at=lead.due_at,
        trial=lead.is_trial,
        storm=lead.is_storm,
        late_data=lead.is_late,
        held_by=held.holder if held is not None else None,
        recurrence_of=lead.recurrence_of,
        handling=hazard.handling if hazard is not None else "",
        picture_id=picture.id if picture is not None else None,
        has_clip=shown.has_clip,
    )


def _picture(event: HazardEvent) -> dict[str, object]:
    return {
        "boxes": [
            box.model_dump(include={"label", "score", "box", "subject"}) for box in event.boxes
        ],
        "width": event.width,
        "height": event.height,
        "persons": event.persons,
        "measured": event.measured,
        "required": event.required,
        "models": [
            Named(id=model.sha256, name=f"{model.name} {model.version}（{model.precision}）")
            for model in event.models
        ],
    }


def _known_of(hazard: Hazard | None, catalogue: Catalogue) -> dict[str, object]:
    if hazard is None:
        empty: dict[str, object] = {"sees": _GONE, "competent": ""}
        lists = ("shows_not", "known_false_alarms", "basis", "transfer_to")
        return empty | {key: [] for key in lists}
    never = frozenset(hazard.never_cite_from_image)
    return {
        "sees": hazard.sees,
        "shows_not": list(hazard.shows_not),
        "known_false_alarms": list(hazard.known_false_alarms),
        "basis": [basis_of(catalogue.legal[key]) for key in hazard.basis if key not in never],
        "transfer_to": list(hazard.transfer_to),
        "competent": hazard.competent,
    }


def _addend(term: Mapping[str, object]) -> schemas.Addend:
    label = Text(zh=str(term["label_zh"]), en=str(term["label_en"]))
    return schemas.Addend(label=label, points=int(str(term["points"])))


def _act(entry: AuditEntry) -> schemas.TimelineEntry:
    return schemas.TimelineEntry(
        at=entry.at, event=entry.event, actor=entry.actor, role=entry.role, text=entry.reason
    )


def _incident(row: LeadIncident) -> schemas.Incident:
    return schemas.Incident(
        id=row.incident_id,
        joined_as=row.joined_as,
        started_at=row.started_at,
        opened_at=row.opened_at,
        last_held_at=row.last_held_at,
        ended_at=row.ended_at,
        score=row.score,
    )


def _clip(db: Session, shown: Shown) -> schemas.Span | None:
    """Say where the trigger lies in the first clip that can be shown."""
    clips = (seen for seen in shown.evidence if _is_there(seen, EvidenceKind.CLIP_SHOWN))
    clip = next(clips, None)
    span = evidence.clip_span(db, clip.incident_id) if clip is not None else None
    if span is None:
        return None
    return schemas.Span(trigger_offset_s=span.trigger_offset_s, cut_short=span.cut_short)


def _held(held: LeadLease | None, actor: Actor) -> schemas.Held | None:
    if held is None:
        return None
    return schemas.Held(by=held.holder, until=held.until, mine=held.account_id == actor.id)


def _decision(db: Session, lead: Lead) -> schemas.Decision | None:
    if lead.decided_by is None or lead.decided_at is None:
        return None
    return schemas.Decision(
        by=identity.name_of(db, lead.decided_by),
        at=lead.decided_at,
        finding=lead.finding,
        dismiss_reason=lead.dismiss_reason,
        note=lead.note,
        seconded_by=identity.name_of(db, lead.seconded_by) if lead.seconded_by else None,
        seconded_at=lead.seconded_at,
    )


def _is_frame(seen: EvidenceSeen) -> bool:
    return _is_there(seen, EvidenceKind.FRAME_SHOWN)


def _is_there(seen: EvidenceSeen, kind: EvidenceKind) -> bool:
    return seen.kind is kind and seen.state is FileState.STORED
