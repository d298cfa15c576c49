"""Nobody acts without having signed in, and only as far as role and certificate go."""

import asyncio
import re
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, text

from server.audit import service as audit
from server.audit.tables import AuditEntry
from server.identity import service as identity
from server.identity.actor import Certificate
from server.identity.permissions import NEEDS_CERTIFICATE, PERMISSIONS, Act, Role, may
from server.identity.tables import Account, SignedInSession
from server.kit.db import Database
from server.kit.errors import NotSignedIn
from server.testing.bureau import BY, PASSWORD
from server.testing.settled_clock import SettledClock

from .conftest import SignIn, browser_at

OPEN = {"/health", "/api/v1/sign-in", "/api/v1/sign-in/link"}


def sign_in(browser: httpx.Client, name: str = "officer", password: str = PASSWORD) -> int:
    answer = browser.post("/api/v1/sign-in", json={"account": name, "password": password})
    return answer.status_code


def test_no_route_answers_somebody_who_is_not_signed_in(
    app: FastAPI, browser: httpx.Client
) -> None:
    closed = []
    for path, verbs in app.openapi()["paths"].items():
        if path in OPEN:
            continue
        url = path.replace("{sha256}", "a" * 64)
        url = re.sub(r"\{[a-z_]+\}", "00000000-0000-7000-8000-000000000000", url)
        for verb in verbs:
            answer = browser.request(verb, url, headers={"If-Match": '"1"'})
            assert answer.status_code == 401, f"{verb} {path}: {answer.status_code}"
            closed.append(path)
    assert len(closed) > 15
    assert {"/api/v1/leads", "/api/v1/live", "/api/v1/device/evidence/{sha256}"} <= set(closed)


def test_a_password_signs_in_and_the_cookie_is_out_of_reach_of_scripts(
    browser: httpx.Client,
) -> None:
    answer = browser.post("/api/v1/sign-in", json={"account": "officer", "password": PASSWORD})
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    me = browser.get("/api/v1/me").json()
    assert (me["account"], me["role"]) == ("officer", "officer")
    assert "leads.confirm" in me["may"]


def test_over_https_the_cookie_is_secure(app: FastAPI) -> None:
    async def sign_in() -> httpx.Response:
        secure = "https://patrol.example"
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=secure) as browser:
            return await browser.post(
                "/api/v1/sign-in",
                json={"account": "officer", "password": PASSWORD},
                headers={"Origin": secure},
            )

    answer = asyncio.run(sign_in())
    assert "secure" in answer.headers["set-cookie"].lower()
    assert "strict-transport-security" in answer.headers


@pytest.mark.parametrize(
    ("name", "password"), [("officer", "wrong-password"), ("nobody", PASSWORD), ("aide", "")]
)
def test_what_was_wrong_is_not_told(browser: httpx.Client, name: str, password: str) -> None:
    answer = browser.post(
        "/api/v1/sign-in", json={"account": name, "password": password or "anything-at-all"}
    )
    assert answer.status_code == 401
    assert answer.json()["detail"] == "account or password is wrong"


def test_five_failures_close_an_account_for_a_quarter_of_an_hour(
    browser: httpx.Client, clock: SettledClock
) -> None:
    wrong = PASSWORD[::-1]
    assert [sign_in(browser, password=wrong) for _ in range(5)] == [401] * 5
    assert sign_in(browser) == 429
    clock.advance(timedelta(minutes=16))
    assert sign_in(browser) == 200


def test_no_password_or_token_is_in_the_database(browser: httpx.Client, database: Database) -> None:
    assert sign_in(browser) == 200
    token = browser.cookies["patrol_session"]
    with database.reading() as db:
        for table in (Account, SignedInSession, AuditEntry):
            rows = db.execute(select(table.__table__)).all()
            assert rows
            assert not any(PASSWORD in str(row) or token in str(row) for row in rows)


