"""The committed OpenAPI document is what the routes say, and the routes say enough."""

import json
from pathlib import Path

import server
from server.openapi import openapi_document

COMMITTED = Path(server.__file__).parent / "openapi.json"


def test_the_committed_document_is_fresh() -> None:
    fresh = openapi_document()
    assert COMMITTED.read_text(encoding="utf-8") == fresh, (
        "stale; run: patrol server openapi --out server/openapi.json"
    )


def test_every_route_says_what_it_does_and_how_it_refuses() -> None:
    paths = json.loads(openapi_document())["paths"]
    silent = [
        f"{verb} {path}"
        for path, verbs in paths.items()
        for verb, says in verbs.items()
        if not says.get("description")
        or (path != "/health" and not {"401", "403"} & set(says["responses"]))
    ]
    assert paths
    assert silent == []
