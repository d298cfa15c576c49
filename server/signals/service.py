"""The door of signals: take them, match them to enterprises, count what they tell."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing, Who
from server.enterprises import service as enterprises
from server.identity.actor import Actor
from server.identity.permissions import Act
from server.jurisdiction import service as jurisdiction
from server.kit.db import Json
from server.kit.errors import FieldsMissing, NotFound, NotPermitted
from server.kit.ids import new_id
from server.kit.preconditions import check_version
from server.signals import repository
from server.signals.anonymity import strike_identity
from server.signals.repository import Asked
from server.signals.schemas import (
    Candidate,
    Match,
    Outcome,
    SignalIn,
    SignalList,
    SignalOut,
    SignalPage,
    SignalsTaken,
    SignalTaken,
)
from server.signals.states import SIGNALS, Level, SignalEvent, SignalKind, SignalState
from server.signals.tables import Signal
from server.signals.thresholds import Judged, Reading, Threshold, judge

__all__ = [
    "Asked",
    "Attempt",
    "Told",
    "listed",
    "match",
    "match_waiting",
    "page",
    "reopen",
    "set_aside",
    "take",
    "told_of",
    "unmatch",
]

#: A source whose clock runs ahead by more has a wrong one.
_AHEAD = timedelta(minutes=10)
_WHO = Who("svc:signals", "svc")
_THRESHOLDS = "monitoring_threshold"
_MOST_WAITING = 500
_COMPLAINTS = (SignalKind.COMPLAINT, SignalKind.PETITION)
_WARNINGS = (SignalKind.RISK_WARNING, SignalKind.MONITORING_DATA)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody's act on a signal, in the version that they have read."""

    at: datetime
    actor: Actor
    signal_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Told:
    """How many signals of a sort happened, and when the last one did."""

    count: int
    last_at: datetime | None


def take(
    db: Session, at: datetime, actor: Actor, came: Sequence[SignalIn], *, dry: bool = False
) -> SignalsTaken:
    """Take signals; one that is known already changes nothing, a wrong one stops no other.

    dry: say what would become of them, and write nothing.

    Raises:
        NotPermitted: the role brings no signals, or the actor belongs to no unit.
    """
    actor.require(Act.SIGNALS_POST, at)
    if actor.unit is None:
        raise NotPermitted(f"{actor.account} belongs to no unit", "您不属于任何执法单位")
    known = _known(db, came)
    firms = enterprises.ids_of_codes(db, {one.credit_code for one in came if one.credit_code})
    desk = _Desk(db, at, actor, actor.unit.id, firms, known, dry)
    items = [desk.take(one) for one in came]
    counts = Counter(item.outcome.value for item in items)
    return SignalsTaken(counts={one.value: counts[one.value] for one in Outcome}, items=items)


def match(db: Session, tried: Attempt, wanted: Match) -> Signal:
    """Say of which enterprise a signal speaks.

    Raises:
        NotPermitted, NotFound, StaleVersion, NotAllowedNow: see `_begin`.
        FieldsMissing: the enterprise is not there, or lies out of reach.
    """
    found = _begin(db, tried)
    if not enterprises.is_in_reach(db, tried.actor, wanted.enterprise_id):
        raise FieldsMissing(["enterprise_id"], "没有该企业，或不在您的管辖范围内")
    found.enterprise_id = wanted.enterprise_id
    detail = {"enterprise": str(wanted.enterprise_id)}
    return _move(db, tried, found, SignalEvent.MATCH, wanted.reason, detail)


def unmatch(db: Session, tried: Attempt, reason: str) -> Signal:
    """Take a wrong match back.

    Raises:
        NotPermitted, NotFound, StaleVersion, NotAllowedNow: see `_begin`.
    """
    found = _begin(db, tried)
    SIGNALS.after(found.state, SignalEvent.UNMATCH)
    detail = {"enterprise": str(found.enterprise_id)}
    found.enterprise_id, found.unit_id = None, _unit(tried.actor)
    return _move(db, tried, found, SignalEvent.UNMATCH, reason, detail)


def set_aside(db: Session, tried: Attempt, reason: str) -> Signal:
    """Say that a signal speaks of nobody here.

    Raises:
        NotPermitted, NotFound, StaleVersion, NotAllowedNow: see `_begin`.
    """
    found = _begin(db, tried)
    SIGNALS.after(found.state, SignalEvent.SET_ASIDE)
    found.set_aside_because = reason
    return _move(db, tried, found, SignalEvent.SET_ASIDE, reason, {})


