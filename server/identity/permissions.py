"""Who may do what, as data (WORKFLOW §2)."""

from enum import StrEnum


class Role(StrEnum):
    """A role is held by an account; duties such as 线上巡查员 are none."""

    AIDE = "aide"
    OFFICER = "officer"
    LEADER = "leader"
    MAINTAINER = "maintainer"
    DEVOP = "devop"
    SYSADMIN = "sysadmin"


class Act(StrEnum):
    """What a route lets somebody do. The console gets the list and shows what is in it."""

    LEADS_READ = "leads.read"
    LEADS_PRESCREEN = "leads.prescreen"
    LEADS_CONFIRM = "leads.confirm"
    TASKS_READ = "tasks.read"
    TASKS_EDIT = "tasks.edit"
    TRANSFERS_READ = "transfers.read"
    TRANSFERS_EDIT = "transfers.edit"
    TRANSFERS_APPROVE = "transfers.approve"
    DOCUMENTS_READ = "documents.read"
    DOCUMENTS_FILL = "documents.fill"
    DOCUMENTS_APPROVE = "documents.approve"
    DOCUMENTS_DOWNLOAD = "documents.download"
    ENTERPRISES_READ = "enterprises.read"
    ENTERPRISES_CONSENT = "enterprises.consent"
    ENTERPRISES_EDIT = "enterprises.edit"
    ENTERPRISES_IMPORT = "enterprises.import"
    SIGNALS_READ = "signals.read"
    SIGNALS_POST = "signals.post"
    SIGNALS_MATCH = "signals.match"
    EVIDENCE_READ = "evidence.read"
    EVIDENCE_READ_SEALED = "evidence.read_sealed"
    DEVICES_READ = "devices.read"
    DEVICES_ENROL = "devices.enrol"
    CONFIG_READ = "config.read"
    CONFIG_EDIT = "config.edit"
    CONFIG_APPROVE = "config.approve"
    AUDIT_READ = "audit.read"
    SAMPLES_READ = "samples.read"
    CALENDAR_READ = "calendar.read"
    CALENDAR_IMPORT = "calendar.import"


_EVERYONE_IN_ENFORCEMENT = frozenset({Role.AIDE, Role.OFFICER, Role.LEADER})
_OFFICER = frozenset({Role.OFFICER})
_OFFICER_OR_LEADER = frozenset({Role.OFFICER, Role.LEADER})

PERMISSIONS: dict[Act, frozenset[Role]] = {
    Act.LEADS_READ: _EVERYONE_IN_ENFORCEMENT,
    Act.LEADS_PRESCREEN: frozenset({Role.AIDE, Role.OFFICER}),
    Act.LEADS_CONFIRM: _OFFICER,
    Act.TASKS_READ: _OFFICER_OR_LEADER,
    Act.TASKS_EDIT: _OFFICER,
    Act.TRANSFERS_READ: _OFFICER_OR_LEADER,
    Act.TRANSFERS_EDIT: _OFFICER,
    Act.TRANSFERS_APPROVE: frozenset({Role.LEADER}),
    Act.DOCUMENTS_READ: _OFFICER_OR_LEADER,
    Act.DOCUMENTS_FILL: _OFFICER,
    # What a form leaves open for the leader: opinion and signature.
    Act.DOCUMENTS_APPROVE: frozenset({Role.LEADER}),
    Act.DOCUMENTS_DOWNLOAD: _OFFICER_OR_LEADER,
    Act.ENTERPRISES_READ: _EVERYONE_IN_ENFORCEMENT,
    Act.ENTERPRISES_CONSENT: _OFFICER,
    Act.ENTERPRISES_EDIT: _OFFICER,
    Act.ENTERPRISES_IMPORT: _OFFICER,
    Act.SIGNALS_READ: _OFFICER_OR_LEADER,
    Act.SIGNALS_POST: _OFFICER,
    Act.SIGNALS_MATCH: _OFFICER,
    Act.EVIDENCE_READ: _EVERYONE_IN_ENFORCEMENT,
    Act.EVIDENCE_READ_SEALED: _OFFICER,
    Act.DEVICES_READ: frozenset({Role.OFFICER, Role.LEADER, Role.DEVOP, Role.SYSADMIN}),
    Act.DEVICES_ENROL: frozenset({Role.DEVOP, Role.SYSADMIN}),
    Act.CONFIG_READ: frozenset({Role.OFFICER, Role.LEADER, Role.DEVOP}),
    Act.CONFIG_EDIT: frozenset({Role.DEVOP}),
    # The leader, or a second device operator who can judge the text; never the author.
    Act.CONFIG_APPROVE: frozenset({Role.LEADER, Role.DEVOP}),
    Act.AUDIT_READ: frozenset({Role.LEADER}),
    Act.SAMPLES_READ: frozenset({Role.MAINTAINER}),
    Act.CALENDAR_READ: frozenset(Role),
    Act.CALENDAR_IMPORT: frozenset({Role.LEADER, Role.SYSADMIN}),
}

#: Officer's acts: they need a 行政执法证 that is valid at the moment of the act.
NEEDS_CERTIFICATE = frozenset(
    {Act.LEADS_CONFIRM, Act.TASKS_EDIT, Act.TRANSFERS_EDIT, Act.DOCUMENTS_FILL}
)


def may(role: Role, act: Act) -> bool:
    """Whether a role may ever do this."""
    return role in PERMISSIONS[act]
