"""A ground for every form, as the modules would give it; and ways to type answers."""

from dataclasses import replace
from datetime import UTC, date, datetime

from server.documents.filling import FilledForm, Typed, fill
from server.documents.form_spec import Family, FormCode, edition_on, spec_of
from server.documents.grounds import (
    AnyGround,
    EnterpriseBlock,
    EvidenceRow,
    F1Camera,
    F1Ground,
    F2Ground,
    F2Item,
    F3Ground,
    F3Item,
    F3Limit,
    F4Ground,
    F4Item,
    F5Ground,
    F5Problem,
    F6Ground,
    F6Item,
    F7Ground,
    F8Evidence,
    F8Ground,
    F8Violation,
    Finding,
    LawLine,
    facts_of,
)
from server.documents.mark import Mark

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
FIRM = EnterpriseBlock(
    enterprise_name="演示企业甲机械制造有限公司（虚构）",
    credit_code="91320115MA0000001X",
    address="江宁区演示路1号",
    legal_representative="演示法人",
    industry="其他工贸",
    site="一号厂区（演示路1号）",
)
LAW = LawLine(
    key="AQSCF-2021-65-P1",
    title_zh="《中华人民共和国安全生产法》第六十五条第一款",
    quote="（测试用条文，不是法律原文）有关部门依法开展检查工作，对执行有关法律的情况进行监督检查。",
    is_reviewed=False,
    in_force_from="2021-09-01",
)
GONE = replace(LAW, key="GONE", title_zh="《已废止的规定》第三条", in_force_to="2025-12-31")
SHA = "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea"
_OFFICERS = "王某（苏A-0001）、李某（苏A-0002）"
_EVIDENCE = (
    EvidenceRow("e1", "关键帧（展示用副本）", SHA, "已存，校验一致"),
    EvidenceRow("e2", "视频片段原件（封存）", SHA[::-1], "尚未上传"),
)
_FINDING = Finding(
    "装配车间东侧安全出口被三只木箱堵塞，宽度不足0.6米。", "XC-320115-2026-000004", "wang"
)

