"""The API of cases: who may do what, what is out of reach, and what a decision answers."""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from bureau import CATALOGUE, FIRM, FLAME, NOW, SETUP, Bureau, Reporter, Seen, found_bureau
from docx import Document
from fastapi import FastAPI
from lead_routes import LEAD_BODIES, LEAD_ROUTES
from web_server import serving

from hazard_library.contract.ids import ZoneId
from server.app import WebParts, create_app
from server.audit import service as audit
from server.audit.service import Thing
from server.documents.service import DEMO_LINE, PLACEHOLDER
from server.evidence.file_store import FileStore
from server.identity import service as identity
from server.identity.actor import Actor
from server.identity.permissions import NEEDS_CERTIFICATE, PERMISSIONS, Act, Role
from server.kit.db import Database
from server.kit.live_feed import LiveFeed
from server.leads.schemas import Lead as LeadPage
from server.samples.pseudonyms import Pseudonyms
from server.testing.settled_clock import SettledClock

FINDING = {"finding": "画面中一人在装卸区未戴安全帽"}


@dataclass(frozen=True, slots=True)
class Desk:
    """The application with a bureau in it."""

    database: Database
    bureau: Bureau
    store: FileStore
    app: FastAPI
    client_of: Callable[[Actor | None], httpx.Client]

    def report(self, seen: Seen) -> UUID:
        with self.database.writing() as db:
            return Reporter(db, self.store).report(seen)


@pytest.fixture
def desk(own_database: Database, tmp_path: Path) -> Iterator[Desk]:
    with own_database.writing() as db:
        bureau = found_bureau(db)
    store = FileStore(tmp_path / "files")
    app = create_app(
        WebParts(
            database=own_database,
            clock=SettledClock(NOW),
            files=store,
            catalogue=CATALOGUE,
            feed=LiveFeed("postgresql://nowhere"),
            console=tmp_path / "console",
            pseudonyms=Pseudonyms(b"k" * 32),
            is_demo=True,
        )
    )
    with ExitStack() as stack:
        address = stack.enter_context(serving(app))

        def client_of(actor: Actor | None) -> httpx.Client:
            client = stack.enter_context(
                httpx.Client(base_url=address, headers={"Origin": address}, trust_env=False)
            )
            if actor is not None:
                sign_in(own_database, client, actor)
            return client

        yield Desk(own_database, bureau, store, app, client_of)


def sign_in(database: Database, client: httpx.Client, actor: Actor) -> None:
    with database.writing() as db:
        token = identity.make_link(db, NOW, SETUP, actor.account, timedelta(minutes=5))
    signed = client.post("/api/v1/sign-in/link", json={"token": token})
    assert signed.status_code == 200, signed.text


def decide(
    client: httpx.Client,
    lead: Mapping[str, object],
    event: str,
    body: object,
    key: str | None = None,
) -> httpx.Response:
    """Send a decision on the version that was read."""
    headers = {"If-Match": f'"{lead["version"]}"'} | ({"Idempotency-Key": key} if key else {})
    return client.post(f"/api/v1/leads/{lead['id']}/{event}", json=body, headers=headers)


def opened(client: httpx.Client, lead_id: UUID) -> dict[str, object]:
    """Open a lead and look at its key frame, as an officer does."""
    page: dict[str, object] = client.get(f"/api/v1/leads/{lead_id}").json()
    assert client.get(f"/api/v1/evidence/{page['picture_id']}/content").status_code == 200
    return page


# ---- who may do what, generated from the table of permissions ----

