"""From somebody's draft to the box's word: real server, real broker, a real box."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from boxes import Box, Settings
from certified_bureau import CLOCK, CertifiedBureau, certified_bureau
from config_desk import people
from running_boxes import ALWAYS, WITHIN_S, live, running
from waiting import wait_until
from web_server import serving

from edge.testing.painted_film import write_film
from server.app import create_app
from server.audit import service as audit
from server.configuration import parcels
from server.configuration.signing import ConfigurationKey
from server.identity import service as identity
from server.kit.db import Database
from server.testing.bureau import BY

HERE = "/api/v1/devices/box-1/config-revisions"


@dataclass
class Console:
    """Two device operators, each signed in."""

    bureau: CertifiedBureau
    wu: httpx.Client
    zhao: httpx.Client

    def publish(self, settings: Settings) -> str:
        # Through JSON: the tests' cameras share a zone, which YAML would write as an alias.
        plain = json.loads(json.dumps(settings))
        files = {"site.yaml": yaml.safe_dump(plain, sort_keys=False)}
        made = self.wu.post(HERE, json={"files": files, "reason": "试验"})
        assert made.status_code == 201, made.text
        page = made.json()
        for client, event in ((self.zhao, "approval"), (self.wu, "publication")):
            path = f"/api/v1/config-revisions/{page['id']}/{event}"
            answer = client.post(path, headers={"If-Match": f'"{page["version"]}"'})
            assert answer.status_code == 200, answer.text
            page = answer.json()
        return str(page["id"])

    def page(self, revision: str) -> dict[str, Any]:
        shown: dict[str, Any] = self.wu.get(f"/api/v1/config-revisions/{revision}").json()
        return shown

    def await_state(self, revision: str, state: str) -> dict[str, Any]:
        wait_until(lambda: self.page(revision)["state"] == state, WITHIN_S, state)
        return self.page(revision)

    def lies_at_broker(self) -> bool:
        with self.bureau.database.reading() as db:
            return bool(parcels.due(db))


@contextmanager
def signed_in(bureau: CertifiedBureau, address: str, name: str) -> Iterator[httpx.Client]:
    with bureau.database.writing() as db:
        token = identity.make_link(db, CLOCK.now(), BY, name, timedelta(hours=1))
    headers = {"Origin": address}
    with httpx.Client(base_url=address, headers=headers, trust_env=False) as client:
        answer = client.post("/api/v1/sign-in/link", json={"token": token})
        assert answer.status_code == 200, answer.text
        yield client


@pytest.fixture
def console(own_database: Database, tmp_path: Path) -> Iterator[Console]:
    with ExitStack() as stack:
        bureau = stack.enter_context(certified_bureau(own_database, tmp_path / "server"))
        stack.enter_context(bureau.keeping())
        with bureau.database.writing() as db:
            people(db)
        address = stack.enter_context(serving(create_app(bureau.parts)))
        wu, zhao = (stack.enter_context(signed_in(bureau, address, who)) for who in ("wu", "zhao"))
        yield Console(bureau, wu, zhao)


@pytest.fixture
def box(console: Console, tmp_path: Path) -> Box:
    """An enrolled box that trusts the server's key for configurations."""
    made = Box(tmp_path / "box")
    write_film(made.folder / "walk.mp4", 10, (ALWAYS,))
    key = ConfigurationKey.at(console.bureau.settings.configuration)
    (made.folder / "bureau.pub").write_text(key.public_pem)
    link = {"configuration_key": "bureau.pub"}
    made.write(live("gate", "walk.mp4"), link=link, status={"enabled": False})
    words = ("edge", "enrol", console.bureau.code(), "--server", console.bureau.door)
    done = made.patrol(*words, "--config", "site.yaml")
    assert done.returncode == 0, done.stderr
    access = console.bureau.settings.broker.folder / "access"
    wait_until(lambda: "user box-1" in access.read_text(), WITHIN_S, "the broker knows the box")
    return made


def with_cameras(box: Box, *names: str, **changes: object) -> Settings:
    return box.settings | {"cameras": [live(name, "walk.mp4") for name in names]} | changes


def test_one_is_applied_and_a_bad_one_is_refused_with_its_reason(
    console: Console, box: Box
) -> None:
    with running(box) as run:
        run.await_event("engine_started")
        good = console.await_state(
            console.publish(with_cameras(box, "gate", "yard")), "acknowledged"
        )
        assert good["handed_over_at"] is not None
        assert "yard" in box.config.read_text(encoding="utf-8")
        # The schema cannot know which models lie on the box.
        bad = console.publish(with_cameras(box, "gate", models=["nowhere"]))
        refused = console.await_state(bad, "refused")
        assert "nowhere" in refused["ended_because"]
        assert "yard" in box.config.read_text(encoding="utf-8")
        wait_until(lambda: not console.lies_at_broker(), WITHIN_S, "both are taken back")
        assert console.wu.get(HERE).json()["in_force"] == good["number"]
    with console.bureau.database.reading() as db:
        assert audit.verify_chain(db).broken_at is None
    again = console.wu.post(
        f"/api/v1/config-revisions/{good['id']}/restoration", json={"reason": "回退"}
    )
    assert (again.status_code, again.json()["restores"]) == (201, good["number"])


def test_a_box_that_was_off_gets_it_later_and_once(console: Console, box: Box) -> None:
    with running(box) as run:
        run.await_event("engine_started")
    late = console.publish(with_cameras(box, "gate", "roof"))
    wait_until(
        lambda: console.page(late)["handed_over_at"] is not None, WITHIN_S, "it lies at the broker"
    )
    assert console.page(late)["state"] == "published"
    with running(box) as run:
        console.await_state(late, "acknowledged")
        wait_until(lambda: not console.lies_at_broker(), WITHIN_S, "it is taken back")
        assert len(run.logged("config_revision_taken")) == 1
    assert "roof" in box.config.read_text(encoding="utf-8")
    with running(box) as run:
        run.await_event("engine_started")
        assert run.logged("config_revision_taken") == []
    assert console.page(late)["state"] == "acknowledged"


def test_what_is_withdrawn_while_the_box_is_off_is_never_applied(
    console: Console, box: Box
) -> None:
    with running(box) as run:
        run.await_event("engine_started")
    gone = console.publish(with_cameras(box, "gate", "store"))
    wait_until(
        lambda: console.page(gone)["handed_over_at"] is not None, WITHIN_S, "it lies at the broker"
    )
    withdrawn = console.wu.post(
        f"/api/v1/config-revisions/{gone}/withdrawal",
        json={"reason": "写错了"},
        headers={"If-Match": f'"{console.page(gone)["version"]}"'},
    )
    assert withdrawn.status_code == 200, withdrawn.text
    wait_until(lambda: not console.lies_at_broker(), WITHIN_S, "it is taken back")
    with running(box) as run:
        run.await_event("engine_started")
        # The next one is applied: whatever lay before it has been dealt with.
        console.await_state(console.publish(with_cameras(box, "gate", "shop")), "acknowledged")
        assert len(run.logged("config_revision_taken")) == 1
    assert console.page(gone)["state"] == "withdrawn"
    now = yaml.safe_load(box.config.read_text(encoding="utf-8"))
    assert [camera["id"] for camera in now["cameras"]] == ["gate", "shop"]
