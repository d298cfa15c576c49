"""The people of a task as the register knows them, on the day that counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from server.identity import service as identity
from server.identity.actor import LEGAL_ZONE, Actor
from server.identity.permissions import Role
from server.identity.same_person import persons_of
from server.jurisdiction import service as jurisdiction
from server.kit.errors import NotPermitted
from server.tasks import repository
from server.tasks.tables import InspectionTask
from server.tasks.team import Candidate


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody to assign: by account, with the record of assistance if from another unit."""

    account: str
    assistance_doc: str | None = None


def candidates(
    db: Session, named: Sequence[Named], enterprise_id: UUID, on: date
) -> list[Candidate]:
    """Look people up as they will be on a day.

    Raises:
        NotFound: no such account, or it is disabled.
        NotPermitted: it holds no role on that day.
    """
    evening = datetime.combine(on, time(23, 59), LEGAL_ZONE)
    actors = [identity.actor_named(db, one.account, "", evening) for one in named]
    away = jurisdiction.who_keeps_away(db, enterprise_id, [one.person_id for one in actors])
    return [
        Candidate(
            account_id=actor.id,
            account=actor.account,
            name=actor.full_name,
            person=str(actor.person_id),
            role=actor.role,
            unit_id=actor.unit.id if actor.unit is not None else None,
            certificate=actor.certificate,
            is_recused=actor.person_id in away,
            assistance_doc=one.assistance_doc,
        )
        for actor, one in zip(actors, named, strict=True)
    ]


def team_of(db: Session, task: InspectionTask) -> dict[str, str]:
    """Return the officers of a task: person → name."""
    officers = [one for one in repository.members(db, task.id) if one.duty == "officer"]
    persons = persons_of(db, [one.account_id for one in officers])
    return {str(persons[one.account_id]): one.name for one in officers}


def check_of_team(db: Session, task: InspectionTask, actor: Actor, at: datetime) -> None:
    """Refuse who is not one of the task's officers, or whose certificate is not valid now.

    Raises:
        NotPermitted: R-009.
    """
    is_officer = actor.role is Role.OFFICER and str(actor.person_id) in team_of(db, task)
    is_certified = actor.certificate is not None and actor.certificate.is_valid(at)
    if not (is_officer and is_certified):
        raise NotPermitted(
            f"{actor.account} is no officer of this task with a certificate that is valid now",
            f"{actor.full_name}不是本任务的检查人员，或执法证已失效，不得开展检查",
            rule_id="R-009",
        )
