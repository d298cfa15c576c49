"""The door of risk: why an enterprise is what it is; weights; contested factors."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing
from server.enterprises import service as enterprises
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.kit.errors import Conflict, FieldsMissing, NotFound, NotPermitted
from server.kit.ids import new_id
from server.kit.preconditions import check_version
from server.risk import repository
from server.risk.facts import OtherFacts, gather
from server.risk.schemas import (
    AddendOut,
    ContestIn,
    ContestOut,
    RiskScore,
    WeightsIn,
    WeightsUsed,
)
from server.risk.score import BAND_ZH, Rating, rate
from server.risk.states import (
    CONTESTS,
    WEIGHTS,
    ContestEvent,
    ContestState,
    WeightsEvent,
    WeightsState,
)
from server.risk.tables import RiskContest, RiskWeights
from server.risk.weights import Weights, house_weights

_PURPOSE = "查看企业风险评分"
_MOST = 100


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody's act on a set of weights or a contest, in the version that they have read."""

    at: datetime
    actor: Actor
    id: UUID
    version: int


def score(
    db: Session, at: datetime, actor: Actor, enterprise_id: UUID, others: OtherFacts
) -> RiskScore:
    """Return why an enterprise is what it is; the look is recorded.

    Raises:
        NotPermitted: the role sees no scores.
        NotFound: there is no such enterprise in the actor's scope.
    """
    actor.require(Act.RISK_READ, at)
    _require_in_reach(db, actor, enterprise_id)
    thing = Thing("enterprise", str(enterprise_id))
    audit.record_access(db, at, actor.who, thing, _PURPOSE)
    approved = repository.approved(db)
    rating = rating_of(db, at, enterprise_id, others)
    return RiskScore(
        enterprise_id=enterprise_id,
        score=rating.score,
        band=rating.band,
        band_zh=BAND_ZH[rating.band],
        computed_at=at,
        weights=WeightsUsed(
            number=approved.number if approved is not None else None,
            approved_by=approved.approved_by if approved is not None else None,
        ),
        addends=[AddendOut.model_validate(one) for one in rating.addends],
        contests=[ContestOut.model_validate(one) for one in repository.contests(db, enterprise_id)],
    )


def rating_of(db: Session, at: datetime, enterprise_id: UUID, others: OtherFacts) -> Rating:
    """Return the score of an enterprise for other parts of the server."""
    approved = repository.approved(db)
    weights = Weights.model_validate(approved.weights) if approved is not None else house_weights()
    facts = gather(db, at, enterprise_id, others)
    return rate(facts, weights, repository.upheld(db, enterprise_id))


def propose(db: Session, at: datetime, actor: Actor, wanted: WeightsIn) -> RiskWeights:
    """Write a set of weights down; it counts once a leader who did not write it approves it.

    Raises:
        NotPermitted: the role proposes no weights.
    """
    actor.require(Act.RISK_WEIGHTS_PROPOSE, at)
    made = RiskWeights(
        id=new_id(at),
        state=WeightsState.DRAFTED,
        version=1,
        weights=wanted.weights.model_dump(mode="json"),
        reason=wanted.reason,
        author=actor.account,
        created_at=at,
    )
    db.add(made)
    db.flush()
    act = audit.Act("drafted", to_state=made.state, reason=made.reason, detail=made.weights)
    audit.record(db, at, actor.who, _weights_thing(made), act)
    return made


def weights_listed(db: Session, at: datetime, actor: Actor) -> list[RiskWeights]:
    """Return all sets, newest first.

    Raises:
        NotPermitted: the role sees no scores.
    """
    actor.require(Act.RISK_READ, at)
    return list(repository.all_weights(db, _MOST))


def approve(db: Session, tried: Attempt) -> RiskWeights:
    """Let a set count from now on; the one before is superseded.

    Raises:
        NotPermitted: the role approves nothing, or the actor wrote it.
        NotFound, StaleVersion, NotAllowedNow: see `_begin`.
    """
    tried.actor.require(Act.RISK_DECIDE, tried.at)
    found = _begin(db, tried)
    if found.author == tried.actor.account:
        raise NotPermitted(
            f"{found.author} wrote these weights; another leader must approve them",
            "不得审批本人起草的权重，请由其他负责人审批",
            rule_id="WORKFLOW-7.4",
        )
    WEIGHTS.after(found.state, WeightsEvent.APPROVE)
    before = repository.approved(db)
    if before is not None:
        _move(db, tried, before, WeightsEvent.SUPERSEDE)
    number = repository.last_number(db) + 1
    found.approved_by, found.approved_at = tried.actor.account, tried.at
    found.number = number
    return _move(db, tried, found, WeightsEvent.APPROVE)


