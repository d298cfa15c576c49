"""What a confirmed lead makes of a transfer letter (WORKFLOW §6, F7). Pure.

A transfer names no penalty: fire supervision and its penalties are the receiver's (TRAP-07).
"""

from hazard_library.catalogue.load import Catalogue
from server.documents import plan
from server.documents.lead_brief import LeadBrief
from server.documents.schemas import Field, basis_of
from server.documents.words import LEAD_ONLY, blank, known, moment, proposed
from server.handovers.schemas import TransferContent

#: AQSCF-2021-69: departments transfer in time what is another's, and keep a record.
TRANSFER_BASIS = "AQSCF-2021-69"


def receiver_of(brief: LeadBrief) -> str:
    """Return the department that is proposed."""
    return (brief.hazard.transfer_to or (brief.hazard.competent,))[0]


def prefill(brief: LeadBrief, catalogue: Catalogue) -> TransferContent:
    """Fill in all that the record and the catalogue know."""
    basis = basis_of(catalogue.legal[TRANSFER_BASIS])
    fields = [
        proposed("receiver", ("移送单位", "Receiver"), receiver_of(brief), "隐患目录"),
        *_enterprise(brief),
        *_facts(brief),
        proposed("basis", ("移送依据", "Basis"), f"《{basis.law}》{basis.article}", "法条库"),
        blank("reply_by", ("请于何时前反馈", "Reply wanted by")),
        blank("approval_opinion", ("负责人审批意见", "Leader's opinion")),
        blank("signature_seal", ("签名、印章及日期", "Signature, seal and date")),
        blank("document_no", ("文号（省执法系统）", "Official number")),
    ]
    return TransferContent(fields=[Field.of(field) for field in fields], basis=[basis])


def _enterprise(brief: LeadBrief) -> list[plan.Field]:
    firm, site, record = brief.place.enterprise, brief.place.site, "一企一档"
    return [
        known("enterprise_name", ("涉及单位", "Unit"), firm.name, record),
        known("credit_code", ("统一社会信用代码", "Credit code"), firm.credit_code, record),
        known("site", ("场所", "Site"), f"{site.name}（{site.address}）", record),
    ]


def _facts(brief: LeadBrief) -> list[plan.Field]:
    lead = f"线索 {brief.number}"
    seen = (
        f"{moment(brief.first_seen)}至{moment(brief.last_seen)}，线上巡查经摄像机"
        f"“{brief.camera_name}”发现疑似{brief.hazard.name.zh}，共 {brief.times_seen} 次。"
    )
    return [
        known("source", ("来源", "Source"), f"线上巡查线索 {brief.number}", lead),
        proposed("facts", ("移送事由", "Facts"), seen, lead),
        known(
            "online_finding",
            ("线上研判意见（执法人员原话）", "Officer's words on the picture"),
            f"{brief.finding}（{brief.confirmed_by}）",
            lead,
        ),
        known("evidence_grade", ("线上证据等级", "Grade of the evidence"), LEAD_ONLY, "系统规则"),
    ]