ROUTES: dict[tuple[str, str], Act] = {
    ("GET", "/api/v1/leads"): Act.LEADS_READ,
    ("GET", "/api/v1/leads/{id}"): Act.LEADS_READ,
    ("POST", "/api/v1/leads/{id}/prescreen"): Act.LEADS_PRESCREEN,
    ("POST", "/api/v1/leads/{id}/confirm"): Act.LEADS_CONFIRM,
    ("POST", "/api/v1/leads/{id}/dismiss"): Act.LEADS_CONFIRM,
    ("POST", "/api/v1/leads/{id}/unclear"): Act.LEADS_CONFIRM,
    ("POST", "/api/v1/leads/{id}/urge"): Act.ASSIGNMENTS_DECIDE,
    ("POST", "/api/v1/leads/{id}/hand-over"): Act.LEADS_HAND_OVER,
    **LEAD_ROUTES,
    ("GET", "/api/v1/transfers"): Act.TRANSFERS_READ,
    ("GET", "/api/v1/transfers/{id}"): Act.TRANSFERS_READ,
    ("GET", "/api/v1/transfers/departments"): Act.TRANSFERS_READ,
    ("POST", "/api/v1/transfers/{id}/revise"): Act.TRANSFERS_EDIT,
    ("POST", "/api/v1/transfers/{id}/approve"): Act.TRANSFERS_APPROVE,
    ("POST", "/api/v1/transfers/{id}/send"): Act.TRANSFERS_EDIT,
    ("POST", "/api/v1/transfers/{id}/receipt"): Act.TRANSFERS_EDIT,
    ("POST", "/api/v1/transfers/{id}/answer"): Act.TRANSFERS_EDIT,
    ("POST", "/api/v1/transfers/{id}/close"): Act.TRANSFERS_EDIT,
    ("POST", "/api/v1/transfers/{id}/return"): Act.TRANSFERS_EDIT,
    ("POST", "/api/v1/transfers/{id}/redraft"): Act.TRANSFERS_EDIT,
    ("GET", "/api/v1/samples/proposals"): Act.SAMPLES_READ,
    ("GET", "/api/v1/samples/frames/{id}"): Act.SAMPLES_READ,
}
BODIES: dict[str, object] = {
    "urge": {"text": "请速办", "due_at": "2030-01-01T00:00:00Z"},
    "prescreen": {"suggestion": "to_confirm"},
    "confirm": FINDING,
    "dismiss": {"reason": "test"},
    "unclear": {"reason": "太暗"},
    "reopen": {"reason": "新情况"},
    **LEAD_BODIES,
    "revise": {},
    "approve": {"opinion": "同意移送"},
    "send": {"document_no": "演示文号1号", "how": "专人送达"},
    "receipt": {"receipt": "某支队签收"},
    "answer": {"answer": "已依法处理"},
    "close": {"note": "已答复，办结"},
    "return": {"reason": "不属本单位管辖"},
    "redraft": {"reason": "改送有管辖权的单位"},
}
OURS = tuple(f"/api/v1/{thing}" for thing in ("leads", "transfers", "samples"))


def ask(client: httpx.Client, method: str, path: str) -> httpx.Response:
    """Ask for something that does not exist: who may ask gets 404, who may not 403."""
    verb = path.rsplit("/", 1)[-1]
    return client.request(
        method,
        path.format(id=uuid4()),
        json=BODIES.get(verb),
        headers={"If-Match": '"1"'} if method == "POST" else {},
    )


def test_every_route_of_cases_stands_in_the_table(desk: Desk) -> None:
    found = {
        (method.upper(), path)
        for path, methods in desk.app.openapi()["paths"].items()
        if path.startswith(OURS)
        for method in methods
    }
    assert found == set(ROUTES)


def test_nobody_gets_anything_without_signing_in(desk: Desk) -> None:
    nobody = desk.client_of(None)
    for method, path in ROUTES:
        assert ask(nobody, method, path).status_code == 401, path


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_the_table_says_and_nothing_else(desk: Desk, role: Role) -> None:
    client = desk.client_of(desk.bureau.of(role))
    for (method, path), act in ROUTES.items():
        answer = ask(client, method, path)
        if role not in PERMISSIONS[act]:
            refusal = 404 if role is Role.ENT_MGR else 403
            assert answer.status_code == refusal, (role, path)
        if role in PERMISSIONS[act]:
            assert answer.status_code == (404 if "{id}" in path else 200), (role, path, answer.text)


def test_an_expired_certificate_loses_exactly_the_acts_that_need_one(desk: Desk) -> None:
    client = desk.client_of(desk.bureau.expired_officer)
    for (method, path), act in ROUTES.items():
        refused = ask(client, method, path).status_code == 403
        lost = act in NEEDS_CERTIFICATE or Role.OFFICER not in PERMISSIONS[act]
        assert refused == lost, path


