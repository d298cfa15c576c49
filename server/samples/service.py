"""`proposals` of samples from verdicts, and which key frame may leave for training."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.contract.evidence import EvidenceKind
from server.audit import service as audit
from server.enterprises import service as enterprises
from server.evidence import service as evidence
from server.evidence.service import EvidenceSeen
from server.evidence.states import FileState
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.jurisdiction.service import Scope
from server.kit.errors import NotFound
from server.leads import service as leads
from server.leads.decided import Decided, Sighting
from server.leads.states import DismissReason, Verdict
from server.samples import schemas
from server.samples.pseudonyms import Pseudonyms

#: What every look is recorded with.
PURPOSE = "模型训练"
#: A lead may hold a hundred incidents of one view: more of them teach nothing new.
MOST_FRAMES = 5

_VERDICT_ZH = {Verdict.CONFIRMED: "属实", Verdict.FALSE_ALARM: "误报"}
_REASON_ZH = {
    DismissReason.MISDETECTION: "误检",
    DismissReason.NOT_VIOLATION: "非违规",
    DismissReason.UNDER_PERMIT: "作业许可内",
    DismissReason.OCCLUSION: "遮挡误报",
    DismissReason.TEST: "测试",
    DismissReason.OTHER: "其他",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page is wanted: verdicts behind a number."""

    after: int
    limit: int


def proposals(
    db: Session, at: datetime, actor: Actor, names: Pseudonyms, asked: Asked
) -> schemas.ProposalPage:
    """Offer the key frames of decided leads in scope, in the order of the verdicts.

    Only what an enterprise has agreed to is offered; the rest is counted. The look is recorded.

    Raises:
        NotPermitted: the role reads no samples.
    """
    actor.require(Act.SAMPLES_READ, at)
    thing = audit.Thing("sample_proposals", f"after {asked.after}")
    audit.record_access(db, at, actor.who, thing, PURPOSE)
    scope = jurisdiction.scope(db, actor)
    page = leads.decided_after(db, scope, asked.after, asked.limit)
    agreeing = enterprises.agreed(db, {one.enterprise for one in page.decided})
    frames = _frames(db, page.decided)
    agreed = [one for one in page.decided if one.enterprise in agreeing]
    offers = [offer for one in agreed for offer in _offers(one, frames)]
    return schemas.ProposalPage(
        items=[_proposal(offer, names) for offer in offers],
        ended=_ended(db, scope) if asked.after == 0 else [],
        withheld=schemas.Withheld(
            no_consent=len(page.decided) - len(agreed),
            no_picture=sum(len(one.sightings[:MOST_FRAMES]) for one in agreed) - len(offers),
        ),
        last=page.last,
        has_more=page.has_more,
        consents=audit.last_act(db, [("enterprise", enterprises.CONSENT)]),
        as_of=at,
    )


def frame(db: Session, at: datetime, actor: Actor, frame_id: UUID) -> EvidenceSeen:
    """Return the file of a frame that is offered at this moment.

    Raises:
        NotPermitted: the role reads no samples.
        NotFound: there is none, or it is not offered: out of scope, undecided, without consent.
    """
    actor.require(Act.SAMPLES_READ, at)
    seen = evidence.one(db, frame_id)
    scope = jurisdiction.scope(db, actor)
    one = leads.decided_about(db, scope, seen.incident_id) if seen is not None else None
    if one is not None and enterprises.agreed(db, {one.enterprise}):
        for offer in _offers(one, _frames(db, [one])):
            if offer.frame.id == frame_id:
                return offer.frame
    raise NotFound(f"frame {frame_id} is not offered for training", "该画面未提供用于模型训练")


@dataclass(frozen=True, slots=True)
class _Offer:
    """One key frame that may leave."""

    decided: Decided
    sighting: Sighting
    frame: EvidenceSeen


#: By incident. The copy that officers are shown has outlines drawn into it and the camera's name
#: below: a detector would learn the outlines.
_Frames = dict[UUID, EvidenceSeen]


def _frames(db: Session, decided: Sequence[Decided]) -> _Frames:
    """Return the key frames as recorded, those that never came left out."""
    incidents = [sighting.incident for one in decided for sighting in one.sightings]
    return {
        seen.incident_id: seen
        for seen in evidence.of_incidents(db, incidents)
        if seen.kind is EvidenceKind.FRAME_ORIGINAL and seen.sha256 is not None
    }


def _offers(one: Decided, frames: _Frames) -> list[_Offer]:
    found = [(sighting, frames.get(sighting.incident)) for sighting in one.sightings[:MOST_FRAMES]]
    return [
        _Offer(one, sighting, seen)
        for sighting, seen in found
        if seen is not None and seen.state is FileState.STORED
    ]


def _ended(db: Session, scope: Scope) -> list[UUID]:
    """Return the frames of enterprises that have agreed once and do so no longer."""
    once = {UUID(thing) for thing in audit.things(db, "enterprise", enterprises.CONSENT)}
    silent = once - enterprises.agreed(db, once)
    incidents = leads.incidents_of(db, scope, silent)
    return sorted(
        seen.id
        for seen in evidence.of_incidents(db, incidents)
        if seen.kind is EvidenceKind.FRAME_ORIGINAL
    )


def _proposal(offer: _Offer, names: Pseudonyms) -> schemas.Proposal:
    one, event = offer.decided, offer.sighting.event
    return schemas.Proposal.model_validate(
        {
            "id": offer.frame.id,
            "lead": one.lead,
            "hazard": one.hazard,
            "verdict": one.verdict,
            "verdict_zh": _VERDICT_ZH[one.verdict],
            "reason": one.reason,
            "reason_zh": _REASON_ZH[one.reason] if one.reason is not None else None,
            "decided_at": one.at,
            "taken_at": event.opened_at,
            # The box's own incident id is a name over device and camera, which could be tried out.
            "incident": names.of("incident", str(offer.sighting.incident)),
            "camera": names.of("camera", one.device, one.camera),
            "site": names.of("site", one.site),
            "enterprise": names.of("enterprise", str(one.enterprise)),
            "frame": {
                "sha256": offer.frame.sha256,
                "bytes": offer.frame.bytes,
                "media_type": offer.frame.media_type,
                "redaction": offer.frame.redaction,
            },
            "width": event.width,
            "height": event.height,
            "persons": event.persons,
            "boxes": [box.model_dump() for box in event.boxes],
            "models": [model.model_dump() for model in event.models],
            "measured": event.measured,
            "required": event.required,
        }
    )
