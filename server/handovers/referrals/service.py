"""Criminal referrals for other modules: `note` a tagged finding, `suspect`, and read them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.audit import service as audit
from server.documents.serial import Prefix, next_number
from server.handovers.moving import Attempt
from server.handovers.people import part_of
from server.handovers.referrals import pages, repository, schemas
from server.handovers.referrals.states import ReferralState, Tag
from server.handovers.referrals.tables import CriminalReferral, TaggedFinding
from server.handovers.referrals.verbs import COURSE, tell_province
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit.errors import Conflict, FieldsMissing, NotFound, NotPermitted
from server.kit.ids import new_id

__all__ = ["OnSiteFinding", "Tag", "listed", "note", "page", "suspect", "tagged", "unanswered"]

_PAGE = 50
_TWO = 2


@dataclass(frozen=True, slots=True)
class OnSiteFinding:
    """What two certified officers found on site and tagged; there is no other way to make one.

    Attributes:
        officers: who were there and signed; two human beings at least.
        source_kind, source_id, source_number: the record of the inspection.
        ref: where the record states it.
        facts: their own words.
    """

    officers: tuple[Actor, ...]
    unit_id: UUID
    division_code: str
    enterprise_id: UUID
    source_kind: str
    source_id: str
    source_number: str
    ref: str
    tag: Tag
    facts: str


def note(db: Session, at: datetime, by: audit.Who, found: OnSiteFinding) -> UUID:
    """Keep a tagged finding; R-022 asks for its assessment. The same one again changes nothing.

    Raises:
        NotPermitted: it rests on fewer than two certified officers (INV-3, R-009).
    """
    known = repository.finding_at(db, found.source_kind, found.source_id, found.ref)
    if known is not None:
        return known.id
    people = {one.id: one for one in found.officers if one.may(Act.REFERRALS_EDIT, at)}
    if len(people) < _TWO:
        raise NotPermitted(
            "a tagged finding rests on two certified officers who were on site",
            "涉嫌危险作业的认定须由两名持证执法人员现场作出",
            rule_id="R-009",
        )
    first, second = list(people)[:_TWO]
    made = TaggedFinding(
        id=new_id(at),
        unit_id=found.unit_id,
        division_code=found.division_code,
        enterprise_id=found.enterprise_id,
        source_kind=found.source_kind,
        source_id=found.source_id,
        source_number=found.source_number,
        ref=found.ref,
        tag=found.tag,
        facts=found.facts,
        first_person=first,
        second_person=second,
        found_at=at,
    )
    db.add(made)
    db.flush()
    detail = {"tag": found.tag, "source": found.source_number}
    thing = audit.Thing("tagged_finding", str(made.id))
    audit.record(db, at, by, thing, audit.Act("tagged", detail=detail))
    return made.id


def suspect(db: Session, at: datetime, actor: Actor, body: schemas.Suspect) -> CriminalReferral:
    """Begin the assessment of a tagged finding: an officer decides, the system only asks.

    Raises:
        NotPermitted: the role may not, or another unit holds the finding.
        FieldsMissing: there is no such finding: a lead or a camera's fault is none.
        Conflict: it is assessed already.
    """
    actor.require(Act.REFERRALS_EDIT, at)
    found = repository.finding(db, jurisdiction.scope(db, actor), body.finding)
    if found is None:
        raise FieldsMissing(
            ["finding"],
            "行刑衔接只能由两名执法人员现场认定并标注后启动，不能由监控画面或线索直接启动",
            rule_id="TRAP-02",
        )
    if actor.unit is None or found.unit_id != actor.unit.id:
        raise NotPermitted(
            "another unit holds the finding", "该事项由其他单位办理", rule_id="R-020"
        )
    if found.id in repository.of_findings(db, [found.id]):
        raise Conflict(f"finding {found.id} is assessed already", "该情形已在研判")
    made = CriminalReferral(
        id=new_id(at),
        number=next_number(db, at, Prefix.REFERRAL, found.division_code),
        state=ReferralState.ASSESS,
        version=1,
        unit_id=found.unit_id,
        enterprise_id=found.enterprise_id,
        finding_id=found.id,
        created_at=at,
        begun_by=part_of(actor),
        team={"members": []},
    )
    db.add(made)
    db.flush()
    act = audit.Act("suspect", to_state=made.state, reason=body.reason)
    COURSE.record(db, at, actor.who, made, act)
    tell_province(db, Attempt(at, actor, made.id, 1), made)
    return made


def unanswered(db: Session, source_kind: str, source_id: str) -> bool:
    """Whether a record holds a tagged finding of which nobody has said what becomes of it."""
    return repository.unanswered(db, source_kind, source_id)


def tagged(db: Session, at: datetime, actor: Actor) -> schemas.FindingList:
    """List the tagged findings in scope, newest first.

    Raises:
        NotPermitted: the role reads no referrals.
    """
    actor.require(Act.REFERRALS_READ, at)
    found = repository.findings(db, jurisdiction.scope(db, actor), _PAGE)
    return schemas.FindingList(items=pages.findings(db, at, found))


def page(
    db: Session, at: datetime, actor: Actor, catalogue: Catalogue, referral_id: UUID
) -> schemas.Referral:
    """Return a referral within the actor's scope.

    Raises:
        NotPermitted: the role reads no referrals.
        NotFound: there is none, or it lies outside the scope.
    """
    actor.require(Act.REFERRALS_READ, at)
    found = repository.visible(db, jurisdiction.scope(db, actor), referral_id)
    if found is None:
        raise NotFound(f"referral {referral_id}")
    return pages.page(db, pages.Looking(at, actor, catalogue), found)


def listed(db: Session, at: datetime, actor: Actor, cursor: UUID | None) -> schemas.ReferralList:
    """List the referrals in scope, newest first.

    Raises:
        NotPermitted: the role reads no referrals.
    """
    actor.require(Act.REFERRALS_READ, at)
    found = repository.listed(db, jurisdiction.scope(db, actor), cursor, _PAGE)
    more = str(found[_PAGE - 1].id) if len(found) > _PAGE else None
    return schemas.ReferralList(items=pages.rows(db, at, found[:_PAGE]), next_cursor=more)
