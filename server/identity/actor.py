"""The one who acts in a request."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn
from uuid import UUID
from zoneinfo import ZoneInfo

from server.audit.service import Who
from server.identity.permissions import NEEDS_CERTIFICATE, PERMISSIONS, Act, Role, may
from server.kit.errors import NotFound, NotPermitted

#: Certificates are valid by the day where the law is in force.
LEGAL_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A 行政执法证; both days count. areas: the fields of law that it names."""

    number: str
    valid_from: date
    valid_to: date
    areas: str | None = None

    def is_valid(self, at: datetime) -> bool:
        """Whether it is valid on the day of the instant, in China."""
        return self.valid_from <= at.astimezone(LEGAL_ZONE).date() <= self.valid_to


@dataclass(frozen=True, slots=True)
class UnitRef:
    """The unit somebody belongs to. has_power: whether it may enforce; a zone's may not."""

    id: UUID
    name: str
    division_code: str
    has_power: bool = True


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person in one of the roles that the account holds.

    An account with several roles wears one at a time, so that the audit chain says in which an
    act was done; what one person may not do twice is asked of `person_id`, whatever the role.

    Attributes:
        person: who it is; several accounts may be one person's. None: the account's own id.
        grant_id: the grant of the role that is worn.
        enterprise_id: for 企业安全管理人员, the only enterprise that exists for them.
    """

    id: UUID
    account: str
    full_name: str
    role: Role
    unit: UnitRef | None
    certificate: Certificate | None
    client: str | None = None
    person: UUID | None = None
    grant_id: UUID | None = None
    enterprise_id: UUID | None = None

    @property
    def person_id(self) -> UUID:
        """The person behind the account: separation of duties goes by it."""
        return self.person or self.id

    @property
    def who(self) -> Who:
        """Name the actor for the audit chain."""
        return Who(self.account, self.role, self.unit.name if self.unit else None, self.client)

    def may(self, act: Act, at: datetime) -> bool:
        """Whether the actor may do this at this moment."""
        if not may(self.role, act):
            return False
        return act not in NEEDS_CERTIFICATE or self._is_certified(at)

    def require(self, act: Act, at: datetime) -> None:
        """Refuse the actor who may not do this at this moment.

        Raises:
            NotPermitted: the role may not, or the certificate is not valid today.
            NotFound: the same, said to an enterprise, which does not learn what there is.
        """
        if not may(self.role, act):
            self._refuse(act)
        if act in NEEDS_CERTIFICATE and not self._is_certified(at):
            raise NotPermitted(
                f"{self.account} has no certificate that is valid at this moment; {act} needs one",
                "此操作须持有有效的行政执法证",
                rule_id="INV-3",
            )

    def acts(self, at: datetime) -> tuple[Act, ...]:
        """Return everything the actor may do at this moment."""
        return tuple(act for act in PERMISSIONS if self.may(act, at))

    def _refuse(self, act: Act) -> NoReturn:
        told = f"{self.account} is {self.role} and may not {act}"
        if self.role is Role.ENT_MGR:
            raise NotFound(told)
        if self.role is Role.AIDE and may(Role.OFFICER, act):
            raise NotPermitted(told, "无执法资格，操作已拒绝", rule_id="R-043")
        raise NotPermitted(told, rule_id="WORKFLOW-2")

    def _is_certified(self, at: datetime) -> bool:
        return self.certificate is not None and self.certificate.is_valid(at)
