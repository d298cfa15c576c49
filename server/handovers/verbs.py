"""What people do with a transfer: revise, approve, send, note receipt and answer, close.

Each verb checks the person, the version, the state and its guards, in this order; it writes the
transfer and its audit entry. The caller holds the transaction.
"""

from sqlalchemy.orm import Session

from server.documents import following
from server.documents.plan import Mark
from server.documents.schemas import Field
from server.handovers import repository, schemas
from server.handovers.directory import directory
from server.handovers.moving import Attempt, Course, check_other_person
from server.handovers.states import TRANSFER, TransferEvent, TransferState
from server.handovers.tables import Transfer
from server.identity.permissions import Act
from server.kit.db import Json
from server.kit.errors import FieldsMissing
from server.kit.live import Kind

#: What the permission is to each event.
ACT_FOR = {
    TransferEvent.REVISE: Act.TRANSFERS_EDIT,
    TransferEvent.APPROVE: Act.TRANSFERS_APPROVE,
    TransferEvent.SEND: Act.TRANSFERS_EDIT,
    TransferEvent.RECEIPT: Act.TRANSFERS_EDIT,
    TransferEvent.ANSWER: Act.TRANSFERS_EDIT,
    TransferEvent.CLOSE: Act.TRANSFERS_EDIT,
    TransferEvent.RETURN: Act.TRANSFERS_EDIT,
    TransferEvent.REDRAFT: Act.TRANSFERS_EDIT,
}
COURSE: Course[Transfer, TransferState, TransferEvent] = Course(
    Kind.TRANSFER, TRANSFER, ACT_FOR, repository.locked
)


def revise(db: Session, tried: Attempt, body: schemas.Revise) -> Transfer:
    """Change what was proposed; the values before stay in the audit chain.

    Raises:
        FieldsMissing: a field is not the officer's to change, or the department is unknown.
    """
    transfer = COURSE.take(db, tried, TransferEvent.REVISE)
    replaced = _put(transfer, body)
    if body.department is not None:
        replaced["receiver"] = transfer.receiver
        found = directory().known(body.department)
        transfer.department, transfer.receiver, transfer.to_unit_id = found.id, found.zh, None
        _write_field(transfer, "receiver", found.zh)
    COURSE.move(db, tried, transfer, TransferEvent.REVISE, None, {"before": replaced})
    return transfer


def approve(db: Session, tried: Attempt, body: schemas.Approve) -> Transfer:
    """Agree that it goes out; who drafted it does not (WORKFLOW §2).

    Raises:
        NotPermitted: the same person drafted it.
        FieldsMissing: no receiver was chosen.
    """
    transfer = COURSE.take(db, tried, TransferEvent.APPROVE)
    check_other_person(tried, transfer.drafted_by, "起草人不得审批本移送函")
    if transfer.department is None and transfer.to_unit_id is None:
        raise FieldsMissing(["department"], "尚未从移送名录选择受移送单位，不能审批")
    transfer.opinion = body.opinion
    transfer.approved_by, transfer.approved_at = tried.person, tried.at
    COURSE.move(db, tried, transfer, TransferEvent.APPROVE, body.opinion)
    following.moved(db, tried.at, tried.actor.who, transfer.lead_id)
    return transfer


def send(db: Session, tried: Attempt, body: schemas.Send) -> Transfer:
    """Write down that it went out; the clock of R-021 begins."""
    transfer = COURSE.take(db, tried, TransferEvent.SEND)
    transfer.document_no, transfer.sent_how = body.document_no, body.how
    transfer.sent_at = tried.at
    detail = {"document_no": body.document_no, "how": body.how}
    COURSE.move(db, tried, transfer, TransferEvent.SEND, None, detail)
    return transfer


def receipt(db: Session, tried: Attempt, body: schemas.Receipt) -> Transfer:
    """Note that the receiver signed for it."""
    transfer = COURSE.take(db, tried, TransferEvent.RECEIPT)
    transfer.receipt, transfer.received_at = body.receipt, tried.at
    COURSE.move(db, tried, transfer, TransferEvent.RECEIPT, body.receipt)
    return transfer


def answer(db: Session, tried: Attempt, body: schemas.Answer) -> Transfer:
    """Note what the receiver did."""
    transfer = COURSE.take(db, tried, TransferEvent.ANSWER)
    transfer.answer, transfer.answered_at = body.answer, tried.at
    COURSE.move(db, tried, transfer, TransferEvent.ANSWER, body.answer)
    return transfer


def close(db: Session, tried: Attempt, body: schemas.Close) -> Transfer:
    """End it; AQSCF-2021-69 asks for a record, which stays."""
    transfer = COURSE.take(db, tried, TransferEvent.CLOSE)
    transfer.closed_at = tried.at
    COURSE.move(db, tried, transfer, TransferEvent.CLOSE, body.note)
    return transfer


def send_back(db: Session, tried: Attempt, body: schemas.Return) -> Transfer:
    """Note that the receiver sent it back."""
    transfer = COURSE.take(db, tried, TransferEvent.RETURN)
    transfer.returned_because = body.reason
    COURSE.move(db, tried, transfer, TransferEvent.RETURN, body.reason)
    return transfer


def redraft(db: Session, tried: Attempt, body: schemas.Redraft) -> Transfer:
    """Take a returned one up again: it needs a new approval and goes out under a new number."""
    transfer = COURSE.take(db, tried, TransferEvent.REDRAFT)
    sent = {"document_no": transfer.document_no, "sent_at": str(transfer.sent_at)}
    transfer.drafted_by = tried.person
    transfer.opinion = transfer.approved_by = None
    transfer.approved_at = transfer.sent_at = None
    transfer.document_no = transfer.sent_how = None
    COURSE.move(db, tried, transfer, TransferEvent.REDRAFT, body.reason, {"before": sent})
    return transfer


def _put(transfer: Transfer, body: schemas.Revise) -> Json:
    """Write what the officer changed; return the values before."""
    content = schemas.TransferContent.model_validate(transfer.content)
    marks = {field.key: field.mark for field in content.fields}
    refused = [
        key for key in body.fields if marks.get(key) is not Mark.PROPOSED or key == "receiver"
    ]
    if refused:
        raise FieldsMissing(refused, "以下内容由系统锁定或须在相应步骤由本人填写，不能修改")
    replaced: Json = {}
    for key, value in body.fields.items():
        replaced[key] = _write_field(transfer, key, value)
    if body.reply_by is not None:
        replaced["reply_by"] = _write_field(transfer, "reply_by", body.reply_by.isoformat())
    return replaced


def _write_field(transfer: Transfer, key: str, value: str) -> str | None:
    """Write one field of the form; return its value before."""
    content = schemas.TransferContent.model_validate(transfer.content)
    before = next((field.value for field in content.fields if field.key == key), None)
    fields: list[Field] = [
        field.model_copy(update={"value": value}) if field.key == key else field
        for field in content.fields
    ]
    transfer.content = content.model_copy(update={"fields": fields}).model_dump(mode="json")
    return before
