"""Device operators make codes and refuse boxes; nobody else does."""

import httpx
import pytest

from hazard_library.contract.enrolment import read_code
from server.fleet import service as fleet
from server.identity import service as identity
from server.identity.permissions import Role
from server.identity.service import NewAccount
from server.kit.db import Database
from server.testing.bureau import BY
from server.testing.fake_device import START, FakeDevice

from .conftest import SignIn

WANTED = {"site": "site-1", "cameras": [{"id": "gate", "name": "大门"}]}


@pytest.fixture
def operator(database: Database, sign_in: SignIn) -> httpx.Client:
    with database.writing() as db:
        identity.add_account(db, START, BY, NewAccount("devop", "设备 某", Role.DEVOP))
    return sign_in("devop")


def test_a_device_operator_makes_a_code(operator: httpx.Client) -> None:
    answer = operator.post("/api/v1/devices/box-7/enrol-codes", json=WANTED)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert read_code(made["code"]).names(made["authority_sha256"])
    assert operator.get("/api/v1/devices").status_code == 200


def test_a_device_operator_refuses_a_box(
    operator: httpx.Client, database: Database, device: FakeDevice
) -> None:
    path = f"/api/v1/devices/{device.id}/revocation"
    assert operator.post(path, json={"reason": ""}).status_code == 422
    assert operator.post(path, json={"reason": "被盗"}).status_code == 204
    with database.reading() as db:
        assert fleet.known_device(db, device.id) is None
    missing = operator.post("/api/v1/devices/box-9/revocation", json={"reason": "被盗"})
    assert missing.status_code == 404


@pytest.mark.parametrize("who", ["officer", "leader", "aide", "maintainer"])
def test_nobody_else_lets_boxes_in_or_out(sign_in: SignIn, who: str) -> None:
    browser = sign_in(who)
    code = browser.post("/api/v1/devices/box-7/enrol-codes", json=WANTED)
    revocation = browser.post("/api/v1/devices/box-1/revocation", json={"reason": "被盗"})
    assert (code.status_code, revocation.status_code) == (403, 403)


def test_a_code_for_what_cannot_be_is_refused(operator: httpx.Client) -> None:
    path = "/api/v1/devices/{}/enrol-codes"
    elsewhere = WANTED | {"site": "nowhere"}
    assert operator.post(path.format("box-7"), json=elsewhere).status_code == 404
    assert operator.post(path.format("server"), json=WANTED).status_code == 422
    assert operator.post(path.format("box-7"), json=WANTED | {"cameras": []}).status_code == 422