def reopen(db: Session, tried: Attempt, reason: str) -> Signal:
    """Bring a signal back that was set aside.

    Raises:
        NotPermitted, NotFound, StaleVersion, NotAllowedNow: see `_begin`.
    """
    found = _begin(db, tried)
    SIGNALS.after(found.state, SignalEvent.REOPEN)
    found.set_aside_because = None
    return _move(db, tried, found, SignalEvent.REOPEN, reason, {})


def match_waiting(db: Session, at: datetime) -> int:
    """Match waiting signals whose code has been registered since; return how many."""
    codes = repository.waiting_codes(db, _MOST_WAITING)
    firms = enterprises.ids_of_codes(db, codes)
    waiting = repository.waiting(db, list(firms)) if firms else ()
    for signal in waiting:
        signal.enterprise_id = firms[str(signal.credit_code)]
        before, signal.state = signal.state, SIGNALS.after(signal.state, SignalEvent.MATCH)
        signal.version += 1
        db.flush()
        act = audit.Act("match", before, signal.state, detail={"by": "credit_code"})
        audit.record(db, at, _WHO, _thing(signal), act)
    return len(waiting)


def page(db: Session, at: datetime, actor: Actor, signal_id: UUID) -> SignalPage:
    """Return a signal; the look is recorded.

    Raises:
        NotPermitted: the role reads no signals.
        NotFound: there is none, or it lies out of reach.
    """
    actor.require(Act.SIGNALS_READ, at)
    scope = jurisdiction.scope(db, actor)
    found = repository.visible(db, signal_id, scope)
    if found is None:
        raise NotFound(f"signal {signal_id}")
    audit.record_access(db, at, actor.who, _thing(found), "查看监测预警与投诉信息")
    named = found.enterprise_name if found.state is SignalState.UNMATCHED else None
    return SignalPage(
        signal=SignalOut.model_validate(found),
        candidates=[
            Candidate(id=firm.id, name=firm.name, credit_code=firm.credit_code)
            for firm in (enterprises.named(db, named, scope) if named else ())
        ],
        allowed=list(SIGNALS.allowed(found.state)) if actor.may(Act.SIGNALS_MATCH, at) else [],
    )


def listed(db: Session, at: datetime, actor: Actor, asked: Asked) -> SignalList:
    """List signals in reach, newest first.

    Raises:
        NotPermitted: the role reads no signals.
    """
    actor.require(Act.SIGNALS_READ, at)
    found = repository.listed(db, asked)
    return SignalList(
        items=[SignalOut.model_validate(one) for one in found[: asked.limit]],
        next_cursor=found[asked.limit - 1].id if len(found) > asked.limit else None,
    )


def told_of(db: Session, enterprise_id: UUID, at: datetime) -> dict[str, Told]:
    """Return what counts for the risk of an enterprise (WORKFLOW §7.4)."""
    half_year, month = at - timedelta(days=180), at - timedelta(days=30)
    red, orange = (
        repository.count(db, enterprise_id, _WARNINGS, month, level)
        for level in (Level.RED, Level.ORANGE)
    )
    complaints = repository.count(db, enterprise_id, _COMPLAINTS, half_year)
    found = {"complaints": complaints, "red_warnings": red, "orange_warnings": orange}
    return {name: Told(*one) for name, one in found.items()}


def thresholds_of(db: Session, enterprise_id: UUID | None) -> list[Threshold]:
    """Return the thresholds that a plant's own record names."""
    if enterprise_id is None:
        return []
    return [
        Threshold(
            point=one.value["point"],
            quantity=one.value["quantity"],
            unit=one.value["unit"],
            is_upper=one.value["direction"] == "above",
            limit=float(one.value["limit"]),
            level=Level(one.value["level"]),
            source=one.source,
        )
        for one in enterprises.values_of(db, enterprise_id, _THRESHOLDS)
    ]


