"""The life of a signal (WORKFLOW §7.3). It is never a lead by itself."""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class SignalKind(StrEnum):
    """What kind of word it is."""

    RISK_WARNING = "risk_warning"
    CREDIT = "credit"
    COMPLAINT = "complaint"
    PETITION = "petition"
    RISK_REPORT = "risk_report"
    MONITORING_DATA = "monitoring_data"


KIND_ZH = {
    SignalKind.RISK_WARNING: "风险监测预警",
    SignalKind.CREDIT: "信用监管",
    SignalKind.COMPLAINT: "投诉举报",
    SignalKind.PETITION: "信访",
    SignalKind.RISK_REPORT: "风险报告",
    SignalKind.MONITORING_DATA: "安全生产数据",
}


class Level(StrEnum):
    """The four colours of a warning, gravest first."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"


LEVEL_ZH = {Level.RED: "红", Level.ORANGE: "橙", Level.YELLOW: "黄", Level.BLUE: "蓝"}


class SignalState(StrEnum):
    """Whether it is known of whom it speaks."""

    UNMATCHED = "unmatched"
    MATCHED = "matched"
    SET_ASIDE = "set_aside"


class SignalEvent(StrEnum):
    """What can happen to it."""

    MATCH = "match"
    SET_ASIDE = "set_aside"
    UNMATCH = "unmatch"
    REOPEN = "reopen"


SIGNALS = StateMachine(
    "signal",
    {
        (SignalState.UNMATCHED, SignalEvent.MATCH): SignalState.MATCHED,
        (SignalState.UNMATCHED, SignalEvent.SET_ASIDE): SignalState.SET_ASIDE,
        (SignalState.MATCHED, SignalEvent.UNMATCH): SignalState.UNMATCHED,
        (SignalState.SET_ASIDE, SignalEvent.REOPEN): SignalState.UNMATCHED,
    },
)