def test_a_write_from_another_sites_page_is_refused(address: str, sign_in: SignIn) -> None:
    officer = sign_in("officer")
    for origin in ({"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = officer.post("/api/v1/sign-out", headers=origin)
        assert (answer.status_code, answer.json()["rule_id"]) == (403, "CSRF")
    with httpx.Client(base_url=address, cookies=officer.cookies, trust_env=False) as bare:
        assert bare.post("/api/v1/sign-out").status_code == 403
    assert officer.post("/api/v1/sign-out").status_code == 204


def test_signing_out_ends_the_session_at_the_server(address: str, sign_in: SignIn) -> None:
    officer = sign_in("officer")
    with browser_at(address, httpx.Cookies(officer.cookies)) as stolen:
        assert stolen.get("/api/v1/me").status_code == 200
        officer.post("/api/v1/sign-out")
        assert stolen.get("/api/v1/me").status_code == 401


def test_a_session_ends_by_itself(sign_in: SignIn, clock: SettledClock) -> None:
    officer = sign_in("officer")
    clock.advance(identity.SESSION_LASTS)
    assert officer.get("/api/v1/me").status_code == 401


def test_a_link_signs_in_once(
    browser: httpx.Client, database: Database, clock: SettledClock
) -> None:
    with database.writing() as db:
        token = identity.make_link(db, clock.now(), BY, "aide", timedelta(hours=1))
    answers = [
        browser.post("/api/v1/sign-in/link", json={"token": token}).status_code for _ in range(2)
    ]
    assert answers == [200, 401]


def test_a_link_grows_old(database: Database, app: FastAPI, clock: SettledClock) -> None:
    del app
    with database.writing() as db:
        token = identity.make_link(db, clock.now(), BY, "aide", timedelta(hours=1))
        clock.advance(timedelta(hours=1))
        with pytest.raises(NotSignedIn):
            identity.sign_in_by_link(db, clock.now(), token, None)


def test_every_sign_in_is_in_the_audit_chain(sign_in: SignIn, database: Database) -> None:
    sign_in("officer")
    with database.reading() as db:
        events = db.execute(text("SELECT event FROM audit_entry WHERE actor = 'officer'")).scalars()
        assert list(events) == ["signed_in_by_link"]
        assert audit.verify_chain(db).broken_at is None


def test_every_act_is_given_to_somebody() -> None:
    assert set(PERMISSIONS) == set(Act)
    assert all(PERMISSIONS.values())


def test_an_administrator_sees_no_lead_and_no_evidence() -> None:
    may_not = {Act.LEADS_READ, Act.LEADS_CONFIRM, Act.EVIDENCE_READ, Act.EVIDENCE_READ_SEALED}
    assert not any(may(Role.SYSADMIN, act) for act in may_not)


def test_an_aide_decides_nothing() -> None:
    assert may(Role.AIDE, Act.LEADS_PRESCREEN)
    assert not any(may(Role.AIDE, act) for act in NEEDS_CERTIFICATE)


def test_an_officer_without_a_certificate_decides_nothing(sign_in: SignIn) -> None:
    acts = set(sign_in("novice").get("/api/v1/me").json()["may"])
    assert "leads.prescreen" in acts
    assert not acts & {act.value for act in NEEDS_CERTIFICATE}


def test_a_certificate_is_valid_by_the_day_in_china() -> None:
    certificate = Certificate("1", date(2026, 3, 2), date(2026, 3, 2))
    assert certificate.is_valid(datetime(2026, 3, 1, 16, 0, tzinfo=UTC))
    assert certificate.is_valid(datetime(2026, 3, 2, 15, 59, tzinfo=UTC))
    assert not certificate.is_valid(datetime(2026, 3, 1, 15, 59, tzinfo=UTC))
    assert not certificate.is_valid(datetime(2026, 3, 2, 16, 0, tzinfo=UTC))


def test_a_certificate_that_runs_out_takes_the_acts_with_it(
    sign_in: SignIn, clock: SettledClock
) -> None:
    clock.advance(datetime(2029, 12, 31, 15, 0, tzinfo=UTC) - clock.now())
    officer = sign_in("officer")
    assert "leads.confirm" in officer.get("/api/v1/me").json()["may"]
    clock.advance(timedelta(hours=2))
    assert "leads.confirm" not in officer.get("/api/v1/me").json()["may"]
