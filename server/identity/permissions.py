"""Who may do what, as data (WORKFLOW §2)."""

from enum import StrEnum


class Role(StrEnum):
    """A role is granted for a unit and a time; duties such as 线上巡查员 are none."""

    AIDE = "aide"
    OFFICER = "officer"
    LEADER = "leader"
    MAINTAINER = "maintainer"
    DEVOP = "devop"
    SYSADMIN = "sysadmin"
    LEGAL = "legal"
    TECH = "tech"
    CHIEF = "chief"
    ENT_MGR = "ent_mgr"
    AUDITOR = "auditor"
    EXPERT = "expert"


class Act(StrEnum):
    """What a route lets somebody do. The console gets the list and shows what is in it."""

    LEADS_READ = "leads.read"
    LEADS_PRESCREEN = "leads.prescreen"
    LEADS_CONFIRM = "leads.confirm"
    LEADS_HAND_OVER = "leads.hand_over"
    LEADS_SECOND_LOOK = "leads.second_look"
    LEADS_APPROVE = "leads.approve"
    TASKS_READ = "tasks.read"
    TASKS_EDIT = "tasks.edit"
    TASKS_APPROVE = "tasks.approve"
    ORDERS_READ = "orders.read"
    ORDERS_EDIT = "orders.edit"
    ORDERS_DECIDE = "orders.decide"
    ORDERS_ANSWER = "orders.answer"
    TRANSFERS_READ = "transfers.read"
    TRANSFERS_EDIT = "transfers.edit"
    TRANSFERS_APPROVE = "transfers.approve"
    DOCUMENTS_READ = "documents.read"
    DOCUMENTS_FILL = "documents.fill"
    DOCUMENTS_APPROVE = "documents.approve"
    HANDOVERS_READ = "handovers.read"
    HANDOVERS_EDIT = "handovers.edit"
    HANDOVERS_REVIEW = "handovers.review"
    HANDOVERS_APPROVE = "handovers.approve"
    HANDOVERS_EXPORT = "handovers.export"
    REFERRALS_READ = "referrals.read"
    REFERRALS_EDIT = "referrals.edit"
    REFERRALS_DECIDE = "referrals.decide"
    DOCUMENTS_DOWNLOAD = "documents.download"
    PATROLS_READ = "patrols.read"
    PATROLS_RUN = "patrols.run"
    PATROLS_PLAN = "patrols.plan"
    ENTERPRISES_READ = "enterprises.read"
    ENTERPRISES_CONSENT = "enterprises.consent"
    ENTERPRISES_EDIT = "enterprises.edit"
    ENTERPRISES_IMPORT = "enterprises.import"
    RISK_READ = "risk.read"
    RISK_CONTEST = "risk.contest"
    RISK_DECIDE = "risk.decide"
    RISK_WEIGHTS_PROPOSE = "risk.weights_propose"
    SIGNALS_READ = "signals.read"
    SIGNALS_POST = "signals.post"
    SIGNALS_MATCH = "signals.match"
    EVIDENCE_READ = "evidence.read"
    EVIDENCE_READ_SEALED = "evidence.read_sealed"
    EVIDENCE_WAITING = "evidence.waiting"
    EVIDENCE_FIX = "evidence.fix"
    EVIDENCE_HOLD = "evidence.hold"
    EVIDENCE_EXPORT = "evidence.export"
    EVIDENCE_EXPORT_APPROVE = "evidence.export_approve"
    REVIEWS_LEGAL = "reviews.legal"
    REVIEWS_TECH = "reviews.tech"
    CAMERAS_SUBMIT = "cameras.submit"
    CAMERAS_WITHDRAW = "cameras.withdraw"
    DEVICES_READ = "devices.read"
    DEVICES_ENROL = "devices.enrol"
    CONFIG_READ = "config.read"
    CONFIG_EDIT = "config.edit"
    CONFIG_APPROVE = "config.approve"
    AUDIT_READ = "audit.read"
    SAMPLES_READ = "samples.read"
    CALENDAR_READ = "calendar.read"
    CALENDAR_IMPORT = "calendar.import"
    ASSIGNMENTS_READ = "assignments.read"
    ASSIGNMENTS_DECIDE = "assignments.decide"
    URGINGS_ANSWER = "urgings.answer"
    RECUSALS_DECLARE = "recusals.declare"
    RECUSALS_END = "recusals.end"
    UNITS_READ = "units.read"
    UNITS_EDIT = "units.edit"
    REMINDERS_READ = "reminders.read"
    REMINDERS_HANDLE = "reminders.handle"
    REMINDERS_SWITCH = "reminders.switch"


