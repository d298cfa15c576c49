"""Configuration revisions over HTTP: who may do what, and how it is refused."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from config_desk import SITE, people
from sqlalchemy import text

from server.identity.permissions import PERMISSIONS, Act, Role
from server.kit.db import Database
from server.testing.fake_device import FakeDevice

from .conftest import SignIn

HERE = "/api/v1/devices/box-1/config-revisions"
WANTED = {"files": {"site.yaml": SITE}, "reason": "新增大门摄像机"}
WHY = {"reason": "不再需要"}

ROUTES: dict[tuple[str, str], tuple[Act, ...]] = {
    ("GET", HERE.replace("box-1", "nobody")): (Act.CONFIG_READ,),
    ("POST", HERE.replace("box-1", "nobody")): (Act.CONFIG_EDIT,),
    ("GET", "/api/v1/config-revisions/{id}"): (Act.CONFIG_READ,),
    ("POST", "/api/v1/config-revisions/{id}/approval"): (Act.CONFIG_APPROVE,),
    ("POST", "/api/v1/config-revisions/{id}/publication"): (Act.CONFIG_EDIT,),
    ("POST", "/api/v1/config-revisions/{id}/withdrawal"): (Act.CONFIG_EDIT, Act.CONFIG_APPROVE),
    ("POST", "/api/v1/config-revisions/{id}/restoration"): (Act.CONFIG_EDIT,),
    ("GET", "/api/v1/config-key"): (Act.CONFIG_READ,),
}
NAMES = {Role.SYSADMIN: "admin", Role.DEVOP: "wu"}


@pytest.fixture
def box(database: Database, device: FakeDevice) -> FakeDevice:
    """A registered box, and two device operators."""
    with database.writing() as db:
        people(db)
    return device


@pytest.fixture
def wu(box: FakeDevice, sign_in: SignIn) -> httpx.Client:
    del box
    return sign_in("wu")


def act(client: httpx.Client, revision: dict[str, Any], event: str, body: object = None) -> Any:
    headers = {"If-Match": f'"{revision["version"]}"'}
    path = f"/api/v1/config-revisions/{revision['id']}/{event}"
    return client.post(path, json=body, headers=headers)


def body_of(path: str) -> object:
    return WANTED if path.endswith("config-revisions") else WHY


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_the_table_says_and_nothing_else(
    box: FakeDevice, sign_in: SignIn, role: Role
) -> None:
    del box
    client = sign_in(NAMES.get(role, role.value))
    refusal = 404 if role is Role.ENT_MGR else 403
    for (method, path), any_of in ROUTES.items():
        sent = {"json": body_of(path), "headers": {"If-Match": '"1"'}} if method == "POST" else {}
        answer = client.request(method, path.format(id=uuid4()), **sent)  # type: ignore[arg-type]
        wanted = 404 if "config-revisions" in path else 200
        is_let_in = any(role in PERMISSIONS[one] for one in any_of)
        assert answer.status_code == (wanted if is_let_in else refusal), (role, path, answer.text)


def test_nobody_gets_anything_without_signing_in(browser: httpx.Client) -> None:
    for method, path in ROUTES:
        assert browser.request(method, path.format(id=uuid4())).status_code == 401, path


def test_from_the_draft_to_the_signed_message(
    wu: httpx.Client, sign_in: SignIn, database: Database
) -> None:
    made = wu.post(HERE, json=WANTED)
    assert made.status_code == 201, made.text
    draft = made.json()
    assert draft["events"] == ["withdraw"]
    own = act(wu, draft, "approval")
    assert (own.status_code, own.json()["rule_id"]) == (403, "WORKFLOW-5-CONFIG")
    approved = act(sign_in("zhao"), draft, "approval").json()
    assert (approved["state"], approved["approved_by"]) == ("approved", "zhao")
    assert act(wu, draft, "publication").status_code == 409
    sent = act(wu, approved, "publication").json()
    assert (sent["state"], sent["number"]) == ("published", 1)
    again = act(wu, sent, "publication")
    assert (again.status_code, again.json()["allowed"]) == (422, ["withdraw", "applied", "refused"])
    gone = act(sign_in("leader"), sent, "withdrawal", WHY).json()
    assert (gone["state"], gone["ended_because"]) == ("withdrawn", WHY["reason"])
    listed = sign_in("officer").get(HERE).json()
    assert [one["state"] for one in listed["items"]] == ["withdrawn"]
    assert not listed["may_write"]
    with database.reading() as db:
        query = "SELECT event FROM audit_entry WHERE object_type = 'config_revision' ORDER BY seq"
        told = list(db.scalars(text(query)))
    assert told == ["drafted", "approve", "publish", "withdraw"]


def test_mistakes_are_listed_with_file_and_line(wu: httpx.Client) -> None:
    wrong = WANTED | {"files": {"site.yaml": SITE.replace("id: PPE-01", "hazard: PPE-01")}}
    answer = wu.post(HERE, json=wrong)
    assert answer.status_code == 422
    problem = answer.json()
    assert "site.yaml:7: cameras.0.hazards.0: id missing; add it" in problem["missing_fields"]
    assert "site.yaml:7" in problem["message_zh"]


@pytest.mark.parametrize("name", ["../etc/passwd", "cameras/../x.yaml", "site.yml", "permits.yaml"])
def test_a_file_that_a_box_would_not_write_is_refused(wu: httpx.Client, name: str) -> None:
    files = {"site.yaml": SITE, name: "id: gate\n"}
    assert wu.post(HERE, json=WANTED | {"files": files}).status_code == 422


def test_the_same_draft_sent_again_is_one_draft(wu: httpx.Client) -> None:
    key = {"Idempotency-Key": "draft-0001"}
    first, second = (wu.post(HERE, json=WANTED, headers=key).json()["id"] for _ in range(2))
    assert first == second
    assert len(wu.get(HERE).json()["items"]) == 1
    assert wu.get(HERE, params={"cursor": first}).json()["items"] == []


def test_the_key_for_boxes_is_public(wu: httpx.Client) -> None:
    shown = wu.get("/api/v1/config-key").json()
    assert shown["public_key"].startswith("-----BEGIN PUBLIC KEY-----")
    assert len(shown["key_id"]) == 64
