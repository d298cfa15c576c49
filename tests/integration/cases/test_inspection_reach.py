"""Inspections and orders: who reaches what, generated from the table of permissions."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from handover_desk import HandoverDesk, handover_desk

from server.identity.permissions import NEEDS_CERTIFICATE, PERMISSIONS, Act, Role
from server.orders.moving import ACT_FOR as ORDER_ACTS
from server.orders.states import OrderEvent
from server.tasks.moving import ACT_FOR as TASK_ACTS
from server.tasks.states import TaskEvent

WORDS = "一句完整的话"
SIGNER: dict[str, object] = {}
ITEM = {"key": "PPE-01.1", "result": "done"}
#: The path's last word, where it differs from the event, and a body that is whole.
TASKS: dict[str, tuple[TaskEvent, dict[str, object]]] = {
    "edit": (TaskEvent.EDIT, {}),
    "submit": (TaskEvent.SUBMIT, {}),
    "approve": (TaskEvent.APPROVE, {"opinion": "同意"}),
    "return": (TaskEvent.RETURN, {"reason": WORDS}),
    "assign": (
        TaskEvent.ASSIGN,
        {"officers": [{"account": "wang"}], "planned_on": "2026-03-02"},
    ),
    "cancel": (TaskEvent.CANCEL, {"reason": WORDS}),
    "sign-in": (TaskEvent.SIGN_IN, SIGNER),
    "arrive": (TaskEvent.ARRIVE, {"certificates_shown": True, "recorder_no": "JLY-1"}),
    "refuse": (TaskEvent.REFUSE, {"facts": WORDS}),
    "stop-danger": (
        TaskEvent.STOP_DANGER,
        {"criterion": "GM10-2023-13-I2", "finding": WORDS, "measure": "停止作业"},
    ),
    "approve-measure": (
        TaskEvent.APPROVE_MEASURE,
        {"major_hazard_id": str(uuid4()), "paperwork_no": "1号", "opinion": "同意"},
    ),
    "write": (TaskEvent.WRITE, {}),
    "sign": (TaskEvent.SIGN, SIGNER),
    "enterprise-sign": (TaskEvent.SIGN, {"name": "某某", "post": "厂长"}),
    "record": (TaskEvent.RECORD, {}),
    "result-none": (TaskEvent.RESULT_NONE, {}),
    "result-order": (TaskEvent.RESULT_ORDER, {}),
    "result-case": (TaskEvent.RESULT_CASE, {"reason": WORDS}),
    "consider": (
        TaskEvent.CONSIDER,
        {"item": "PPE-01.1", "decision": "file", "reason": WORDS},
    ),
    "close": (TaskEvent.CLOSE, {}),
    "reopen": (TaskEvent.REOPEN, {"reason": WORDS}),
}
ORDERS: dict[str, tuple[OrderEvent, dict[str, object]]] = {
    "edit": (OrderEvent.EDIT, {}),
    "sign": (OrderEvent.SIGN, SIGNER),
    "issue": (OrderEvent.ISSUE, {"official_no": "某文1号"}),
    "serve": (OrderEvent.SERVE, {"note": WORDS}),
    "request-extension": (
        OrderEvent.REQUEST_EXTENSION,
        {"reason": WORDS, "wanted_on": "2026-05-06"},
    ),
    "grant": (OrderEvent.GRANT, {"reason": WORDS}),
    "refuse": (OrderEvent.REFUSE, {"reason": WORDS}),
    "request-recheck": (OrderEvent.REQUEST_RECHECK, {"reported": WORDS}),
    "write-recheck": (
        OrderEvent.WRITE_RECHECK,
        {"results": [ITEM], "opinion": WORDS, "next_step": WORDS},
    ),
    "recheck": (OrderEvent.RECHECK, {}),
    "decline-case": (OrderEvent.DECLINE_CASE, {"reason": WORDS}),
    "withdraw": (OrderEvent.WITHDRAW, {"cause": WORDS}),
}
NEW_TASK = {
    "source_kind": "plan",
    "source_reference": "2026年计划",
    "site_id": "nowhere",
    "hazards": ["PPE-01"],
}
Route = tuple[str, str]

ROUTES: dict[Route, Act] = {
    ("GET", "/api/v1/tasks"): Act.TASKS_READ,
    ("POST", "/api/v1/tasks"): Act.TASKS_EDIT,
    ("GET", "/api/v1/tasks/{id}"): Act.TASKS_READ,
    ("GET", "/api/v1/tasks/{id}/documents/inspection-plan.docx"): Act.DOCUMENTS_DOWNLOAD,
    ("GET", "/api/v1/orders"): Act.ORDERS_READ,
    ("GET", "/api/v1/orders/{id}"): Act.ORDERS_READ,
    **{("POST", f"/api/v1/tasks/{{id}}/{verb}"): TASK_ACTS[e] for verb, (e, _) in TASKS.items()},
    **{("POST", f"/api/v1/orders/{{id}}/{verb}"): ORDER_ACTS[e] for verb, (e, _) in ORDERS.items()},
}


@pytest.fixture(scope="module")
def desk(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HandoverDesk]:
    with handover_desk(postgres_url, tmp_path_factory.mktemp("reach")) as opened:
        yield opened


def ask(client: httpx.Client, route: Route) -> int:
    """Ask for something that does not exist: who may ask gets 404, who may not 403."""
    method, path = route
    verb, verbs = path.rsplit("/", 1)[-1], TASKS if "/tasks" in path else ORDERS
    body = verbs[verb][1] if verb in verbs else NEW_TASK
    answer = client.request(
        method,
        path.format(id=uuid4()),
        json=body if method == "POST" else None,
        headers={"If-Match": '"1"'} if method == "POST" else {},
    )
    return answer.status_code


def test_every_route_stands_in_the_table(desk: HandoverDesk) -> None:
    found = {
        (method.upper(), path)
        for path, methods in desk.app.openapi()["paths"].items()
        if path.startswith(("/api/v1/tasks", "/api/v1/orders"))
        for method in methods
    }
    assert found == set(ROUTES)


def test_nobody_gets_anything_without_signing_in(desk: HandoverDesk) -> None:
    with httpx.Client(base_url=desk.address, headers={"Origin": desk.address}) as nobody:
        assert {route: ask(nobody, route) for route in ROUTES} == dict.fromkeys(ROUTES, 401)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_the_table_says_and_nothing_else(
    desk: HandoverDesk, role: Role
) -> None:
    client = desk.as_(desk.bureau.of(role))
    for route, act in ROUTES.items():
        status = ask(client, route)
        if role not in PERMISSIONS[act]:
            assert status == (404 if role is Role.ENT_MGR else 403), (role, route)
        elif route == ("POST", "/api/v1/tasks"):
            assert status == 404, "there is no such site"
        else:
            assert status == (404 if "{id}" in route[1] else 200), (role, route)


def test_an_expired_certificate_loses_exactly_the_acts_that_need_one(desk: HandoverDesk) -> None:
    client = desk.as_(desk.bureau.expired_officer)
    for route, act in ROUTES.items():
        lost = act in NEEDS_CERTIFICATE or Role.OFFICER not in PERMISSIONS[act]
        assert (ask(client, route) == 403) == lost, route


def test_every_event_of_people_has_its_permission() -> None:
    of_the_clock = {
        OrderEvent.FALL_DUE,
        OrderEvent.ALL_RECTIFIED,
        OrderEvent.NOT_RECTIFIED,
    }
    assert set(TASK_ACTS) == set(TaskEvent)
    assert set(ORDER_ACTS) == set(OrderEvent) - of_the_clock