@dataclass(frozen=True, slots=True)
class _Desk:
    """Takes the signals of one request."""

    db: Session
    at: datetime
    actor: Actor
    unit_id: UUID
    firms: dict[str, UUID]
    known: dict[tuple[str, str], Signal]
    is_dry: bool

    def take(self, came: SignalIn) -> SignalTaken:
        content = _content_of(came)
        known = self.known.get((came.source_system, came.external_id))
        if known is not None and known.content_sha256 == content:
            return self._answer(came, Outcome.KNOWN, known)
        if known is not None:
            return self._refuse(came, "该编号已登记为其他内容，请换用新编号")
        if came.occurred_at > self.at + _AHEAD:
            return self._refuse(came, "发生时间在未来，请核对来源系统的时钟")
        firm = self.firms.get(came.credit_code or "")
        judged = self._judged(came, firm)
        if judged is not None and not judged.known and came.level is None:
            return self._refuse(came, "该监测量没有阈值，请先在企业档案中登记监测阈值，或写明级别")
        if judged is not None and judged.known and judged.passed is None:
            return self._answer(came, Outcome.BELOW_THRESHOLD, None)
        return self._answer(came, Outcome.RECORDED, self._keep(came, content, firm, judged))

    def _judged(self, came: SignalIn, firm: UUID | None) -> Judged | None:
        if came.reading is None:
            return None
        reading = Reading(**came.reading.model_dump())
        return judge(reading, thresholds_of(self.db, firm))

    def _keep(
        self, came: SignalIn, content: str, firm: UUID | None, judged: Judged | None
    ) -> Signal:
        passed = judged.passed if judged is not None else None
        signal = Signal(
            id=new_id(self.at),
            kind=came.kind,
            source_system=came.source_system,
            external_id=came.external_id,
            content_sha256=content,
            credit_code=came.credit_code,
            enterprise_name=came.enterprise_name,
            enterprise_id=firm,
            unit_id=self.unit_id,
            state=SignalState.UNMATCHED if firm is None else SignalState.MATCHED,
            version=1,
            level=passed.level if passed is not None else came.level,
            occurred_at=came.occurred_at,
            received_at=self.at,
            received_by=self.actor.account,
            text=strike_identity(came.text) if came.text else None,
            reading=_reading(came, passed),
        )
        self.known[came.source_system, came.external_id] = signal
        if self.is_dry:
            return signal
        self.db.add(signal)
        self.db.flush()
        detail = {"kind": came.kind.value, "source_system": came.source_system}
        act = audit.Act("received", to_state=signal.state, detail=detail)
        audit.record(self.db, self.at, self.actor.who, _thing(signal), act)
        return signal

    def _answer(self, came: SignalIn, outcome: Outcome, signal: Signal | None) -> SignalTaken:
        return SignalTaken(
            external_id=came.external_id,
            outcome=outcome,
            id=signal.id if signal is not None and not self.is_dry else None,
            state=signal.state if signal is not None else None,
        )

    def _refuse(self, came: SignalIn, problem: str) -> SignalTaken:
        return SignalTaken(external_id=came.external_id, outcome=Outcome.REFUSED, problem=problem)


def _known(db: Session, came: Collection[SignalIn]) -> dict[tuple[str, str], Signal]:
    ids: dict[str, set[str]] = defaultdict(set)
    for one in came:
        ids[one.source_system].add(one.external_id)
    return {
        (system, external_id): signal
        for system, wanted in ids.items()
        for external_id, signal in repository.known(db, system, wanted).items()
    }


def _content_of(came: SignalIn) -> str:
    """Hash what was told without identities, so that the hash cannot prove a guess of one."""
    bare = came.model_copy(update={"text": strike_identity(came.text) if came.text else None})
    return hashlib.sha256(bare.model_dump_json().encode()).hexdigest()


def _reading(came: SignalIn, passed: Threshold | None) -> Json | None:
    if came.reading is None:
        return None
    told: Json = came.reading.model_dump()
    if passed is not None:
        told |= {
            "limit": passed.limit,
            "direction": "above" if passed.is_upper else "below",
            "threshold_source": passed.source,
        }
    return told


def _begin(db: Session, tried: Attempt) -> Signal:
    """Return the signal that somebody acts on.

    Raises:
        NotPermitted: the role matches no signals.
        NotFound: there is none, or it lies out of reach.
        StaleVersion: it was changed since it was read.
    """
    tried.actor.require(Act.SIGNALS_MATCH, tried.at)
    found = repository.visible(db, tried.signal_id, jurisdiction.scope(db, tried.actor))
    if found is None:
        raise NotFound(f"signal {tried.signal_id}")
    check_version(f"signal {found.id}", tried.version, found.version)
    return found


def _move(
    db: Session, tried: Attempt, found: Signal, event: SignalEvent, reason: str, detail: Json
) -> Signal:
    before = found.state
    found.state = SIGNALS.after(before, event)
    found.version += 1
    db.flush()
    act = audit.Act(event.value, before, found.state, reason, detail)
    audit.record(db, tried.at, tried.actor.who, _thing(found), act)
    return found


def _unit(actor: Actor) -> UUID:
    if actor.unit is None:
        raise NotPermitted(f"{actor.account} belongs to no unit", "您不属于任何执法单位")
    return actor.unit.id


def _thing(found: Signal) -> Thing:
    return Thing("signal", str(found.id), found.version)
