"""On site: sign in, arrive, write and sign the record, stop a danger, note a refusal."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.catalogue.load import Catalogue
from server.calendar.service import Period, Unit, count_due, current, day_of
from server.documents import check_items, signatures
from server.documents.signature_tables import Signature, Signed, SignedBy
from server.documents.signatures import Party, Text
from server.identity.actor import Actor
from server.identity.same_person import persons_of
from server.kit.errors import FieldsMissing
from server.kit.ids import new_id
from server.tasks import bodies, moving, people, record, repository, team
from server.tasks.moving import Attempt, Step
from server.tasks.record import Needed
from server.tasks.states import TaskEvent, TaskState
from server.tasks.tables import InspectionTask, MajorHazard, SiteSignIn

#: Report and complete the paperwork of an emergency measure (XZQZF-2011-19).
PAPERWORK = Period(24, Unit.HOUR, "XZQZF-2011-19")


def sign_in(db: Session, tried: Attempt, signer: Actor, body: bodies.SignIn) -> UUID:
    """签到: each officer with the own credential; server time counts, the device's is kept beside.

    Raises:
        NotPermitted: the signer is no officer of this task with a valid certificate (R-009).
    """
    task = moving.taken(db, tried, TaskEvent.SIGN_IN)
    people.check_of_team(db, task, signer, tried.at)
    if (body.latitude is None) != (body.longitude is None):
        raise FieldsMissing(["latitude", "longitude"], "位置须同时包含经度和纬度")
    db.add(
        SiteSignIn(
            id=new_id(tried.at),
            task_id=task.id,
            account_id=signer.id,
            at=tried.at,
            device_at=body.device_at,
            latitude=body.latitude,
            longitude=body.longitude,
        )
    )
    moving.move(db, tried, task, Step(TaskEvent.SIGN_IN, detail={"signer": signer.account}))
    return task.id


def arrive(db: Session, tried: Attempt, body: bodies.Arrive) -> UUID:
    """到达现场: two officers signed in within ten minutes; this counts as a visit.

    Raises:
        NotPermitted: who sends it is no officer of this task (R-009).
        FieldsMissing: somebody has to sign in, or again.
    """
    task = moving.taken(db, tried, TaskEvent.ARRIVE)
    people.check_of_team(db, task, tried.actor, tried.at)
    signed = repository.last_sign_ins(db, task.id)
    persons = persons_of(db, list(signed))
    latest: dict[str, datetime] = {}
    for account, at in signed.items():
        person = str(persons[account])
        latest[person] = max(at, latest.get(person, at))
    team.check_signed_in(latest, people.team_of(db, task), tried.at)
    task.arrived_at = tried.at
    task.arrival = body.model_dump(mode="json")
    task.record = record.begun(tried.at, body.recorder_no)
    moving.move(db, tried, task, Step(TaskEvent.ARRIVE, detail=task.arrival))
    return task.id


def refuse(db: Session, tried: Attempt, body: bodies.Refused) -> UUID:
    """拒绝检查: the facts are recorded, and the record says so (AQSCF-2021-66)."""
    task = moving.taken(db, tried, TaskEvent.REFUSE)
    people.check_of_team(db, task, tried.actor, tried.at)
    task.refused_facts = body.facts
    task.record = {**(task.record or {}), "refused_facts": body.facts}
    moving.move(db, tried, task, Step(TaskEvent.REFUSE, body.facts))
    return task.id


def stop_danger(db: Session, tried: Attempt, catalogue: Catalogue, body: bodies.StopDanger) -> UUID:
    """现场处理措施: a major hazard goes into the register in the same step (TRAP-15, TRAP-37).

    Raises:
        FieldsMissing: the criterion is none, or no longer law today (TRAP-16).
    """
    task = moving.taken(db, tried, TaskEvent.STOP_DANGER)
    people.check_of_team(db, task, tried.actor, tried.at)
    _check_criterion(catalogue, body.criterion, tried)
    deadline = count_due(current(db), tried.at, PAPERWORK)
    entry = MajorHazard(
        id=new_id(tried.at),
        task_id=task.id,
        unit_id=task.unit_id,
        enterprise_id=task.enterprise_id,
        site_id=task.site_id,
        criterion=body.criterion,
        finding=body.finding,
        measure=body.measure,
        found_by=tried.actor.id,
        found_at=tried.at,
        paperwork_due_at=deadline.ends_at,
    )
    db.add(entry)
    detail = {"major_hazard": str(entry.id), "criterion": body.criterion, "measure": body.measure}
    moving.move(db, tried, task, Step(TaskEvent.STOP_DANGER, body.finding, detail))
    return task.id


def approve_measure(db: Session, tried: Attempt, body: bodies.ApproveMeasure) -> UUID:
    """补办审批: the leader's paper on an emergency measure, within 24 hours; later too, but late.

    Raises:
        FieldsMissing: no such measure on this task, or its paper is there already.
    """
    task = moving.taken(db, tried, TaskEvent.APPROVE_MEASURE)
    waiting = [
        one
        for one in repository.major_hazards(db, task.id)
        if one.id == body.major_hazard_id and one.paperwork_at is None
    ]
    if not waiting:
        raise FieldsMissing(["major_hazard_id"], "没有待补办审批的现场处理措施")
    entry = waiting[0]
    entry.paperwork_by, entry.paperwork_at = tried.actor.id, tried.at
    entry.paperwork_no = body.paperwork_no
    late = max(tried.at - entry.paperwork_due_at, timedelta())
    detail = {"major_hazard": str(entry.id), "no": body.paperwork_no, "late": str(late)}
    moving.move(db, tried, task, Step(TaskEvent.APPROVE_MEASURE, body.opinion, detail))
    return task.id


def write(db: Session, tried: Attempt, body: bodies.WriteRecord) -> UUID:
    """填写检查记录, field by field and item by item; a changed text voids earlier signatures.

    Raises:
        FieldsMissing: a result on what is not to be checked, or another time without a reason.
    """
    task = moving.taken(db, tried, TaskEvent.WRITE)
    people.check_of_team(db, task, tried.actor, tried.at)
    given = body.model_dump(exclude_unset=True, mode="json")
    unknown = sorted({item["key"] for item in given.get("items") or ()} - set(task.items))
    if unknown:
        raise FieldsMissing(unknown, "不在本任务的检查事项之列")
    if body.time_in is not None and not (body.times_reason or _of(task).get("times_reason")):
        raise FieldsMissing(["times_reason"], "修改进入时间须说明原因")
    before = record_text(task).sha256
    task.record = record.merged(_of(task), given)
    detail = {"fields": sorted(given), "from": before, "to": record_text(task).sha256}
    moving.move(db, tried, task, Step(TaskEvent.WRITE, detail=detail))
    return task.id


def sign(db: Session, tried: Attempt, signer: Actor) -> UUID:
    """签名: an officer of the task under the record as it is now.

    Raises:
        NotPermitted: the signer is no officer of this task with a certificate valid now (R-009).
    """
    task = moving.taken(db, tried, TaskEvent.SIGN)
    people.check_of_team(db, task, signer, tried.at)
    signature = signatures.sign(db, tried.at, signer, record_text(task))
    detail = {"signer": signer.account, "sha256": signature.content_sha256}
    moving.move(db, tried, task, Step(TaskEvent.SIGN, detail=detail))
    return task.id


def enterprise_signs(db: Session, tried: Attempt, body: bodies.EnterpriseSigns) -> UUID:
    """企业签名 under the record as it is now, or how it was refused.

    Raises:
        FieldsMissing: neither a name with a post nor a note of the refusal.
    """
    task = moving.taken(db, tried, TaskEvent.SIGN)
    people.check_of_team(db, task, tried.actor, tried.at)
    party = Party(body.name, body.post, body.refusal_note)
    signature = signatures.take_down(db, tried.at, tried.actor, record_text(task), party)
    detail = {"by": signature.signed_by, "name": body.name, "sha256": signature.content_sha256}
    moving.move(db, tried, task, Step(TaskEvent.SIGN, body.refusal_note, detail))
    return task.id


def complete(db: Session, tried: Attempt, catalogue: Catalogue) -> UUID:
    """完成检查记录: every item has a result, two officers signed, the enterprise too or refused.

    Raises:
        FieldsMissing: R-010 with all that is lacking.
    """
    task = moving.taken(db, tried, TaskEvent.RECORD)
    people.check_of_team(db, task, tried.actor, tried.at)
    fields = lacking(db, catalogue, task)
    if fields:
        raise FieldsMissing(fields, record.lacking_zh(fields), rule_id=record.R_010)
    task.recorded_at = tried.at
    detail = {
        "sha256": record_text(task).sha256,
        "onsite_truth": _of(task).get("onsite_truth"),
        "lead": str(task.lead_id) if task.lead_id else None,
    }
    moving.move(db, tried, task, Step(TaskEvent.RECORD, detail=detail))
    return task.id


def lacking(db: Session, catalogue: Catalogue, task: InspectionTask) -> list[str]:
    """Name what the record lacks before it is complete, in Chinese."""
    standing = signatures.standing(db, record_text(task))
    needed = Needed(
        items=items_of(catalogue, task),
        has_lead=task.lead_id is not None,
        was_refused=task.state is TaskState.ONSITE_REFUSED,
        recorder_no=(task.arrival or {}).get("recorder_no"),
        officers_signed=_persons(db, standing),
        enterprise_signed=any(one.signed_by is not SignedBy.OFFICER for one in standing),
    )
    return record.lacking(_of(task), needed)


def items_of(catalogue: Catalogue, task: InspectionTask) -> list[check_items.CheckItem]:
    """Return the chosen check items of a task, in the catalogue's order."""
    chosen = set(task.items)
    return [one for one in check_items.published(catalogue, task.hazards) if one.key in chosen]


def record_text(task: InspectionTask) -> Text:
    """Return what is signed of a record: all of it."""
    return Text(Signed.RECORD, task.id, {"number": task.number, "record": task.record or {}})


def _of(task: InspectionTask) -> record.Record:
    return task.record or {}


def _persons(db: Session, signed: Sequence[Signature]) -> int:
    officers = [one.account_id for one in signed if one.signed_by is SignedBy.OFFICER]
    return len(set(persons_of(db, officers).values()))


def _check_criterion(catalogue: Catalogue, criterion: str, tried: Attempt) -> None:
    basis = catalogue.legal.get(criterion)
    if basis is None or basis.kind != "criterion":
        raise FieldsMissing(["criterion"], "请选择重大事故隐患判定标准的条款", rule_id="TRAP-15")
    if not basis.is_in_force(day_of(tried.at)):
        raise FieldsMissing(
            ["criterion"],
            f"《{basis.law}》已被{basis.replaced_by or '新的标准'}代替，不得用于今日的判定",
            rule_id="TRAP-16",
        )
