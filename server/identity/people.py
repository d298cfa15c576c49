"""People, their accounts, roles and certificates: who is registered, and as what somebody acts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.service import Thing, Who
from server.identity import passwords, repository
from server.identity.actor import Actor, Certificate, UnitRef
from server.identity.duties import check_roles
from server.identity.permissions import Role
from server.identity.tables import Account, Person, RoleGrant
from server.identity.tables import Certificate as CertificateRow
from server.kit.errors import Conflict, FieldsMissing, NotFound, NotPermitted
from server.kit.ids import new_id

_NAME = r"[a-z0-9][a-z0-9._-]{1,62}"


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to register. Without a password only one-time links sign in.

    Attributes:
        person_id: a person who has an account already; None: a new person.
        enterprise_id: of 企业安全管理人员, who belong to no unit.
    """

    name: str
    full_name: str
    role: Role
    unit_id: UUID | None = None
    password: str | None = field(default=None, repr=False)
    certificate: Certificate | None = None
    person_id: UUID | None = None
    enterprise_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class NewGrant:
    """A role to grant: for a unit, or an enterprise, from one moment to another."""

    role: Role
    unit_id: UUID | None
    valid_from: datetime
    valid_to: datetime | None = None
    enterprise_id: UUID | None = None
    request: str | None = None


def add_account(db: Session, at: datetime, by: Who, new: NewAccount) -> UUID:
    """Register an account with one role, and its person where that is new.

    Raises:
        Conflict: the name is taken.
        NotFound: the person is unknown.
        NotPermitted: the person holds a role that excludes this one.
        FieldsMissing: the name cannot be typed, the password is too short, the certificate
            ends before it begins, or the role lacks its enterprise.
    """
    if not re.fullmatch(_NAME, new.name):
        raise FieldsMissing(["name"], "账号须为2至63位小写字母、数字、点、横线或下划线")
    if repository.account_by_name(db, new.name) is not None:
        raise Conflict(f"account {new.name} is there already; choose another name")
    if new.password is not None and len(new.password) < passwords.SHORTEST:
        raise FieldsMissing(["password"], f"密码至少 {passwords.SHORTEST} 位")
    account_id = new_id(at)
    account = Account(
        id=account_id,
        name=new.name,
        full_name=new.full_name,
        person_id=_person(db, at, new, account_id),
        password_hash=passwords.hashed(new.password) if new.password is not None else None,
        is_disabled=False,
        created_at=at,
    )
    db.add(account)
    db.flush()
    _grant(db, at, by, account, NewGrant(new.role, new.unit_id, at, None, new.enterprise_id))
    if new.certificate is not None:
        _record(db, at, by, account.person_id, new.certificate)
    act = audit.Act("registered", to_state="active", detail={"name": new.name, "role": new.role})
    audit.record(db, at, by, Thing("account", str(account.id), 1), act)
    return account.id


def grant_role(db: Session, at: datetime, by: Who, name: str, new: NewGrant) -> UUID:
    """Grant an account one more role.

    Raises:
        NotFound: there is no such account.
        NotPermitted: the person holds a role that excludes this one.
        FieldsMissing: the grant ends before it begins, or lacks its unit or enterprise.
    """
    account = _named(db, name)
    grant = _grant(db, at, by, account, new)
    told = {"grant": str(grant.id), "role": new.role, "unit": str(new.unit_id)}
    act = audit.Act("role_granted", reason=new.request, detail=told)
    audit.record(db, at, by, Thing("account", str(account.id)), act)
    return grant.id


def end_grant(db: Session, at: datetime, by: Who, grant_id: UUID) -> None:
    """End a role now; what was done in it stays done.

    Raises:
        NotFound: there is no such grant, or it has ended or not begun.
    """
    grant = repository.grant(db, grant_id)
    if grant is None or grant.valid_from >= at or (grant.valid_to or at) < at:
        raise NotFound(f"role {grant_id}")
    grant.valid_to = at
    db.flush()
    act = audit.Act("role_ended", detail={"grant": str(grant.id), "role": grant.role})
    audit.record(db, at, by, Thing("account", str(grant.account_id)), act)