#: The leader of a unit, and the one who answers for it: 主要负责人 may what a 负责人 may.
_LEADERS = frozenset({Role.LEADER, Role.CHIEF})
_OFFICER = frozenset({Role.OFFICER})
_OFFICER_OR_LEADER = _OFFICER | _LEADERS
#: Who reads the matters of a unit without acting on them.
_REVIEWERS = frozenset({Role.LEGAL, Role.AUDITOR})
_TRIAGE_READERS = _OFFICER_OR_LEADER | {Role.AIDE, Role.AUDITOR}
_MATTER_READERS = _OFFICER_OR_LEADER | _REVIEWERS
_PEOPLE_OF_A_UNIT = _MATTER_READERS | {Role.AIDE, Role.TECH, Role.EXPERT}

PERMISSIONS: dict[Act, frozenset[Role]] = {
    Act.LEADS_READ: _TRIAGE_READERS,
    Act.LEADS_PRESCREEN: frozenset({Role.AIDE, Role.OFFICER}),
    Act.LEADS_CONFIRM: _OFFICER,
    Act.LEADS_HAND_OVER: _OFFICER,
    # Another officer or the leader; the officer needs a certificate, which the verb asks for.
    Act.LEADS_SECOND_LOOK: _OFFICER_OR_LEADER,
    Act.LEADS_APPROVE: _LEADERS,
    Act.TASKS_READ: _MATTER_READERS,
    Act.TASKS_EDIT: _OFFICER,
    # Approve, assign, cancel, reopen: a leader, never somebody with another part in the matter.
    Act.TASKS_APPROVE: _LEADERS,
    Act.ORDERS_READ: _MATTER_READERS | {Role.ENT_MGR},
    Act.ORDERS_EDIT: _OFFICER,
    Act.ORDERS_DECIDE: _LEADERS,
    # The enterprise asks for time or for the re-check, of its own orders only.
    Act.ORDERS_ANSWER: frozenset({Role.ENT_MGR}),
    Act.TRANSFERS_READ: _MATTER_READERS,
    Act.TRANSFERS_EDIT: _OFFICER,
    Act.DOCUMENTS_READ: _MATTER_READERS,
    Act.DOCUMENTS_FILL: _OFFICER,
    # What a form leaves open for the leader: opinion and signature.
    Act.DOCUMENTS_APPROVE: _LEADERS,
    Act.TRANSFERS_APPROVE: _LEADERS,
    Act.HANDOVERS_READ: _MATTER_READERS,
    Act.HANDOVERS_EDIT: _OFFICER,
    Act.HANDOVERS_REVIEW: frozenset({Role.LEGAL}),
    Act.HANDOVERS_APPROVE: _LEADERS,
    Act.HANDOVERS_EXPORT: _OFFICER_OR_LEADER,
    Act.REFERRALS_READ: _MATTER_READERS,
    Act.REFERRALS_EDIT: _OFFICER,
    # YSGD-2020-5: 正职负责人或者主持工作的负责人; nobody stands in.
    Act.REFERRALS_DECIDE: frozenset({Role.CHIEF}),
    Act.DOCUMENTS_DOWNLOAD: _OFFICER_OR_LEADER,
    Act.PATROLS_READ: _MATTER_READERS | {Role.AIDE},
    Act.PATROLS_RUN: _OFFICER,
    Act.PATROLS_PLAN: _LEADERS,
    Act.ENTERPRISES_READ: _MATTER_READERS | {Role.AIDE},
    Act.ENTERPRISES_CONSENT: _OFFICER,
    Act.ENTERPRISES_EDIT: _OFFICER,
    Act.ENTERPRISES_IMPORT: _OFFICER,
    # Not the enterprise's own people: they see no score (AC-07).
    Act.RISK_READ: _MATTER_READERS,
    Act.RISK_CONTEST: _OFFICER,
    Act.RISK_DECIDE: _LEADERS,
    Act.RISK_WEIGHTS_PROPOSE: _OFFICER_OR_LEADER,
    Act.SIGNALS_READ: _MATTER_READERS,
    Act.SIGNALS_POST: _OFFICER,
    Act.SIGNALS_MATCH: _OFFICER,
    # Technical reviewers judge clarity, clock and hash: they see what they review.
    Act.EVIDENCE_READ: _TRIAGE_READERS | {Role.LEGAL, Role.TECH},
    Act.EVIDENCE_READ_SEALED: _OFFICER,
    Act.EVIDENCE_WAITING: _OFFICER_OR_LEADER | {Role.TECH, Role.DEVOP, Role.AUDITOR},
    Act.EVIDENCE_FIX: _OFFICER,
    Act.EVIDENCE_HOLD: _OFFICER_OR_LEADER | {Role.LEGAL},
    Act.EVIDENCE_EXPORT: _OFFICER,
    Act.EVIDENCE_EXPORT_APPROVE: _LEADERS,
    # The two halves of 行政处罚法 第四十一条, of a recording and of a camera.
    Act.REVIEWS_LEGAL: frozenset({Role.LEGAL}),
    Act.REVIEWS_TECH: frozenset({Role.TECH}),
    Act.CAMERAS_SUBMIT: _OFFICER | {Role.DEVOP},
    Act.CAMERAS_WITHDRAW: _LEADERS,
    Act.DEVICES_READ: _OFFICER_OR_LEADER
    | {Role.LEGAL, Role.TECH, Role.DEVOP, Role.SYSADMIN, Role.AUDITOR},
    Act.DEVICES_ENROL: frozenset({Role.DEVOP, Role.SYSADMIN}),
    Act.CONFIG_READ: _OFFICER_OR_LEADER | {Role.DEVOP, Role.AUDITOR},
    Act.CONFIG_EDIT: frozenset({Role.DEVOP}),
    # The leader, or a second device operator who can judge the text; never the author.
    Act.CONFIG_APPROVE: _LEADERS | {Role.DEVOP},
    Act.AUDIT_READ: _LEADERS | {Role.AUDITOR},
    Act.SAMPLES_READ: frozenset({Role.MAINTAINER}),
    Act.CALENDAR_READ: frozenset(Role),
    Act.CALENDAR_IMPORT: _LEADERS | {Role.SYSADMIN},
    Act.ASSIGNMENTS_READ: _PEOPLE_OF_A_UNIT,
    Act.ASSIGNMENTS_DECIDE: _LEADERS,
    Act.URGINGS_ANSWER: _OFFICER_OR_LEADER,
    # Whoever could have to do with a firm; auditors and reviewers too.
    Act.RECUSALS_DECLARE: _PEOPLE_OF_A_UNIT,
    Act.RECUSALS_END: _LEADERS,
    Act.UNITS_READ: frozenset(Role) - {Role.ENT_MGR},
    Act.UNITS_EDIT: frozenset({Role.SYSADMIN}),
    # Which items, the rule table says: each rule names its roles.
    Act.REMINDERS_READ: frozenset(Role) - {Role.ENT_MGR, Role.EXPERT},
    Act.REMINDERS_HANDLE: frozenset(Role) - {Role.ENT_MGR, Role.EXPERT, Role.AIDE, Role.AUDITOR},
    Act.REMINDERS_SWITCH: _LEADERS,
}

#: Officer's acts: they need a 行政执法证 that is valid at the moment of the act.
NEEDS_CERTIFICATE = frozenset(
    {
        Act.LEADS_CONFIRM,
        Act.TASKS_EDIT,
        Act.ORDERS_EDIT,
        Act.TRANSFERS_EDIT,
        Act.PATROLS_RUN,
        Act.DOCUMENTS_FILL,
        Act.HANDOVERS_EDIT,
        Act.REFERRALS_EDIT,
        Act.EVIDENCE_FIX,
        Act.EVIDENCE_EXPORT,
    }
)


def may(role: Role, act: Act) -> bool:
    """Whether a role may ever do this."""
    return role in PERMISSIONS[act]
