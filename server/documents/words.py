"""Words that forms share."""

from datetime import datetime

from server.documents.mark import Mark
from server.documents.plan import Field
from server.identity.actor import LEGAL_ZONE

NOT_REVIEWED = "未经法制审核"
#: TRAP-03, INV-2: what a camera's recording is good for until it is reviewed.
LEAD_ONLY = "仅作线索，不得单独作为处罚证据"
KIND_ZH = {
    "frame_shown": "关键帧（展示用副本）",
    "frame_original": "关键帧原件（封存）",
    "before_shown": "异常前最后一帧正常画面（展示用副本）",
    "before_original": "异常前最后一帧正常画面原件（封存）",
    "clip_shown": "视频片段（展示用副本）",
    "clip_original": "视频片段原件（封存）",
}
STATE_ZH = {
    "pending": "尚未上传",
    "verified": "已存，校验一致",
    "missing": "缺失",
    "altered": "校验不一致，不得使用",
    "quarantined": "收到的内容与登记不符，已隔离",
    "destroyed": "保存期满，已依规销毁",
}
#: What is blurred on a shown copy; heads that are what is judged stay visible.
REDACTION_ZH = {"heads_blurred": "人员头部已按规则模糊", "none": "未作模糊处理"}
_WHO_FILLS = "须由执法人员填写"


def moment(at: datetime) -> str:
    """Write an instant as the time in China."""
    return f"{at.astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M:%S}"


def known(key: str, label: tuple[str, str], value: str, source: str) -> Field:
    """Make a field that the record answers for."""
    return Field(key, label[0], label[1], value, Mark.AUTO, source)


def proposed(key: str, label: tuple[str, str], value: str, source: str) -> Field:
    """Make a field that an officer may change."""
    return Field(key, label[0], label[1], value, Mark.PROPOSED, source)


def blank(key: str, label: tuple[str, str], source: str = _WHO_FILLS) -> Field:
    """Make a field that only the officer fills (INV-5)."""
    return Field(key, label[0], label[1], "", Mark.BLANK, source)
