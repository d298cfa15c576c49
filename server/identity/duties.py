"""Separation of duties (WORKFLOW §2): what one person may not do twice. Pure.

Every module that has a second pair of eyes asks here, by person and never by account.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from server.identity.actor import Actor
from server.identity.permissions import Role
from server.kit.errors import NotPermitted

#: Roles that one person never holds together: (role, role) → why.
INCOMPATIBLE: Mapping[frozenset[Role], str] = {
    frozenset({Role.SYSADMIN, Role.AUDITOR}): "系统管理员不得兼任执法监督人员",
    frozenset({Role.SYSADMIN, Role.OFFICER}): "系统管理员不得兼任执法人员",
    frozenset({Role.ENT_MGR, Role.OFFICER}): "企业人员不得兼任执法人员",
    frozenset({Role.ENT_MGR, Role.AIDE}): "企业人员不得兼任辅助人员",
    frozenset({Role.ENT_MGR, Role.LEADER}): "企业人员不得兼任负责人",
    frozenset({Role.ENT_MGR, Role.CHIEF}): "企业人员不得兼任主要负责人",
    frozenset({Role.ENT_MGR, Role.LEGAL}): "企业人员不得兼任法制审核人员",
    frozenset({Role.ENT_MGR, Role.TECH}): "企业人员不得兼任技术审核人员",
    frozenset({Role.ENT_MGR, Role.AUDITOR}): "企业人员不得兼任执法监督人员",
    frozenset({Role.ENT_MGR, Role.SYSADMIN}): "企业人员不得兼任系统管理员",
}


def different_person(actor: Actor, others: UUID | Collection[UUID] | None, message_zh: str) -> None:
    """Refuse the actor who is one of the people that had a hand in the same matter before.

    Args:
        actor: who wants to act now.
        others: `person_id` of whoever acted before; None: nobody has.
        message_zh: what the officer reads, such as “您是本案承办人，不能审核”.

    Raises:
        NotPermitted: it is the same person, by whatever account.
    """
    people = {others} if isinstance(others, UUID) else set(others or ())
    if actor.person_id in people:
        raise NotPermitted(
            f"{actor.account} is the person who acted before; another one must do this",
            message_zh,
            rule_id="WORKFLOW-2",
        )


def all_different(people: Collection[UUID], message_zh: str) -> None:
    """Refuse a list in which one person stands twice, such as two officers who are one.

    Raises:
        NotPermitted: somebody is named twice.
    """
    if len(set(people)) != len(people):
        raise NotPermitted("one person is named twice", message_zh, rule_id="WORKFLOW-2")


def check_roles(roles: Collection[Role]) -> None:
    """Refuse roles that one person may not hold at the same time.

    Raises:
        NotPermitted: two of them exclude each other.
    """
    for pair, why in INCOMPATIBLE.items():
        if pair <= set(roles):
            named = " and ".join(sorted(pair))
            raise NotPermitted(f"one person may not be {named}", why, rule_id="WORKFLOW-2")
