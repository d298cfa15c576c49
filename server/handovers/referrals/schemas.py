"""Criminal referrals on the wire. Everything the system itself says is 疑似 and names no person."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel
from pydantic import Field as Described

from server.documents.schemas import Basis, Named
from server.handovers.referrals.states import ReferralEvent, ReferralState, Tag
from server.handovers.schemas import Asked, Line, Words


class MaterialKind(StrEnum):
    """What goes along (YSGD-2020-6), in the order of the article."""

    LETTER = "letter"
    REPORT = "report"
    GOODS_LIST = "goods_list"
    TEST_REPORTS = "test_reports"
    OTHER = "other"


MATERIAL_ZH = {
    MaterialKind.LETTER: "涉嫌犯罪案件移送书",
    MaterialKind.REPORT: "涉嫌犯罪案件情况的调查报告",
    MaterialKind.GOODS_LIST: "涉案物品清单",
    MaterialKind.TEST_REPORTS: "有关检验报告或者鉴定结论",
    MaterialKind.OTHER: "其他有关涉嫌犯罪的材料",
}
#: A referral without these is none; of the others it may be said why there are none.
NEVER_ABSENT = frozenset({MaterialKind.LETTER, MaterialKind.REPORT})


class Finding(BaseModel):
    """A finding on site that two officers tagged."""

    id: UUID
    source_kind: str
    source_number: str
    enterprise: Named
    tag: Tag
    tag_zh: str = Described(description="疑似…; no finding of guilt")
    facts: str
    found_at: datetime
    referral_id: UUID | None
    wants_assessment: bool = Described(description="R-022 speaks")


class FindingList(BaseModel):
    """Tagged findings, newest first."""

    items: list[Finding]


class Contact(BaseModel):
    """A call, letter or meeting."""

    at: datetime
    by: str
    kind: str
    authority: str
    minutes: str


class Report(BaseModel):
    """What the province is told of one change."""

    id: UUID
    no: int
    at: datetime
    state: ReferralState
    text_zh: str
    delivered_at: datetime | None
    receipt: str | None
    receipted_at: datetime | None


class Clock(BaseModel):
    """The clock that runs now."""

    basis: str = Described(description="Id of the legal basis")
    on: date
    ends_at: datetime
    later_on: date | None = Described(description="The other reading, where the text allows two")
    is_provisional: bool = Described(description="暂算")
    is_over: bool


class ReferralRow(BaseModel):
    """A referral in the list."""

    id: UUID
    number: str
    version: int
    state: ReferralState
    created_at: datetime
    enterprise: Named
    tag: Tag
    clock: Clock | None


class Referral(ReferralRow):
    """A referral's page."""

    hint_zh: str = Described(description="What the system says: 疑似, and no person's name")
    basis: list[Basis]
    facts: str
    source_number: str
    team: list[str]
    report: str | None
    reported_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    materials: "list[Material]"
    copied_to: str | None
    handed_at: datetime | None
    is_handed_late: bool
    alerts: list[int] = Described(description="Marks of the 24 hours that were passed, in hours")
    receipt: str | None
    received_on: date | None
    notice: str | None
    noticed_on: date | None
    goods: str | None
    result: str | None
    contacts: list[Contact]
    reports: list[Report]
    allowed: list[ReferralEvent]


class ReferralList(BaseModel):
    """Referrals, newest first."""

    items: list[ReferralRow]
    next_cursor: str | None


class Suspect(Asked):
    """An officer decides that a tagged finding is assessed; the system only asks."""

    finding: UUID
    reason: Words


class FormTeam(Asked):
    """Name two officers or more (YSGD-2020-5)."""

    members: tuple[Line, ...] = Described(min_length=1, max_length=20, description="Accounts")


class WriteReport(Asked):
    """The written report to the chief."""

    report: Words


class Decide(Asked):
    """The chief's opinion, or the reason for not referring; own words."""

    reason: Words


class Material(Asked):
    """One kind of paper: what there is of it, or why there is none."""

    kind: MaterialKind
    titles: tuple[Line, ...] = Described(default=(), max_length=50)
    none_because: Words | None = None


class HandOver(Asked):
    """Hand it over now: the moment is the server's and is never typed."""

    authority: Line = Described(description="同级公安机关")
    materials: tuple[Material, ...] = Described(max_length=5)
    copied_to: Line | None = Described(
        default=None, description="检察院 that got a copy; whether it must is UNVERIFIED"
    )


class Receipt(Asked):
    """The police signed for it."""

    receipt: Line
    received_on: date


class Notice(Asked):
    """A notice of the police or the procuratorate: its number and what it says."""

    notice: Words
    noticed_on: date


class Deliver(Asked):
    """What was delivered, by the signed list (YSGD-2020-12)."""

    goods: Words


class Note(Asked):
    """Own words to a step."""

    note: Words


class NoteContact(Asked):
    """A call, letter or meeting (SEED-(六))."""

    kind: Line
    authority: Line
    minutes: Words


class ReportReceipt(Asked):
    """What the province answered to a report."""

    receipt: Line