def test_an_aides_confirm_is_refused_by_rule_43(desk: Desk) -> None:
    lead_id = desk.report(Seen())
    client = desk.client_of(desk.bureau.aide)
    page = opened(client, lead_id)
    assert page["allowed"] == ["prescreen"]
    answer = decide(client, page, "confirm", FINDING)
    assert (answer.status_code, answer.json()["rule_id"]) == (403, "R-043")
    assert client.get(f"/api/v1/leads/{lead_id}").json()["state"] == "new"


# ---- scope ----


def test_another_units_officer_finds_nothing(desk: Desk) -> None:
    lead_id = desk.report(Seen())
    ours = desk.client_of(desk.bureau.officer)
    page = decide(ours, opened(ours, lead_id), "confirm", FINDING).json()
    flame = desk.report(Seen(hazard=FLAME, zone=None))
    burning = decide(ours, opened(ours, flame), "confirm", FINDING).json()
    strangers = desk.client_of(desk.bureau.stranger)
    for path in (
        f"/api/v1/leads/{lead_id}",
        f"/api/v1/tasks/{page['task_id']}",
        f"/api/v1/tasks/{page['task_id']}/documents/inspection-plan.docx",
        f"/api/v1/transfers/{burning['transfer_id']}",
        f"/api/v1/enterprises/{page['enterprise']['id']}",
        f"/api/v1/evidence/{page['picture_id']}/content",
    ):
        assert strangers.get(path).status_code == 404, path
        assert ours.get(path).status_code == 200, path
    assert strangers.get("/api/v1/leads").json()["items"] == []
    assert strangers.get("/api/v1/leads").json()["counts"] == {}
    for listing in ("/api/v1/tasks", "/api/v1/transfers"):
        assert strangers.get(listing).json()["items"] == []
        assert len(ours.get(listing).json()["items"]) == 1


# ---- the list ----


def test_the_list_is_most_urgent_first_then_oldest_and_pages_through_all(desk: Desk) -> None:
    minute = timedelta(minutes=1)
    seen = [Seen(started=NOW - n * minute, zone=ZoneId(f"z{n}")) for n in (3, 9, 6)]
    made = [desk.report(one) for one in [*seen, Seen(hazard=FLAME, zone=None)]]
    client = desk.client_of(desk.bureau.officer)
    found: list[str] = []
    cursor = None
    for _ in range(4):
        asked = {"limit": "1"} | ({"cursor": cursor} if cursor else {})
        page = client.get("/api/v1/leads", params=asked).json()
        found += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert found == [str(made[n]) for n in (3, 1, 2, 0)]
    assert page["counts"] == {"new": 4}


def test_the_list_keeps_to_the_asked_states(desk: Desk) -> None:
    first = desk.report(Seen())
    desk.report(Seen(zone=None))
    client = desk.client_of(desk.bureau.officer)
    decide(client, opened(client, first), "dismiss", {"reason": "misdetection"})
    asked = {"state": ["false_alarm", "relook"]}
    items = client.get("/api/v1/leads", params=asked).json()["items"]
    assert [row["id"] for row in items] == [str(first)]


@pytest.mark.parametrize("cursor", ["x", "W10=", "ImEi", "WyJQOSIsIngiLCJ5Il0="])
def test_a_cursor_that_is_none_of_ours_is_told(desk: Desk, cursor: str) -> None:
    answer = desk.client_of(desk.bureau.officer).get("/api/v1/leads", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["missing_fields"]) == (422, ["cursor"])


# ---- decisions ----


def test_the_same_key_gives_the_same_answer_and_one_task(desk: Desk) -> None:
    lead_id = desk.report(Seen())
    client = desk.client_of(desk.bureau.officer)
    page = opened(client, lead_id)
    first = decide(client, page, "confirm", FINDING, "key-12345")
    again = decide(client, page, "confirm", FINDING, "key-12345")
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert len(client.get("/api/v1/tasks").json()["items"]) == 1
    other = decide(client, page, "confirm", {"finding": "另一番话另一番话"}, "key-12345")
    assert other.status_code == 409


