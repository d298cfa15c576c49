"""What a confirmed lead makes of an inspection task (WORKFLOW §6, F2 and F3). Pure.

Automatic fields come from the record, proposed ones from the catalogue; what is the officer's
stays blank (INV-5). Articles that a picture can never support are never named (TRAP-01).
"""

from collections.abc import Sequence

from hazard_library.catalogue.hazard import Handling, Hazard, Text
from hazard_library.catalogue.load import Catalogue
from server.documents import plan
from server.documents.lead_brief import LeadBrief
from server.documents.schemas import Field, basis_of
from server.documents.words import LEAD_ONLY, blank, known, moment, proposed
from server.enterprises.service import Place
from server.tasks.schemas import Candidate, FieldGroup, TaskContent

_RECORD = "一企一档"
_CATALOGUE = "隐患目录"


def prefill(brief: LeadBrief, catalogue: Catalogue) -> TaskContent:
    """Fill in all that the record and the catalogue know of a confirmed lead."""
    groups = [
        _group(("检查对象", "Inspected unit"), _enterprise(brief.place)),
        _group(("任务来源", "Where the task comes from"), _source(brief)),
        _group(("检查安排", "Arrangements"), _arrangements(brief)),
        _group(("审批", "Approval"), _approval()),
    ]
    return _content(groups, [brief.hazard], catalogue)


def prefill_plain(
    place: Place, hazards: Sequence[Hazard], source: tuple[str, str], catalogue: Catalogue
) -> TaskContent:
    """Fill in what is known without a lead; source: what kind it is, and its number."""
    told = known("source", ("任务来源", "Source"), f"{source[0]} {source[1]}", source[1])
    blanks = [blank("inspection_type", ("检查类型", "Type"))]
    groups = [
        _group(("检查对象", "Inspected unit"), _enterprise(place)),
        _group(("任务来源", "Where the task comes from"), [told]),
        _group(("检查安排", "Arrangements"), [*blanks, *_blank_arrangements()]),
        _group(("审批", "Approval"), _approval()),
    ]
    return _content(groups, hazards, catalogue)


def _content(
    groups: list[FieldGroup], hazards: Sequence[Hazard], catalogue: Catalogue
) -> TaskContent:
    never = {basis for hazard in hazards for basis in hazard.never_cite_from_image}
    duties = dict.fromkeys(key for hazard in hazards for key in hazard.basis if key not in never)
    return TaskContent(
        groups=groups,
        check_items=[item for hazard in hazards for item in hazard.check_items],
        basis=[basis_of(catalogue.legal[key]) for key in duties],
        candidates=[
            Candidate(basis=basis_of(catalogue.legal[item.basis]), only_when=item.only_when)
            for hazard in hazards
            for item in hazard.penalty_candidates
            if item.basis not in never
        ],
        shows_not=[text for hazard in hazards for text in hazard.shows_not],
    )


def _enterprise(place: Place) -> list[plan.Field]:
    firm, site = place.enterprise, place.site
    return [
        known("enterprise_name", ("被检查单位", "Unit"), firm.name, _RECORD),
        known("credit_code", ("统一社会信用代码", "Credit code"), firm.credit_code, _RECORD),
        known("address", ("地址", "Address"), firm.address, _RECORD),
        known(
            "legal_representative",
            ("法定代表人（主要负责人）", "Legal representative"),
            firm.legal_representative,
            _RECORD,
        ),
        known("industry", ("行业", "Industry"), firm.industry, _RECORD),
        known("site", ("检查场所", "Site"), f"{site.name}（{site.address}）", _RECORD),
    ]


def _source(brief: LeadBrief) -> list[plan.Field]:
    lead = f"线索 {brief.number}"
    return [
        known("source", ("任务来源", "Source"), f"线上巡查线索 {brief.number}", lead),
        known("first_seen", ("首次发现", "First seen"), moment(brief.first_seen), lead),
        known("last_seen", ("最近发现", "Last seen"), moment(brief.last_seen), lead),
        known("times_seen", ("发现次数", "Times seen"), f"{brief.times_seen} 次", lead),
        known("camera", ("摄像机", "Camera"), _where(brief), lead),
        proposed(
            "suspected", ("疑似隐患", "Suspected hazard"), f"疑似{brief.hazard.name.zh}", _CATALOGUE
        ),
        known(
            "online_finding",
            ("线上研判意见（执法人员原话）", "Officer's words on the picture"),
            f"{brief.finding}（{brief.confirmed_by}）",
            lead,
        ),
        known("evidence_grade", ("线上证据等级", "Grade of the evidence"), LEAD_ONLY, "系统规则"),
    ]


def _arrangements(brief: LeadBrief) -> list[plan.Field]:
    fields = [
        proposed("inspection_type", ("检查类型", "Type"), "个案检查", "线索转办"),
        proposed("places", ("检查部位", "Places to look at"), _places(brief), lead_source(brief)),
    ]
    return fields + _blank_arrangements() + _notice_to_others(brief.hazard)


def _blank_arrangements() -> list[plan.Field]:
    return [
        blank("planned_time", ("检查时间", "Time")),
        blank("officers", ("检查人员及执法证号（不少于两人）", "Officers, two or more")),
        blank("expert", ("专家", "Expert")),
        blank("protective_gear", ("安全防护与风险提示", "Protective gear and warnings")),
        blank("division_of_work", ("任务分工", "Division of work")),
        blank("reason", ("检查事由", "Reason for inspecting")),
    ]


def lead_source(brief: LeadBrief) -> str:
    """Name the lead as a field's source."""
    return f"线索 {brief.number}"


def _notice_to_others(hazard: Hazard) -> list[plan.Field]:
    if hazard.handling is not Handling.HANDLE_AND_NOTIFY or not hazard.transfer_to:
        return []
    told = "、".join(hazard.transfer_to)
    return [proposed("notify", ("同时通报", "Tell as well"), told, _CATALOGUE)]


def _approval() -> list[plan.Field]:
    return [
        blank("approval_opinion", ("审批意见", "Opinion")),
        blank("approver_signature", ("批准人签名及日期", "Approver's signature and date")),
    ]


def _where(brief: LeadBrief) -> str:
    return brief.camera_name + (f"（区域：{brief.zone}）" if brief.zone else "（整个画面）")


def _places(brief: LeadBrief) -> str:
    return f"{brief.place.site.name}，摄像机“{brief.camera_name}”所见部位" + (
        f"（区域：{brief.zone}）" if brief.zone else ""
    )


def _group(title: tuple[str, str], fields: list[plan.Field]) -> FieldGroup:
    return FieldGroup(
        title=Text(zh=title[0], en=title[1]), fields=[Field.of(field) for field in fields]
    )
