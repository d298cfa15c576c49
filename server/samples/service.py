"""`proposals` of samples from verdicts, and which key frame may leave for training."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.contract.evidence import EvidenceKind
from server.audit import service as audit
from server.enterprises import service as enterprises
from server.enterprises.tables import TrainingConsent
from server.evidence import service as evidence
from server.evidence.service import EvidenceSeen
from server.evidence.states import FileState
from server.identity import service as identity
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.kit.errors import NotFound
from server.leads import service as leads
from server.leads.decided import Decided, Sighting, Verdict
from server.leads.states import DismissReason
from server.samples import schemas
from server.samples.pseudonyms import Pseudonyms

#: What every look is recorded with.
PURPOSE = "模型训练"
#: A lead may hold a hundred incidents of one view: more of them teach nothing new.
MOST_FRAMES = 5

#: Which files a consent covers, the better one first. What is not listed never leaves.
_COVERED = {
    TrainingConsent.NONE: (),
    TrainingConsent.BLURRED: (EvidenceKind.FRAME_SHOWN,),
    TrainingConsent.ORIGINAL: (EvidenceKind.FRAME_ORIGINAL, EvidenceKind.FRAME_SHOWN),
}
_FRAMES = _COVERED[TrainingConsent.ORIGINAL]
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
    units = identity.unit_scope(db, actor)
    page = leads.decided_after(db, units, asked.after, asked.limit)
    consents = enterprises.consents(db, {one.enterprise for one in page.decided})
    frames = _frames(db, page.decided)
    offers = [offer for one in page.decided for offer in _offers(one, consents, frames)]
    agreed = [one for one in page.decided if _COVERED[consents[one.enterprise]]]
    return schemas.ProposalPage(
        items=[_proposal(offer, names) for offer in offers],
        ended=_ended(db, page.decided, consents, frames),
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
    units = identity.unit_scope(db, actor)
    one = leads.decided_about(db, units, seen.incident_id) if seen is not None else None
    if one is not None:
        consents = enterprises.consents(db, {one.enterprise})
        for offer in _offers(one, consents, _frames(db, [one])):
            if offer.frame.id == frame_id:
                return offer.frame
    raise NotFound(f"frame {frame_id} is not offered for training", "该画面未提供用于模型训练")


@dataclass(frozen=True, slots=True)
class _Offer:
    """One key frame that may leave."""

    decided: Decided
    sighting: Sighting
    frame: EvidenceSeen


_Frames = dict[UUID, list[EvidenceSeen]]
_Consents = dict[UUID, TrainingConsent]


def _frames(db: Session, decided: Sequence[Decided]) -> _Frames:
    """Return the key frames by incident, those that never came left out."""
    incidents = [sighting.incident for one in decided for sighting in one.sightings]
    found: _Frames = defaultdict(list)
    for seen in evidence.of_incidents(db, incidents):
        if seen.kind in _FRAMES and seen.sha256 is not None:
            found[seen.incident_id].append(seen)
    return found


def _offers(one: Decided, consents: _Consents, frames: _Frames) -> list[_Offer]:
    covered = _COVERED[consents[one.enterprise]]
    offers = []
    for sighting in one.sightings[:MOST_FRAMES]:
        there = {
            seen.kind: seen
            for seen in frames[sighting.incident]
            if seen.kind in covered and seen.state is FileState.STORED
        }
        best = next((there[kind] for kind in covered if kind in there), None)
        if best is not None:
            offers.append(_Offer(one, sighting, best))
    return offers


def _ended(
    db: Session, decided: Sequence[Decided], consents: _Consents, frames: _Frames
) -> list[UUID]:
    """Return the frames that an earlier consent may have covered and the present one does not."""
    asked_once = {
        enterprise
        for enterprise in consents
        if any(
            entry.event == enterprises.CONSENT
            for entry in audit.history(db, audit.Thing("enterprise", str(enterprise)))
        )
    }
    return [
        seen.id
        for one in decided
        if one.enterprise in asked_once
        for sighting in one.sightings
        for seen in frames[sighting.incident]
        if seen.kind not in _COVERED[consents[one.enterprise]]
    ]


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