def test_a_stale_version_is_refused_with_both(desk: Desk) -> None:
    lead_id = desk.report(Seen())
    client = desk.client_of(desk.bureau.officer)
    page = opened(client, lead_id)
    decide(client, page, "unclear", {"reason": "画面太暗"})
    answer = decide(client, page, "confirm", FINDING)
    told = answer.json()
    assert answer.status_code == 409
    assert (told["given_version"], told["current_version"]) == (1, 2)


def test_without_a_version_nothing_is_decided(desk: Desk) -> None:
    lead_id = desk.report(Seen())
    client = desk.client_of(desk.bureau.officer)
    assert client.post(f"/api/v1/leads/{lead_id}/confirm", json=FINDING).status_code == 428


def test_an_unknown_field_in_a_decision_is_a_mistake(desk: Desk) -> None:
    lead_id = desk.report(Seen())
    client = desk.client_of(desk.bureau.officer)
    body = {**FINDING, "penalty": 50000}
    answer = decide(client, opened(client, lead_id), "confirm", body)
    assert (answer.status_code, answer.json()["missing_fields"]) == (422, ["penalty"])


def test_the_page_says_what_the_picture_does_not_show(desk: Desk) -> None:
    lead_id = desk.report(Seen())
    page = opened(desk.client_of(desk.bureau.officer), lead_id)
    hazard = CATALOGUE.hazards[Seen().hazard]
    told = LeadPage.model_validate(page)
    assert told.shows_not == list(hazard.shows_not)
    assert told.known_false_alarms == list(hazard.known_false_alarms)
    assert {basis.review_status for basis in told.basis} == {"UNREVIEWED"}
    assert all(basis.quote for basis in told.basis)
    assert [box.label for box in told.boxes] == ["no_helmet"]
    assert told.evidence[0].state == "verified"
    assert [entry.event for entry in told.acts] == ["created"]
    assert sum(addend.points for addend in told.addends) == told.score


# ---- the document ----


def text_of(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    parts = [paragraph.text for paragraph in document.paragraphs]
    parts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    for part in (document.sections[0].header, document.sections[0].footer):
        parts += [paragraph.text for paragraph in part.paragraphs]
    return "\n".join(parts)


def test_a_stranger_reads_the_downloaded_form(desk: Desk) -> None:
    lead_id = desk.report(Seen())
    client = desk.client_of(desk.bureau.officer)
    page = decide(client, opened(client, lead_id), "confirm", FINDING).json()
    task = client.get(f"/api/v1/tasks/{page['task_id']}").json()
    answer = client.get(f"/api/v1/tasks/{page['task_id']}/documents/inspection-plan.docx")
    assert answer.status_code == 200
    text = text_of(answer.content)
    hazard = CATALOGUE.hazards[Seen().hazard]
    for known in (
        FIRM.name,
        FIRM.credit_code,
        page["number"],
        task["number"],
        f"疑似{hazard.name.zh}",
        FINDING["finding"],
        "仅作线索，不得单独作为处罚证据",
        "未经法制审核",
        DEMO_LINE,
        page["evidence"][0]["sha256"],
        *(item.zh for item in hazard.check_items),
        *(item.only_when.zh for item in hazard.penalty_candidates),
        *(CATALOGUE.legal[key].quote for key in hazard.basis),
    ):
        assert known in text, known
    assert text.count(PLACEHOLDER) >= task["lacking"] > 0
    assert "未为从业人员提供符合国家标准" not in text, "TRAP-01: 99(5) is about not providing"
    assert len(Document(io.BytesIO(answer.content)).inline_shapes) == 1, "the key frame"


def test_the_download_is_recorded_as_an_export(desk: Desk) -> None:
    lead_id = desk.report(Seen())
    client = desk.client_of(desk.bureau.officer)
    page = decide(client, opened(client, lead_id), "confirm", FINDING).json()
    client.get(f"/api/v1/tasks/{page['task_id']}/documents/inspection-plan.docx")
    with desk.database.reading() as db:
        history = audit.history(db, Thing("inspection_task", page["task_id"]))
        looks = audit.looks(db, Thing("inspection_task", page["task_id"]))
    assert [(entry.event, entry.actor) for entry in history] == [
        ("prefilled", "wang"),
        ("exported", "wang"),
    ]
    assert [look.purpose for look in looks] == ["导出现场检查方案"]
