"""The console's files: every page's address draws the console, nothing outside is served."""

import httpx
import pytest


@pytest.mark.parametrize("path", ["/", "/leads", "/leads/123", "/sign-in"])
def test_every_pages_address_draws_the_console(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path)
    assert (answer.status_code, answer.text) == (200, "<title>console</title>")
    assert answer.headers["cache-control"] == "no-cache"


def test_built_files_are_kept_by_browsers(browser: httpx.Client) -> None:
    answer = browser.get("/assets/main.js")
    assert answer.text == "start()"
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api", "/none.js", "/assets/../../secret.txt", "/..%2fsecret.txt"]
)
def test_what_is_not_the_consoles_is_not_found(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_every_answer_says_what_the_page_may_load(browser: httpx.Client) -> None:
    for path in ("/", "/health", "/api/v1/me"):
        headers = browser.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert browser.get("/api/v1/me").headers["cache-control"] == "no-store"


def test_a_wrong_body_names_the_fields(browser: httpx.Client) -> None:
    answer = browser.post("/api/v1/sign-in", json={"account": "", "extra": 1})
    assert answer.status_code == 422
    assert set(answer.json()["missing_fields"]) == {"account", "password", "extra"}
    assert answer.json()["message_zh"]
