"""Criminal referrals as pages show them: 疑似, with their clock, and nobody named by us."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.calendar import service as calendar
from server.documents.schemas import Named, basis_of
from server.enterprises import service as enterprises
from server.handovers.referrals import clocks, repository, schemas
from server.handovers.referrals.clocks import Times
from server.handovers.referrals.states import TAG_ZH
from server.handovers.referrals.tables import CriminalReferral, TaggedFinding
from server.handovers.referrals.verbs import COURSE, finding_of
from server.identity.actor import Actor
from server.kit.db import Json

CRIME = "XF-134之一"


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks when, and the catalogue that quotes the law."""

    at: datetime
    actor: Actor
    catalogue: Catalogue


def times_of(referral: CriminalReferral) -> Times:
    """Return when the steps of a referral were."""
    return Times(
        reported_at=referral.reported_at,
        decided_at=referral.decided_at,
        handed_at=referral.handed_at,
        received_on=referral.received_on,
        noticed_on=referral.noticed_on,
    )


def findings(db: Session, at: datetime, found: Sequence[TaggedFinding]) -> list[schemas.Finding]:
    """Write tagged findings with whether somebody has to assess them."""
    years = calendar.current(db)
    names = enterprises.names(db, {one.enterprise_id for one in found})
    referrals = repository.of_findings(db, [one.id for one in found])
    return [
        schemas.Finding(
            id=one.id,
            source_kind=one.source_kind,
            source_number=one.source_number,
            enterprise=Named(id=str(one.enterprise_id), name=names[one.enterprise_id]),
            tag=one.tag,
            tag_zh=f"疑似{TAG_ZH[one.tag]}",
            facts=one.facts,
            found_at=one.found_at,
            referral_id=referrals[one.id].id if one.id in referrals else None,
            wants_assessment=clocks.wants_assessment(
                years,
                one.found_at,
                referrals[one.id].state if one.id in referrals else None,
                at,
            ),
        )
        for one in found
    ]


def rows(
    db: Session, at: datetime, referrals: Sequence[CriminalReferral]
) -> list[schemas.ReferralRow]:
    """Write entries of the list."""
    years = calendar.current(db)
    names = enterprises.names(db, {one.enterprise_id for one in referrals})
    return [
        schemas.ReferralRow(
            id=one.id,
            number=one.number,
            version=one.version,
            state=one.state,
            created_at=one.created_at,
            enterprise=Named(id=str(one.enterprise_id), name=names[one.enterprise_id]),
            tag=finding_of(db, one).tag,
            clock=_clock(clocks.clock_of(years, one.state, times_of(one)), at),
        )
        for one in referrals
    ]


def page(db: Session, looking: Looking, referral: CriminalReferral) -> schemas.Referral:
    """Write a referral's page."""
    found = finding_of(db, referral)
    row = rows(db, looking.at, [referral])[0]
    decided = referral.decided_by
    return schemas.Referral(
        **row.model_dump(),
        **_steps(db, looking.at, referral),
        hint_zh=f"疑似危险作业：疑似{TAG_ZH[found.tag]}，是否移送由本机关正职负责人决定",
        basis=[basis_of(looking.catalogue.legal[CRIME])],
        facts=found.facts,
        source_number=found.source_number,
        team=[one["name"] for one in referral.team["members"]],
        decided_by=decided["name"] if decided is not None else None,
        contacts=[
            schemas.Contact.model_validate(one, from_attributes=True)
            for one in repository.contacts(db, referral.id)
        ],
        reports=[
            schemas.Report.model_validate(one, from_attributes=True)
            for one in repository.reports(db, referral.id)
        ],
        allowed=COURSE.allowed(looking.actor, looking.at, referral),
    )


def _steps(db: Session, at: datetime, referral: CriminalReferral) -> Json:
    years, times = calendar.current(db), times_of(referral)
    handed = referral.materials or {}
    late = (
        referral.decided_at is not None
        and referral.handed_at is not None
        and clocks.is_late(years, referral.decided_at, referral.handed_at)
    )
    passed = clocks.alerts(years, referral.state, times, at)
    kept = (
        "report",
        "reported_at",
        "decided_at",
        "reason",
        "handed_at",
        "receipt",
        "received_on",
        "notice",
        "noticed_on",
        "goods",
        "result",
    )
    return {name: getattr(referral, name) for name in kept} | {
        "materials": handed.get("materials", []),
        "copied_to": handed.get("copied_to"),
        "is_handed_late": late,
        "alerts": [one.hours_left for one in passed],
    }


def _clock(due: calendar.Deadline | None, at: datetime) -> schemas.Clock | None:
    if due is None:
        return None
    return schemas.Clock(
        basis=due.period.basis,
        on=due.on,
        ends_at=due.ends_at,
        later_on=due.later_on,
        is_provisional=due.is_provisional,
        is_over=due.is_over(at),
    )