GROUNDS: dict[FormCode, AnyGround] = {
    FormCode.F1: F1Ground(
        number="XC-320115-2026-000004",
        unit="江宁区应急管理局",
        kind="在线巡查（两名执法人员）",
        officers=_OFFICERS,
        started_at="2026-03-02 09:00:00",
        ended_at="2026-03-02 09:40:12",
        coverage="计划 3 路，实看 3 路；其中随机抽查 1 路（无模型提示）",
        cameras=(
            F1Camera(
                "gate",
                "大门球机",
                "演示企业甲；依据：安全生产法第六十五条",
                "09:02:11 3f79bb7b…",
                "疑似未戴安全帽",
            ),
            F1Camera(
                "yard",
                "罐区枪机",
                "演示企业乙；依据：危险化学品安全法第八条",
                "09:11:40 8a01cc32…",
                "",
            ),
            F1Camera(
                "dock",
                "装卸平台",
                "演示企业乙；依据：危险化学品安全法第八条",
                "09:20:05 77e1bd10…",
                "",
            ),
        ),
        basis=(LAW,),
    ),
    FormCode.F2: F2Ground(
        enterprise=FIRM,
        source="线上巡查线索 XS-320115-2026-000012",
        lead_no="XS-320115-2026-000012",
        times_seen="7 次",
        first_seen="2026-03-01 14:03:20",
        last_seen="2026-03-02 08:11:09",
        suspected="疑似安全出口、疏散通道被占用",
        online_finding="画面中出口前堆有木箱，无法判断是否可以移动（王某）",
        evidence_grade="仅作线索，不得单独作为处罚证据",
        inspection_type="个案检查",
        visits="1 次 / 2 次",
        planned_dates="2026-03-04",
        officers=_OFFICERS,
        items=(
            F2Item("1", "安全出口、疏散通道是否畅通，有无占用、锁闭、封堵", "隐患目录 EXIT-01"),
            F2Item("2", "出口指示标志是否完好、明显", "年度计划"),
        ),
        basis=(LAW, GONE),
        evidence=_EVIDENCE,
    ),
    FormCode.F3: F3Ground(
        enterprise=FIRM,
        time="2026-03-04 09:30",
        expert="",
        officers=_OFFICERS,
        places="一号厂区装配车间，摄像机“东门”所见部位（区域：出口）",
        protective_gear="安全帽、防砸鞋；车间内有叉车作业，注意避让",
        items=(
            F3Item(
                "1",
                "安全出口、疏散通道是否畅通，有无占用、锁闭、封堵",
                "现场查看、测量",
                "保持畅通，无锁闭、封堵",
            ),
            F3Item("2", "出口指示标志是否完好、明显", "现场查看", "完好、明显"),
        ),
        basis=(LAW,),
        candidates=(replace(LAW, key="P", only_when="现场查明出口被占用、锁闭或者封堵"),),
        shows_not=(F3Limit("1", "木箱后是否另有通道"), F3Limit("2", "占用持续了多久")),
    ),
    FormCode.F4: F4Ground(
        enterprise=FIRM,
        place="一号厂区装配车间",
        time_in="2026-03-04 09:31",
        time_out="2026-03-04 11:02",
        officers=_OFFICERS,
        recorder="ZF-0147",
        items=(
            F4Item(
                "1",
                "安全出口、疏散通道是否畅通，有无占用、锁闭、封堵（安全生产法第四十二条第二款）",
                "IMG-01 3f79bb7b…",
            ),
            F4Item("2", "出口指示标志是否完好、明显", ""),
        ),
        basis=(LAW,),
        machine_claim="疑似安全出口、疏散通道被占用（线索 XS-320115-2026-000012）",
    ),
    FormCode.F5: F5Ground(
        unit="江宁区应急管理局",
        enterprise=FIRM,
        problems=(
            F5Problem(
                "1",
                "安全出口被占用（安全生产法第四十二条第二款）",
                _FINDING,
                "清除占用物，恢复出口畅通，并落实日常检查",
            ),
        ),
        basis=(LAW,),
        due_hint="可填 2026-03-05 至 2026-04-03；到期日逢休息日顺延",
        responsible="",
        remedies="如不服本指令，可依法申请行政复议或者提起行政诉讼（具体机关与期限须经法制审核后填写）。",
    ),
    FormCode.F6: F6Ground(
        enterprise=FIRM,
        order_no="（江宁）应急责改〔2026〕15号",
        served_on="2026-03-05",
        recheck_due="2026-03-27",
        items=(
            F6Item(
                "1",
                "安全出口被占用：清除占用物，恢复出口畅通",
                "2026-03-13",
                "木箱已移走，附照片2张（2026-03-12）",
            ),
        ),
        basis=(LAW,),
    ),
    FormCode.F7: F7Ground(
        receiver="江宁区消防救援大队",
        unit="江宁区应急管理局",
        enterprise=FIRM,
        source="线上巡查线索 XS-320115-2026-000012",
        facts="2026-03-01 至 2026-03-02，线上巡查经摄像机“东门”发现疑似安全出口被占用，共 7 次。",
        finding="画面中出口前堆有木箱，无法判断是否可以移动（王某）",
        evidence_grade="仅作线索，不得单独作为处罚证据",
        reply_by="2026-03-09",
        basis=(LAW,),
        evidence=_EVIDENCE,
    ),
    FormCode.F8: F8Ground(
        number="AJ-320115-2026-000003",
        unit="江宁区应急管理局",
        handlers=_OFFICERS,
        enterprise=FIRM,
        violations=(
            F8Violation(
                "1",
                "安全出口被三只木箱堵塞，宽度不足0.6米",
                "2026-03-04",
                "安全生产法第四十二条第二款",
                "安全生产法第一百零五条第二项",
            ),
        ),
        basis=(LAW,),
        evidence=(
            F8Evidence("e1", "现场检查记录及照片", "现场取得", SHA),
            F8Evidence(
                "e2", "关键帧（展示用副本）", "B：仅作线索，不得单独作为处罚证据", SHA[::-1]
            ),
        ),
    ),
}


def typed(value: str, by: str = "wang", name: str = "王某") -> Typed:
    """Type something."""
    return Typed(value, by, name, AT)


def filled(
    form: FormCode,
    answers: dict[str, str] | None = None,
    *,
    ground: AnyGround | None = None,
    family: Family = Family.MEM,
    day: date = DAY,
) -> FilledForm:
    """Fill a form in from its ground and what an officer typed."""
    told = {key: typed(value) for key, value in (answers or {}).items()}
    return fill(edition_on(form, family, day), facts_of(ground or GROUNDS[form]), told, day)


def every_answer(form: FormCode) -> dict[str, str]:
    """Type something into every ✎ of a form."""
    answers = {}
    for key, one in filled(form).all_fields():
        if one.mark is Mark.BLANK:
            default = "2026-03-20" if one.kind == "date" else "已由本人填写"
            answers[key] = one.choices[-1] if one.choices else default
    return answers


def moments(form: FormCode) -> tuple[str, ...]:
    """Return a form's moments."""
    return spec_of(form).moments