def record_certificate(
    db: Session, at: datetime, by: Who, name: str, certificate: Certificate
) -> None:
    """Record a 行政执法证 of an account's person.

    Raises:
        NotFound: there is no such account.
        FieldsMissing: it ends before it begins.
    """
    account = _named(db, name)
    _record(db, at, by, account.person_id, certificate)
    told = {"number": certificate.number, "valid_to": certificate.valid_to}
    act = audit.Act("certificate_recorded", detail=told)
    audit.record(db, at, by, Thing("account", str(account.id)), act)


def roles_of(db: Session, account_id: UUID, at: datetime) -> Sequence[RoleGrant]:
    """Return the roles that an account holds at a moment, the first granted first."""
    account = repository.account(db, account_id)
    return repository.grants_at(db, account_id, _moment(account, at)) if account else ()


def actor_for(
    db: Session,
    account: Account,
    client: str | None,
    at: datetime,
    grant_id: UUID | None = None,
) -> Actor:
    """Return an account as one who acts, in the role asked for, or else in its first one.

    Raises:
        NotPermitted: the account holds no role at this moment.
    """
    grants = repository.grants_at(db, account.id, _moment(account, at))
    if not grants:
        raise NotPermitted(
            f"{account.name} holds no role at this moment; ask for one",
            "账号当前没有有效角色，请联系系统管理员",
            rule_id="WORKFLOW-2",
        )
    worn = next((grant for grant in grants if grant.id == grant_id), grants[0])
    unit = repository.unit(db, worn.unit_id) if worn.unit_id is not None else None
    return Actor(
        id=account.id,
        account=account.name,
        full_name=account.full_name,
        role=worn.role,
        unit=UnitRef(unit.id, unit.name, unit.division_code) if unit else None,
        certificate=certificate_of(db, account.person_id, at),
        client=client,
        person=account.person_id,
        grant_id=worn.id,
        enterprise_id=worn.enterprise_id,
    )


def certificate_of(db: Session, person_id: UUID, at: datetime) -> Certificate | None:
    """Return a person's certificate that is valid at a moment, or else the last one."""
    held = [
        Certificate(row.number, row.valid_from, row.valid_to, row.areas)
        for row in repository.certificates_of(db, person_id)
    ]
    return next((one for one in held if one.is_valid(at)), held[0] if held else None)


def _moment(account: Account, at: datetime) -> datetime:
    """A server's clock that stepped back behind the registration takes nobody's role away."""
    return max(at, account.created_at)


def _person(db: Session, at: datetime, new: NewAccount, account_id: UUID) -> UUID:
    if new.person_id is None:
        db.add(Person(id=account_id, full_name=new.full_name, created_at=at))
        db.flush()
        return account_id
    if repository.person(db, new.person_id) is None:
        raise NotFound(f"person {new.person_id}")
    return new.person_id


def _grant(db: Session, at: datetime, by: Who, account: Account, new: NewGrant) -> RoleGrant:
    if new.valid_to is not None and new.valid_to <= new.valid_from:
        raise FieldsMissing(["valid_to"], "角色的结束时间须晚于开始时间")
    if (new.role is Role.ENT_MGR) != (new.enterprise_id is not None):
        raise FieldsMissing(["enterprise_id"], "企业安全管理人员须对应一家企业，其他角色不填企业")
    others = repository.grants_of_person(db, account.person_id, at)
    check_roles({grant.role for grant in others} | {new.role})
    grant = RoleGrant(
        id=new_id(at),
        account_id=account.id,
        role=new.role,
        unit_id=new.unit_id,
        enterprise_id=new.enterprise_id,
        valid_from=new.valid_from,
        valid_to=new.valid_to,
        granted_by=by.id,
        request=new.request,
    )
    db.add(grant)
    db.flush()
    return grant


def _record(db: Session, at: datetime, by: Who, person_id: UUID, given: Certificate) -> None:
    if given.valid_from > given.valid_to:
        raise FieldsMissing(["certificate"], "执法证有效期起止日期有误")
    row = CertificateRow(
        id=new_id(at),
        person_id=person_id,
        number=given.number,
        areas=given.areas,
        valid_from=given.valid_from,
        valid_to=given.valid_to,
        recorded_at=at,
        recorded_by=by.id,
    )
    db.add(row)
    db.flush()


def _named(db: Session, name: str) -> Account:
    account = repository.account_by_name(db, name)
    if account is None:
        raise NotFound(f"account {name} does not exist; register it with patrol server add-user")
    return account
