"""Who goes: two certified officers of the unit, two persons, without an interest (INV-3). Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from server.identity.actor import LEGAL_ZONE, Certificate
from server.identity.permissions import Role
from server.kit.errors import FieldsMissing, NotPermitted

#: So many officers at least (XZCFF-2021-42).
LEAST = 2
#: Sign-ins further apart than this ask again.
APART = timedelta(minutes=10)
_MESSAGE = "执法人员少于两人或证件无效，不得开展检查"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may go, as the register knows them.

    Attributes:
        person: who is behind the account.
        is_recused: an interest in the enterprise is declared 回避.
        assistance_doc: record of assistance, of somebody from another unit.
    """

    account_id: UUID
    account: str
    name: str
    person: str
    role: Role
    unit_id: UUID | None
    certificate: Certificate | None
    is_recused: bool
    assistance_doc: str | None = None


def check_team(
    officers: Sequence[Candidate],
    unit_id: UUID,
    planned_on: date,
    approvers: Collection[str],
) -> None:
    """Refuse a team that may not inspect on the planned day.

    Args:
        officers: who is to go as one of the two; experts and aides are not among them.
        unit_id: the unit whose task it is.
        planned_on: the day of the visit; certificates are judged on it.
        approvers: persons who approved or submitted for approval in the leader's place.

    Raises:
        NotPermitted: R-009 with who and why; R-043 for a declared interest.
    """
    for one in officers:
        fault = _fault(one, unit_id, planned_on)
        if fault is not None:
            raise NotPermitted(f"{one.account}: {fault}", f"{_MESSAGE}：{fault}", rule_id="R-009")
        if one.is_recused:
            raise NotPermitted(
                f"{one.account} has declared an interest in the enterprise",
                f"{one.name}应当回避，不得参加本次检查",
                rule_id="R-043",
            )
        if one.person in approvers:
            raise NotPermitted(
                f"{one.account} approved this task and may not inspect on it",
                f"{one.name}审批了本任务，不得作为检查人员",
                rule_id="WORKFLOW-2",
            )
    if len({one.person for one in officers}) < LEAST:
        raise NotPermitted(
            "an inspection needs two officers who are two persons", _MESSAGE, rule_id="R-009"
        )


def check_experts(experts: Sequence[Candidate]) -> None:
    """Refuse an expert who has an interest in the enterprise.

    Raises:
        NotPermitted: the interest is declared.
    """
    for one in experts:
        if one.is_recused:
            raise NotPermitted(
                f"{one.account} has declared an interest in the enterprise",
                f"{one.name}应当回避，不得参加本次检查",
                rule_id="R-043",
            )


def check_signed_in(
    latest: Mapping[str, datetime], needed: Mapping[str, str], at: datetime
) -> None:
    """Refuse an arrival unless two of the team have signed in within ten minutes.

    Args:
        latest: the last sign-in of each person.
        needed: person → name, of the officers of the team.
        at: now; a sign-in of another day does not count.

    Raises:
        FieldsMissing: who has to sign in, or to sign in again.
    """
    day = at.astimezone(LEGAL_ZONE).date()
    today = {
        person: when
        for person, when in latest.items()
        if person in needed and when.astimezone(LEGAL_ZONE).date() == day
    }
    last = max(today.values(), default=at)
    together = {person for person, when in today.items() if last - when <= APART}
    if len(together) >= LEAST:
        return
    lacking = "、".join(name for person, name in needed.items() if person not in together)
    raise FieldsMissing(
        ["sign_in"],
        f"两名执法人员须在10分钟内分别签到，请{lacking}签到",
        rule_id="R-009",
    )


def _fault(one: Candidate, unit_id: UUID, planned_on: date) -> str | None:
    if one.role is not Role.OFFICER:
        return f"{one.name}不是执法人员"
    noon = datetime.combine(planned_on, time(12), LEGAL_ZONE)
    if one.certificate is None or not one.certificate.is_valid(noon):
        return f"{one.name}的执法证在{planned_on:%Y-%m-%d}无效"
    if one.unit_id != unit_id and one.assistance_doc is None:
        return f"{one.name}不属于本单位，且无协助执法记录"
    return None
