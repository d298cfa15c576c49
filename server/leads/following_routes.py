"""`/api/v1/leads`: duplicates, what follows a verdict, and what takes the leader."""

from fastapi import APIRouter

from server.leads import schemas, service
from server.leads.asking import REFUSALS, Decide

router = APIRouter(prefix="/api/v1/leads", tags=["leads"])


@router.post("/{id}/duplicate", responses=REFUSALS)
def duplicate(body: schemas.Duplicate, deciding: Decide) -> schemas.Lead:
    """重复: the incidents go to another lead."""
    return deciding.by("duplicate", body, lambda tried: service.duplicate(deciding.db, tried, body))


@router.post("/{id}/undo-duplicate", responses=REFUSALS)
def undo_duplicate(deciding: Decide) -> schemas.Lead:
    """撤销重复: within a day the incidents come back."""
    return deciding.by(
        "undo-duplicate", None, lambda tried: service.undo_duplicate(deciding.db, tried)
    )


@router.post("/{id}/absorb", responses=REFUSALS)
def absorb(body: schemas.Absorb, deciding: Decide) -> schemas.Lead:
    """并入告警风暴: a broken camera's open leads become duplicates of its storm."""
    return deciding.by("absorb", body, lambda tried: service.absorb(deciding.db, tried, body))


@router.post("/{id}/create-task", responses=REFUSALS)
def create_task(deciding: Decide) -> schemas.Lead:
    """转检查任务: a draft inspection task follows."""
    return deciding.by(
        "create-task",
        None,
        lambda tried: service.create_task(deciding.db, tried, deciding.catalogue),
    )


@router.post("/{id}/transfer", responses=REFUSALS)
def transfer(deciding: Decide) -> schemas.Lead:
    """移送: a draft letter follows; the lead is 已移送 once the leader has agreed."""
    return deciding.by(
        "transfer", None, lambda tried: service.transfer(deciding.db, tried, deciding.catalogue)
    )


@router.post("/{id}/no-action", responses=REFUSALS)
def no_action(body: schemas.NoAction, deciding: Decide) -> schemas.Lead:
    """不再处理: proposed to the leader, with the legal basis."""
    return deciding.by(
        "no-action",
        body,
        lambda tried: service.no_action(deciding.db, tried, deciding.catalogue, body),
    )


@router.post("/{id}/withdraw", responses=REFUSALS)
def withdraw(body: schemas.Reopen, deciding: Decide) -> schemas.Lead:
    """撤回认定: proposed to the leader; what came of the lead must be void or closed."""
    return deciding.by("withdraw", body, lambda tried: service.withdraw(deciding.db, tried, body))


@router.post("/{id}/reopen", responses=REFUSALS)
def reopen(body: schemas.Reopen, deciding: Decide) -> schemas.Lead:
    """复开: at once, or proposed to the leader after 30 days or when something was issued."""
    return deciding.by("reopen", body, lambda tried: service.reopen(deciding.db, tried, body))


@router.post("/{id}/approve", responses=REFUSALS)
def approve(body: schemas.Approve, deciding: Decide) -> schemas.Lead:
    """同意: the leader agrees to what an officer proposed."""
    return deciding.by("approve", body, lambda tried: service.approve(deciding.db, tried, body))


@router.post("/{id}/refuse", responses=REFUSALS)
def refuse(body: schemas.Refuse, deciding: Decide) -> schemas.Lead:
    """不同意: the lead stays as it is."""
    return deciding.by("refuse", body, lambda tried: service.refuse(deciding.db, tried, body))


@router.post("/{id}/take-back", responses=REFUSALS)
def take_back(deciding: Decide) -> schemas.Lead:
    """撤回申请: the officer drops what waits for the leader."""
    return deciding.by(
        "take-back", None, lambda tried: service.take_proposal_back(deciding.db, tried)
    )
