"""Endpoint × role × where somebody stands, generated from the OpenAPI document and the tables.

A row's claim: who may not is refused before anything else is looked at; who may is not; what lies
outside the scope does not exist; what lies below is read and not acted on.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from bureau import VALID
from example_bodies import body_of
from handover_desk import HandoverDesk, handover_desk
from jiangsu import SETUP, city_of, reported

from server.identity import service as identity
from server.identity.endpoints import ENDPOINTS, OPEN, SIGNED_IN
from server.identity.permissions import NEEDS_CERTIFICATE, PERMISSIONS, Act, Role
from server.identity.service import NewAccount

#: Where somebody stands to the county whose matters are asked for.
PLACES = ("own", "other", "above")
STREAMS = {"GET /api/v1/live"}


@pytest.fixture(scope="module")
def desk(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HandoverDesk]:
    folder: Path = tmp_path_factory.mktemp("desk")
    with handover_desk(postgres_url, folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def document(desk: HandoverDesk) -> dict[str, Any]:
    made: dict[str, Any] = desk.app.openapi()
    return made


@pytest.fixture(scope="module")
def lead(desk: HandoverDesk) -> UUID:
    return reported(desk)


@pytest.fixture(scope="module")
def clients(desk: HandoverDesk, lead: UUID) -> dict[tuple[str, Role], httpx.Client]:
    """One signed-in person of each role in the county, in another city, and in the city above."""
    del lead
    units = {"own": desk.bureau.unit, "above": city_of(desk).unit}
    other = desk.bureau.stranger.unit
    assert other is not None
    units["other"] = other.id
    found = {}
    for place in PLACES:
        for role in Role:
            firm = desk.bureau.of(Role.ENT_MGR).enterprise_id if role is Role.ENT_MGR else None
            name = f"{place}-{role.value.replace('_', '-')}"
            unit = None if firm else units[place]
            with desk.database.writing() as db:
                new = NewAccount(name, name, role, unit, certificate=VALID, enterprise_id=firm)
                identity.add_account(db, desk.clock.now(), SETUP, new)
                actor = identity.actor_named(db, name, "test", desk.clock.now())
            found[place, role] = desk.as_(actor)
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            yield f"{verb.upper()} {path}", operation


def ask(
    client: httpx.Client,
    endpoint: str,
    document: dict[str, Any],
    known: dict[str, str],
) -> httpx.Response:
    method, path = endpoint.split(" ")
    for start, thing in known.items():
        if path.startswith(start):
            path = re.sub(r"\{id\}", thing, path, count=1)
    path = re.sub(r"\{[^}]*sha256\}", "a" * 64, path)
    path = re.sub(r"\{[^}]*\}", lambda _: str(uuid4()), path)
    operation = document["paths"][endpoint.split(" ")[1]][method.lower()]
    wanted = [one for one in operation.get("parameters", []) if one["in"] == "query"]
    query = {one["name"]: "2026-03-01" for one in wanted if one.get("required")}
    headers = {"If-Match": '"1"'}
    body = body_of(document, operation)
    return client.request(method, path, params=query, headers=headers, json=body)


def test_every_endpoint_stands_in_one_table_and_every_row_is_an_endpoint(
    document: dict[str, Any],
) -> None:
    found = {endpoint for endpoint, _ in operations(document)}
    assert found == set(ENDPOINTS) | set(OPEN) | SIGNED_IN
    assert not set(ENDPOINTS) & (set(OPEN) | SIGNED_IN)


def test_every_act_is_some_endpoints() -> None:
    unused = set(Act) - {act for acts in ENDPOINTS.values() for act in acts}
    assert unused <= {
        Act.EVIDENCE_READ_SEALED,  # decided by what the file is
        Act.TASKS_EDIT,
        Act.AUDIT_READ,
        Act.UNITS_READ,
        Act.UNITS_EDIT,
    }
    assert set(PERMISSIONS) == set(Act)
    assert set(Act) >= NEEDS_CERTIFICATE


def test_nobody_gets_anything_without_signing_in(
    desk: HandoverDesk, document: dict[str, Any]
) -> None:
    with httpx.Client(base_url=desk.address, headers={"Origin": desk.address}) as nobody:
        for endpoint in [*ENDPOINTS, *SIGNED_IN]:
            assert ask(nobody, endpoint, document, {}).status_code == 401, endpoint


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_the_table_says_and_nothing_else(
    clients: dict[tuple[str, Role], httpx.Client],
    document: dict[str, Any],
    role: Role,
    place: str,
) -> None:
    refusal = 404 if role is Role.ENT_MGR else 403
    wrong = []
    for endpoint, acts in ENDPOINTS.items():
        is_let_in = any(role in PERMISSIONS[act] for act in acts)
        if not is_let_in and place != "own":
            continue  # the guard refuses a role before it knows of any place
        if place == "above" and endpoint.startswith("GET"):
            continue  # what is read from above is asked below, of known things
        status = ask(clients[place, role], endpoint, document, {}).status_code
        if status in {401, 403, 405, 500} if is_let_in else status != refusal:
            wrong.append((endpoint, status))
    assert wrong == []


def reached(role: Role, known: dict[str, str]) -> Iterator[str]:
    """Yield the endpoints of known things that a role may use."""
    for endpoint, acts in ENDPOINTS.items():
        ours = any(endpoint.split(" ")[1].startswith(f"{start}/{{id}}") for start in known)
        if ours and any(role in PERMISSIONS[act] for act in acts):
            yield endpoint


@pytest.mark.parametrize("role", list(Role))
def test_what_lies_elsewhere_does_not_exist_and_what_lies_below_is_only_read(
    clients: dict[tuple[str, Role], httpx.Client],
    document: dict[str, Any],
    desk: HandoverDesk,
    lead: UUID,
    role: Role,
) -> None:
    firm = desk.read(desk.bureau.officer, f"leads/{lead}")["enterprise"]["id"]
    known = {"/api/v1/leads": str(lead), "/api/v1/enterprises": firm, "/api/v1/sites": "yard"}

    def status(endpoint: str, place: str) -> int:
        return ask(clients[place, role], endpoint, document, known).status_code

    rows = list(reached(role, known))
    reads = [one for one in rows if one.startswith("GET") and one.count("{") == 1]
    decisions = [one for one in rows if ENDPOINTS[one] == (Act.LEADS_CONFIRM,)]
    # A body that the schema cannot say to be wrong is told first: 422.
    outside = {one: status(one, "other") for one in rows}
    assert {one: told for one, told in outside.items() if told not in {404, 422}} == {}
    assert {one: outside[one] for one in reads if outside[one] != 404} == {}
    for place in ("own", "above"):
        assert {one: status(one, place) for one in reads} == dict.fromkeys(reads, 200), place
    assert {status(one, "above") for one in decisions} <= {403, 409, 422}
