"""Each role reaches of records and signals what the table of permissions says, and no more."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from ledger_desk import Desk

from server.identity.permissions import PERMISSIONS, Act, Role
from server.risk.weights import house_weights

_WHY = {"reason": "企业申请"}
_MEANT = "?source=x&as_of=2026-03-01"
_SIGNAL = {
    "kind": "credit",
    "source_system": "信用信息平台",
    "external_id": "reach-1",
    "occurred_at": "2026-03-01T00:00:00Z",
}
_SIGNAL_TABLE = "类别,编号,来源系统,发生时间".encode()
_TABLE = "统一社会信用代码".encode()

#: Verb and path → what it takes, and a body that only the wrong person fails with.
ROUTES: dict[tuple[str, str], tuple[Act, object]] = {
    ("GET", "/enterprises"): (Act.ENTERPRISES_READ, None),
    ("GET", "/enterprises/{id}"): (Act.ENTERPRISES_READ, None),
    ("GET", "/enterprises/{id}/record"): (Act.ENTERPRISES_READ, None),
    ("GET", "/enterprises/{id}/fields/{field}/history"): (Act.ENTERPRISES_READ, None),
    ("GET", "/record-conflicts"): (Act.ENTERPRISES_READ, None),
    ("GET", "/enterprise-list.csv"): (Act.ENTERPRISES_READ, None),
    ("GET", "/enterprise-imports/template.csv"): (Act.ENTERPRISES_IMPORT, None),
    ("POST", f"/enterprise-imports/preview{_MEANT}"): (Act.ENTERPRISES_IMPORT, _TABLE),
    ("POST", f"/enterprise-imports{_MEANT}"): (Act.ENTERPRISES_IMPORT, _TABLE),
    ("POST", "/enterprises"): (Act.ENTERPRISES_EDIT, "a firm"),
    ("POST", "/enterprises/{id}/training-consent"): (
        Act.ENTERPRISES_CONSENT,
        {"reference": None},
    ),
    ("POST", "/enterprises/{id}/recuse"): (Act.RECUSALS_DECLARE, _WHY),
    ("POST", "/enterprises/{id}/activate"): (Act.ENTERPRISES_EDIT, None),
    ("POST", "/enterprises/{id}/suspend"): (Act.ENTERPRISES_EDIT, _WHY),
    ("POST", "/enterprises/{id}/resume"): (Act.ENTERPRISES_EDIT, _WHY),
    ("POST", "/enterprises/{id}/cancel"): (Act.ENTERPRISES_EDIT, _WHY),
    ("POST", "/enterprises/{id}/merge"): (
        Act.ENTERPRISES_EDIT,
        _WHY | {"into": str(uuid4())},
    ),
    ("POST", "/enterprises/{id}/tell"): (
        Act.ENTERPRISES_EDIT,
        _WHY
        | {
            "statements": [
                {"field": "name", "value": "甲", "source": "核对", "as_of": "2026-03-01"}
            ]
        },
    ),
    ("GET", "/enterprises/{id}/page"): (Act.ENTERPRISES_READ, None),
    ("GET", "/enterprises/{id}/risk-score"): (Act.RISK_READ, None),
    ("POST", "/enterprises/{id}/risk-contests"): (
        Act.RISK_CONTEST,
        _WHY | {"fingerprint": "a" * 64},
    ),
    ("POST", "/risk-contests/{id}/uphold"): (Act.RISK_DECIDE, _WHY),
    ("POST", "/risk-contests/{id}/reject"): (Act.RISK_DECIDE, _WHY),
    ("GET", "/risk-weights"): (Act.RISK_READ, None),
    ("POST", "/risk-weights"): (
        Act.RISK_WEIGHTS_PROPOSE,
        _WHY | {"weights": house_weights().model_dump(mode="json")},
    ),
    ("POST", "/risk-weights/{id}/approve"): (Act.RISK_DECIDE, None),
    ("POST", "/risk-weights/{id}/withdraw"): (Act.RISK_WEIGHTS_PROPOSE, None),
    ("GET", "/signals"): (Act.SIGNALS_READ, None),
    ("GET", "/signals/{id}"): (Act.SIGNALS_READ, None),
    ("POST", "/signals"): (Act.SIGNALS_POST, {"signals": [_SIGNAL]}),
    ("POST", "/signals/{id}/match"): (
        Act.SIGNALS_MATCH,
        _WHY | {"enterprise_id": str(uuid4())},
    ),
    ("POST", "/signals/{id}/unmatch"): (Act.SIGNALS_MATCH, _WHY),
    ("POST", "/signals/{id}/set_aside"): (Act.SIGNALS_MATCH, _WHY),
    ("POST", "/signals/{id}/reopen"): (Act.SIGNALS_MATCH, _WHY),
    ("POST", "/signal-imports/preview"): (Act.SIGNALS_POST, _SIGNAL_TABLE),
    ("POST", "/signal-imports"): (Act.SIGNALS_POST, _SIGNAL_TABLE),
    ("POST", "/record-conflicts/{id}/settle"): (
        Act.ENTERPRISES_EDIT,
        _WHY | {"keep": "defender"},
    ),
}
OURS = ("/enterprise", "/signal", "/risk", "/record-conflicts")


def asked(desk: Desk, client: httpx.Client) -> Iterator[tuple[Act, str, httpx.Response]]:
    """Ask for what does not exist."""
    for (method, path), (act, body) in ROUTES.items():
        known = path.format(id=uuid4(), field="name")
        headers = {"If-Match": '"1"'} if method == "POST" else {}
        sent = desk.firm() if body == "a firm" else body
        bare = {"content": sent} if isinstance(sent, bytes) else {"json": sent}
        answer = client.request(method, f"/api/v1{known}", headers=headers, **bare)
        yield act, f"{method} {path}", answer


def test_every_route_stands_in_the_table(desk: Desk) -> None:
    found = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in desk.app.openapi()["paths"].items()
        if path.removeprefix("/api/v1").startswith(OURS)
        for method in methods
    }
    assert found == {(method, path.split("?")[0]) for method, path in ROUTES}


def test_nobody_gets_anything_without_signing_in(desk: Desk) -> None:
    for _, route, answer in asked(desk, desk.client_of(None)):
        assert answer.status_code == 401, route


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_the_table_says(desk: Desk, role: Role) -> None:
    for act, route, answer in asked(desk, desk.client_of(desk.bureau.of(role))):
        if role in PERMISSIONS[act]:
            expected = {404} if "{id}" in route else {200, 201}
            assert answer.status_code in expected, (role, route, answer.text)
        else:
            refusal = 404 if role is Role.ENT_MGR else 403
            assert answer.status_code == refusal, (role, route, answer.text)
