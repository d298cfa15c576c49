"""`/api/v1/tasks/{id}/…`: what happens on site, and what comes of it."""

from fastapi import APIRouter

from server.identity.second_hand import Credential, who_signs
from server.kit.errors import TooManyAttempts
from server.kit.problems import answers
from server.tasks import bodies, service
from server.tasks.routes import REFUSALS, Decide
from server.tasks.schemas import Task

router = APIRouter(prefix="/api/v1/tasks", tags=["tasks"])

_SIGNING = {**REFUSALS, **answers(TooManyAttempts)}


@router.post("/{id}/sign-in", responses=_SIGNING)
def sign_in(body: bodies.SignIn, deciding: Decide) -> Task:
    """签到: each officer for himself, also at the other one's device."""
    signer = who_signs(deciding.on, deciding.actor, _typed(body.signer))
    plain = body.model_copy(update={"signer": None})
    return deciding.by(
        f"sign-in/{signer.account}",
        plain,
        lambda db, tried: service.sign_in(db, tried, signer, plain),
    )


@router.post("/{id}/arrive", responses=REFUSALS)
def arrive(body: bodies.Arrive, deciding: Decide) -> Task:
    """到达现场: certificates shown, recorder on; two officers signed in within ten minutes."""
    return deciding.by("arrive", body, lambda db, tried: service.arrive(db, tried, body))


@router.post("/{id}/refuse", responses=REFUSALS)
def refuse(body: bodies.Refused, deciding: Decide) -> Task:
    """拒绝检查: the facts are recorded, the leader is told."""
    return deciding.by("refuse", body, lambda db, tried: service.refuse(db, tried, body))


@router.post("/{id}/stop-danger", responses=REFUSALS)
def stop_danger(body: bodies.StopDanger, deciding: Decide) -> Task:
    """现场处理措施: criterion and finding; the register has it in the same step."""
    catalogue = deciding.catalogue
    return deciding.by(
        "stop-danger", body, lambda db, tried: service.stop_danger(db, tried, catalogue, body)
    )


@router.post("/{id}/approve-measure", responses=REFUSALS)
def approve_measure(body: bodies.ApproveMeasure, deciding: Decide) -> Task:
    """补办现场处理措施审批: the leader's paper, within 24 hours."""
    return deciding.by(
        "approve-measure", body, lambda db, tried: service.approve_measure(db, tried, body)
    )


@router.post("/{id}/write", responses=REFUSALS)
def write(body: bodies.WriteRecord, deciding: Decide) -> Task:
    """填写检查记录: a changed text voids the signatures under the former one."""
    return deciding.by("write", body, lambda db, tried: service.write(db, tried, body))


@router.post("/{id}/sign", responses=_SIGNING)
def sign(body: bodies.SignRecord, deciding: Decide) -> Task:
    """签名: an officer of the task, under the record as it is."""
    signer = who_signs(deciding.on, deciding.actor, _typed(body.signer))
    # The password stands in no hash that is kept: the key remembers who signed instead.
    return deciding.by(
        f"sign/{signer.account}",
        bodies.Nothing(),
        lambda db, tried: service.sign(db, tried, signer),
    )


@router.post("/{id}/enterprise-sign", responses=REFUSALS)
def enterprise_sign(body: bodies.EnterpriseSigns, deciding: Decide) -> Task:
    """企业签名, or how it was refused."""
    return deciding.by(
        "enterprise-sign", body, lambda db, tried: service.enterprise_signs(db, tried, body)
    )


@router.post("/{id}/record", responses=REFUSALS)
def record(body: bodies.Nothing, deciding: Decide) -> Task:
    """完成检查记录: everything is there and signed."""
    catalogue = deciding.catalogue
    return deciding.by("record", body, lambda db, tried: service.complete(db, tried, catalogue))


@router.post("/{id}/result-none", responses=REFUSALS)
def result_none(body: bodies.ResultNone, deciding: Decide) -> Task:
    """结论：符合."""
    catalogue = deciding.catalogue
    return deciding.by(
        "result-none", body, lambda db, tried: service.result_none(db, tried, catalogue, body)
    )


@router.post("/{id}/result-order", responses=REFUSALS)
def result_order(body: bodies.ResultOrder, deciding: Decide) -> Task:
    """结论：责令整改: drafts the order."""
    catalogue = deciding.catalogue
    return deciding.by(
        "result-order", body, lambda db, tried: service.result_order(db, tried, catalogue, body)
    )


@router.post("/{id}/result-case", responses=REFUSALS)
def result_case(body: bodies.WithReason, deciding: Decide) -> Task:
    """结论：立案移交; it may run beside an order."""
    catalogue = deciding.catalogue
    return deciding.by(
        "result-case", body, lambda db, tried: service.result_case(db, tried, catalogue, body)
    )


@router.post("/{id}/consider", responses=REFUSALS)
def consider(body: bodies.Consider, deciding: Decide) -> Task:
    """填写是否立案, for one violation."""
    catalogue = deciding.catalogue
    return deciding.by(
        "consider", body, lambda db, tried: service.consider(db, tried, catalogue, body)
    )


@router.post("/{id}/close", responses=REFUSALS)
def close(body: bodies.Nothing, deciding: Decide) -> Task:
    """办结: nothing runs any more, and every penalty clause was considered."""
    catalogue = deciding.catalogue
    return deciding.by("close", body, lambda db, tried: service.close(db, tried, catalogue))


@router.post("/{id}/reopen", responses=REFUSALS)
def reopen(body: bodies.WithReason, deciding: Decide) -> Task:
    """重新办理: a new fact."""
    return deciding.by("reopen", body, lambda db, tried: service.reopen(db, tried, body))


def _typed(signer: bodies.Credential | None) -> Credential | None:
    return Credential(signer.account, signer.password) if signer is not None else None
