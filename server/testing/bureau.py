"""A small bureau in a database: a unit, an enterprise with a site, people, a box with cameras."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hazard_library.contract.ids import CameraId
from server.audit.service import Who
from server.enterprises import service as enterprises
from server.enterprises.credit_code import check_digit
from server.enterprises.schemas import EnterpriseRecord, SiteRecord
from server.enterprises.tables import RiskBand
from server.fleet import service as fleet
from server.fleet.service import NewCamera, NewDevice
from server.identity import service as identity
from server.identity.actor import Certificate
from server.identity.permissions import Role
from server.identity.service import NewAccount
from server.testing.fake_device import START, FakeDevice

BY = Who("svc:test", "svc")
PASSWORD = "a-long-enough-password"  # noqa: S105 - of accounts that exist in tests only
CAMERAS = ("gate", "yard", "shop", "roof", "store")
_CODE = "91320583MA0PR0BE0"

CERTIFICATE = Certificate("32058300123", date(2025, 1, 1), date(2029, 12, 31))


@dataclass(frozen=True, slots=True)
class Bureau:
    """What `settle` has put into the database."""

    unit_id: UUID
    site: str


def settle(db: Session, at: datetime = START, *, site: str = "site-1") -> Bureau:
    """Register a unit, its people, and an enterprise with one site.

    People: `officer` with a certificate and `PASSWORD`; `novice` without a certificate, `admin`,
    and one of every other role under its name, who sign in by link (a password takes long to
    hash); `ent_mgr` is the enterprise's.
    """
    unit = identity.add_unit(db, at, "某市应急管理局", "320583")
    people = (
        ("officer", Role.OFFICER, CERTIFICATE),
        ("novice", Role.OFFICER, None),
        ("aide", Role.AIDE, None),
        ("leader", Role.LEADER, None),
        ("admin", Role.SYSADMIN, None),
        ("maintainer", Role.MAINTAINER, None),
        ("legal", Role.LEGAL, None),
        ("tech", Role.TECH, None),
        ("chief", Role.CHIEF, None),
        ("auditor", Role.AUDITOR, None),
        ("expert", Role.EXPERT, None),
    )
    for name, role, certificate in people:
        password = PASSWORD if name == "officer" else None
        account = NewAccount(name, f"{name} 某", role, unit.id, password, certificate)
        identity.add_account(db, at, BY, account)
    record = EnterpriseRecord(
        name="某某机械有限公司",
        credit_code=_CODE + check_digit(_CODE),
        address="某市某路1号",
        legal_representative="某某",
        industry="其他工贸",
        risk_band=RiskBand.MID,
        source="测试",
        sites=(SiteRecord(id=site, name="某厂区", address="某市某路1号", division_code="320583"),),
    )
    firm = enterprises.register(db, at, BY, record, unit.id)
    manager = NewAccount("ent_mgr", "ent_mgr 某", Role.ENT_MGR, enterprise_id=firm)
    identity.add_account(db, at, BY, manager)
    return Bureau(unit.id, site)


def enrol(db: Session, device: FakeDevice, at: datetime = START, *, site: str = "site-1") -> str:
    """Register a box with cameras `CAMERAS`; return its secret."""
    cameras = [NewCamera(CameraId(name), name) for name in CAMERAS]
    return fleet.enrol(db, at, BY, NewDevice(device.id, device.public_key, site, cameras))
