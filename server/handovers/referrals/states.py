"""The life of a criminal referral (WORKFLOW §5.8)."""

from enum import StrEnum

from server.kit.state_machine import StateMachine


class ReferralState(StrEnum):
    """Where a referral stands. `upheld`: the police keep to not filing, after a reconsideration."""

    ASSESS = "assess"
    TEAM = "team"
    CHIEF_REVIEW = "chief_review"
    APPROVED = "approved"
    REFUSED = "refused"
    HANDED = "handed"
    FILED = "filed"
    NOT_FILED = "not_filed"
    DELIVERED = "delivered"
    CONCLUDED = "concluded"
    RECONSIDERING = "reconsidering"
    SUPERVISED = "supervised"
    UPHELD = "upheld"
    PENALISED = "penalised"


class ReferralEvent(StrEnum):
    """What somebody may do, or what police and procuratorate answered."""

    FORM_TEAM = "form_team"
    REPORT = "report"
    APPROVE = "approve"
    REFUSE = "refuse"
    HAND_OVER = "hand_over"
    RECEIPT = "receipt"
    FILED = "filed"
    NOT_FILED = "not_filed"
    DELIVER = "deliver"
    CONCLUDE = "conclude"
    RECONSIDER = "reconsider"
    UPHOLD = "uphold"
    ASK_PROSECUTOR = "ask_prosecutor"
    PENALISE = "penalise"
    NOTE_CONTACT = "note_contact"


class Tag(StrEnum):
    """Which of the three situations of 刑法 第一百三十四条之一 officers tag a finding with."""

    MONITORING_SHUT_OFF = "monitoring_shut_off"
    STOP_ORDER_REFUSED = "stop_order_refused"
    UNLICENSED_WORK = "unlicensed_work"


#: In our words and short; the article itself is quoted from the legal basis (XF-134之一).
TAG_ZH = {
    Tag.MONITORING_SHUT_OFF: "安全监控、报警设备被关闭",
    Tag.STOP_ORDER_REFUSED: "拒不执行停止作业等决定",
    Tag.UNLICENSED_WORK: "未经许可从事高度危险作业",
}

_S, _E = ReferralState, ReferralEvent

#: A call, a letter or a meeting with police or procuratorate may be noted at any time (SEED-(六)).
_CONTACTS = {(state, _E.NOTE_CONTACT): state for state in _S}

TRANSITIONS = {
    (_S.ASSESS, _E.FORM_TEAM): _S.TEAM,
    (_S.TEAM, _E.REPORT): _S.CHIEF_REVIEW,
    (_S.CHIEF_REVIEW, _E.APPROVE): _S.APPROVED,
    (_S.CHIEF_REVIEW, _E.REFUSE): _S.REFUSED,
    (_S.APPROVED, _E.HAND_OVER): _S.HANDED,
    (_S.HANDED, _E.RECEIPT): _S.HANDED,
    (_S.HANDED, _E.FILED): _S.FILED,
    (_S.HANDED, _E.NOT_FILED): _S.NOT_FILED,
    (_S.FILED, _E.DELIVER): _S.DELIVERED,
    (_S.DELIVERED, _E.CONCLUDE): _S.CONCLUDED,
    (_S.NOT_FILED, _E.RECONSIDER): _S.RECONSIDERING,
    (_S.NOT_FILED, _E.ASK_PROSECUTOR): _S.SUPERVISED,
    (_S.NOT_FILED, _E.PENALISE): _S.PENALISED,
    (_S.RECONSIDERING, _E.FILED): _S.FILED,
    (_S.RECONSIDERING, _E.UPHOLD): _S.UPHELD,
    (_S.UPHELD, _E.ASK_PROSECUTOR): _S.SUPERVISED,
    (_S.UPHELD, _E.PENALISE): _S.PENALISED,
    (_S.SUPERVISED, _E.FILED): _S.FILED,
    (_S.SUPERVISED, _E.PENALISE): _S.PENALISED,
    **_CONTACTS,
}

REFERRAL = StateMachine("criminal referral", TRANSITIONS)

#: Whether it is a crime is still to be answered: a penalty closes nothing meanwhile (YSGD-2020-11).
UNANSWERED = frozenset({_S.ASSESS, _S.TEAM, _S.CHIEF_REVIEW, _S.APPROVED})

#: A clock of the reminders runs in these.
TIMED = frozenset({_S.CHIEF_REVIEW, _S.APPROVED, _S.NOT_FILED, _S.UPHELD})
