"""The one who acts in a request."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from server.audit.service import Who
from server.identity.permissions import NEEDS_CERTIFICATE, PERMISSIONS, Act, Role, may
from server.kit.errors import NotPermitted

#: Certificates are valid by the day where the law is in force.
LEGAL_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A 行政执法证; both days count."""

    number: str
    valid_from: date
    valid_to: date

    def is_valid(self, at: datetime) -> bool:
        """Whether it is valid on the day of the instant, in China."""
        return self.valid_from <= at.astimezone(LEGAL_ZONE).date() <= self.valid_to


@dataclass(frozen=True, slots=True)
class UnitRef:
    """The unit somebody belongs to."""

    id: UUID
    name: str
    division_code: str


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, as the request found them."""

    id: UUID
    account: str
    full_name: str
    role: Role
    unit: UnitRef | None
    certificate: Certificate | None
    client: str | None = None

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
        """
        if not may(self.role, act):
            raise NotPermitted(
                f"{self.account} is {self.role} and may not {act}",
                rule_id="WORKFLOW-2",
            )
        if act in NEEDS_CERTIFICATE and not self._is_certified(at):
            raise NotPermitted(
                f"{self.account} has no certificate that is valid at this moment; {act} needs one",
                "此操作须持有有效的行政执法证",
                rule_id="INV-3",
            )

    def acts(self, at: datetime) -> tuple[Act, ...]:
        """Return everything the actor may do at this moment."""
        return tuple(act for act in PERMISSIONS if self.may(act, at))

    def _is_certified(self, at: datetime) -> bool:
        return self.certificate is not None and self.certificate.is_valid(at)
