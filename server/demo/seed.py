"""Puts into the server what a demo needs: a unit, people, an enterprise, the box, its cameras."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import yaml
from sqlalchemy.orm import Session

from server.audit.service import Who
from server.demo.plan import DEVICE, SITE_ID, DemoPlan
from server.enterprises import service as enterprises
from server.enterprises.credit_code import check_digit
from server.enterprises.schemas import EnterpriseRecord, SiteRecord
from server.enterprises.tables import RiskBand
from server.fleet import service as fleet
from server.fleet.broker_files import BrokerPlan
from server.fleet.service import NewCamera, NewDevice
from server.identity import service as identity
from server.identity.actor import LEGAL_ZONE, Certificate
from server.identity.permissions import Role
from server.identity.service import NewAccount
from server.kit.errors import Conflict
from server.opening import open_database
from server.provisioning import enrol_device, write_broker
from server.settings import ServerSettings, load_settings

BY = Who("svc:demo", "svc")
LINK_LASTS = timedelta(hours=12)
OFFICER = "demo-officer"
MAINTAINER = "demo-maintainer"

_CODE = "91320583MA0DEM0000"[:17]
_ENTERPRISE = EnterpriseRecord(
    name="演示企业一号机械有限公司",
    credit_code=_CODE + check_digit(_CODE),
    address="江苏省苏州市昆山市演示路1号",
    legal_representative="演示人员",
    industry="其他工贸",
    risk_band=RiskBand.MID,
    is_demo=True,
    source="演示数据",
    sites=(
        SiteRecord(
            id=SITE_ID,
            name="演示厂区",
            address="江苏省苏州市昆山市演示路1号",
            division_code="320583",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Seeded:
    """What the demo goes on with: two one-time tokens, for the user and for its own officer."""

    settings_file: Path
    broker_config: Path
    user_token: str
    officer_token: str


def seed(plan: DemoPlan, public_key: bytes, at: datetime) -> Seeded:
    """Write settings and broker files, and register everybody; what is there already stays."""
    broker = plan.folder / "broker"
    credential = broker / "server-credential.json"
    settings = _settings(plan, broker, credential)
    with open_database(settings) as database:
        with database.writing() as db:
            _people_and_place(db, at)
            tokens = [identity.make_link(db, at, BY, OFFICER, LINK_LASTS) for _ in range(2)]
        enrol_device(database, at, BY, _device(plan, public_key), plan.credential_file)
        config = write_broker(database, BrokerPlan(broker, plan.broker_port), credential)
    return Seeded(plan.folder / "server.yaml", config, tokens[0], tokens[1])


def _settings(plan: DemoPlan, broker: Path, credential: Path) -> ServerSettings:
    path = plan.folder / "server.yaml"
    written = {
        "data": str(plan.folder / "server"),
        "http": {"host": "127.0.0.1", "port": plan.http_port},
        "broker": {
            "host": "127.0.0.1",
            "port": plan.broker_port,
            "credential_file": str(credential),
            "folder": str(broker),
        },
        "demo": True,
    }
    path.write_text(yaml.safe_dump(written, sort_keys=False), encoding="utf-8")
    return load_settings(path)


def _people_and_place(db: Session, at: datetime) -> None:
    unit = identity.add_unit(db, at, "昆山市应急管理局（演示）", "320583")
    today = at.astimezone(LEGAL_ZONE).date()
    certificate = Certificate("演示-0001", today - timedelta(days=365), today + timedelta(days=365))
    people = (
        NewAccount(OFFICER, "演示执法员", Role.OFFICER, unit.id, certificate=certificate),
        NewAccount("demo-aide", "演示辅助员", Role.AIDE, unit.id),
        NewAccount("demo-admin", "演示管理员", Role.SYSADMIN),
        NewAccount(MAINTAINER, "演示样本维护员", Role.MAINTAINER, unit.id),
    )
    for person in people:
        try:
            identity.add_account(db, at, BY, person)
        except Conflict:
            continue
    enterprises.register(db, at, BY, _ENTERPRISE, unit.id)


def _device(plan: DemoPlan, public_key: bytes) -> NewDevice:
    cameras = [
        NewCamera(camera.id, f"{camera.id} · {camera.label}", "演示厂区") for camera in plan.cameras
    ]
    return NewDevice(DEVICE, fleet.read_public_key(public_key), SITE_ID, cameras)