def withdraw(db: Session, tried: Attempt) -> RiskWeights:
    """Take a set back that nobody has approved.

    Raises:
        NotPermitted: the role proposes no weights.
        NotFound, StaleVersion, NotAllowedNow: see `_begin`.
    """
    tried.actor.require(Act.RISK_WEIGHTS_PROPOSE, tried.at)
    return _move(db, tried, _begin(db, tried), WeightsEvent.WITHDRAW)


@dataclass(frozen=True, slots=True)
class Contested:
    """Who contests what of which enterprise."""

    at: datetime
    actor: Actor
    enterprise_id: UUID
    wanted: ContestIn


def contest(db: Session, asked: Contested, others: OtherFacts) -> RiskContest:
    """Say that an addend is wrong, as it stands now.

    Raises:
        NotPermitted: the role contests nothing.
        NotFound: there is no such enterprise in the actor's scope.
        FieldsMissing: the addend is not what it was any more.
        Conflict: it is contested already.
    """
    at, actor = asked.at, asked.actor
    actor.require(Act.RISK_CONTEST, at)
    _require_in_reach(db, actor, asked.enterprise_id)
    rating = rating_of(db, at, asked.enterprise_id, others)
    mark = asked.wanted.fingerprint
    addend = next((one for one in rating.addends if one.fingerprint == mark), None)
    if addend is None:
        raise FieldsMissing(["fingerprint"], "该评分项已变化，请刷新后重新提出")
    known = repository.contests(db, asked.enterprise_id)
    if any(one.fingerprint == mark and one.state is ContestState.OPEN for one in known):
        raise Conflict(f"{addend.factor} is contested already", "该评分项已有待处理的异议")
    made = RiskContest(
        id=new_id(at),
        enterprise_id=asked.enterprise_id,
        state=ContestState.OPEN,
        version=1,
        factor=addend.factor,
        fingerprint=mark,
        told=json.loads(json.dumps(asdict(addend), default=str)),
        reason=asked.wanted.reason,
        contested_by=actor.account,
        contested_at=at,
    )
    db.add(made)
    db.flush()
    act = audit.Act("contested", to_state=made.state, reason=made.reason, detail=made.told)
    audit.record(db, at, actor.who, _contest_thing(made), act)
    return made


def decide(db: Session, tried: Attempt, event: ContestEvent, reason: str) -> RiskContest:
    """Uphold a contest, so that the addend adds nothing as long as it is what it is; or reject it.

    Raises:
        NotPermitted: the role decides nothing, or the actor contested it.
        NotFound: there is none, or it lies outside the scope.
        StaleVersion: it was changed since it was read.
        NotAllowedNow: it is decided already.
    """
    at, actor = tried.at, tried.actor
    actor.require(Act.RISK_DECIDE, at)
    found = repository.contest(db, tried.id)
    if found is None:
        raise NotFound(f"contest {tried.id}")
    _require_in_reach(db, actor, found.enterprise_id)
    check_version(f"contest {found.id}", tried.version, found.version)
    if found.contested_by == actor.account:
        raise NotPermitted(
            f"{actor.account} contested it; somebody else must decide",
            "不得裁定本人提出的异议",
            rule_id="WORKFLOW-7.4",
        )
    before = found.state
    found.state = CONTESTS.after(before, event)
    found.decided_by, found.decided_at, found.decision = actor.account, at, reason
    found.version += 1
    db.flush()
    act = audit.Act(event.value, before, found.state, reason, {"factor": found.factor})
    audit.record(db, at, actor.who, _contest_thing(found), act)
    return found


def _begin(db: Session, tried: Attempt) -> RiskWeights:
    """Return the set that somebody acts on.

    Raises:
        NotFound: there is none.
        StaleVersion: it was changed since it was read.
    """
    found = repository.weights(db, tried.id)
    if found is None:
        raise NotFound(f"weights {tried.id}")
    check_version(f"weights {found.id}", tried.version, found.version)
    return found


def _move(db: Session, tried: Attempt, found: RiskWeights, event: WeightsEvent) -> RiskWeights:
    before = found.state
    found.state = WEIGHTS.after(before, event)
    found.version += 1
    db.flush()
    act = audit.Act(event.value, before, found.state, detail={"number": found.number})
    audit.record(db, tried.at, tried.actor.who, _weights_thing(found), act)
    return found


def _require_in_reach(db: Session, actor: Actor, enterprise_id: UUID) -> None:
    if not enterprises.is_in_reach(db, actor, enterprise_id):
        raise NotFound(f"enterprise {enterprise_id}")


def _weights_thing(found: RiskWeights) -> Thing:
    return Thing("risk_weights", str(found.id), found.version)


def _contest_thing(found: RiskContest) -> Thing:
    return Thing("risk_contest", str(found.id), found.version)
