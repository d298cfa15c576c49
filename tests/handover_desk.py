"""The application with a bureau in it and a clock that tests move; people act by name."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from bureau import CATALOGUE, NOW, SETUP, Bureau, Reporter, Seen, found_bureau
from fastapi import FastAPI
from postgres import new_database
from web_server import serving

from hazard_library.catalogue.load import Catalogue
from hazard_library.contract.ids import ZoneId
from server.app import WebParts, create_app
from server.calendar.service import day_of
from server.enterprises import service as enterprises
from server.evidence import service as evidence
from server.evidence.file_store import FileStore
from server.handovers.cases import service as cases
from server.handovers.cases.room import PackageRoom
from server.handovers.cases.service import CaseBrief, Source, Violation
from server.handovers.cases.tables import CaseHandover
from server.identity import service as identity
from server.identity.actor import Actor
from server.identity.permissions import Role
from server.kit.db import Database
from server.kit.live_feed import LiveFeed
from server.leads import repository as leads
from server.samples.pseudonyms import Pseudonyms
from server.testing.settled_clock import SettledClock

Page = dict[str, Any]
#: A session lasts twelve hours; whoever acts later signs in anew.
_SIGNED_FOR = timedelta(hours=11)
_keys = count(1)


@dataclass(slots=True)
class HandoverDesk:
    """One bureau at work."""

    database: Database
    bureau: Bureau
    store: FileStore
    clock: SettledClock
    room: PackageRoom
    app: FastAPI
    address: str
    _stack: ExitStack
    _signed: dict[str, tuple[datetime, httpx.Client]] = field(default_factory=dict)

    @property
    def catalogue(self) -> Catalogue:
        """What every hazard is, and the law."""
        return CATALOGUE

    def move_to(self, at: datetime) -> None:
        """Let the clock show a later moment."""
        self.clock.advance(at - self.clock.now())

    def as_(self, actor: Actor) -> httpx.Client:
        """Return a browser in which somebody is signed in now."""
        now = self.clock.now()
        known = self._signed.get(actor.account)
        if known is not None and now - known[0] < _SIGNED_FOR:
            return known[1]
        headers = {"Origin": self.address}
        client = self._stack.enter_context(
            httpx.Client(base_url=self.address, headers=headers, trust_env=False, timeout=60)
        )
        with self.database.writing() as db:
            token = identity.make_link(db, now, SETUP, actor.account, timedelta(minutes=5))
        signed = client.post("/api/v1/sign-in/link", json={"token": token})
        assert signed.status_code == 200, signed.text
        self._signed[actor.account] = (now, client)
        return client

    def read(self, actor: Actor, path: str) -> Page:
        """Return a page."""
        answer = self.as_(actor).get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.text
        page: Page = answer.json()
        return page

    def try_(self, actor: Actor, path: str, body: object, version: int) -> httpx.Response:
        """Send a verb on a version that was read."""
        headers = {"If-Match": f'"{version}"', "Idempotency-Key": f"key-{next(_keys):08d}"}
        return self.as_(actor).post(f"/api/v1/{path}", json=body, headers=headers)

    def do(self, actor: Actor, path: str, event: str, body: object) -> Page:
        """Send a verb on the version of now; it is done."""
        answer = self.on_newest(actor, path, event, body)
        assert answer.status_code == 200, answer.text
        page: Page = answer.json()
        return page

    def on_newest(self, actor: Actor, path: str, event: str, body: object) -> httpx.Response:
        """Send a verb on the version of now."""
        return self.try_(actor, f"{path}/{event}", body, self.version(actor, path))

    def version(self, actor: Actor, path: str) -> int:
        """Return the version that somebody reads; 1 for who reads nothing."""
        answer = self.as_(actor).get(f"/api/v1/{path}")
        return int(answer.json()["version"]) if answer.status_code == 200 else 1

    def confirmed(self, seen: Seen, finding: str) -> Page:
        """Report an incident and let the officer confirm its lead."""
        with self.database.writing() as db:
            lead = Reporter(db, self.store).report(seen)
        officer = self.bureau.officer
        page = self.read(officer, f"leads/{lead}")
        content = self.as_(officer).get(f"/api/v1/evidence/{page['picture_id']}/content")
        assert content.status_code == 200, content.text
        return self.do(officer, f"leads/{lead}", "confirm", {"finding": finding})

    def case(self, *violations: Violation) -> Page:
        """Let an inspection hand its recorded violations over; return the draft."""
        at, officer = self.clock.now(), self.bureau.officer
        with self.database.writing() as db:
            reporter = Reporter(db, self.store)
            lead = reporter.report(Seen(zone=ZoneId(f"c{next(_keys)}")), at)
            incidents = [row.incident_id for row in leads.incidents(db, [lead])]
            number = next(_keys)
            brief = CaseBrief(
                source=Source("inspection_task", f"task-{number}", f"RW-320115-2026-{number:06d}"),
                unit_id=self.bureau.unit,
                division_code="320115",
                enterprise_id=enterprises.place(db, "yard").enterprise.id,
                discovered_on=day_of(at),
                violations=violations or (HELMET_VIOLATION,),
                incidents=tuple(incidents),
            )
            made = cases.draft(db, at, officer, CATALOGUE, brief)
        return self.read(officer, f"handovers/{made}")

    def evidence_of(self, case: Page) -> str:
        """Return a piece of evidence that is at hand for a hand-over."""
        with self.database.reading() as db:
            row = db.get_one(CaseHandover, UUID(case["id"]))
            return str(evidence.of_incidents(db, row.incidents)[0].id)

    def source_id(self, case: Page) -> str:
        """Return which record a hand-over came from."""
        with self.database.reading() as db:
            return db.get_one(CaseHandover, UUID(case["id"])).source_id

    def clue(self, case: Page, no: int = 1) -> Page:
        """Attach what is at hand as a clue."""
        body = {"no": no, "evidence": self.evidence_of(case), "use": "clue"}
        return self.do(self.bureau.officer, f"handovers/{case['id']}", "attach", body)

    def approved(self, case: Page) -> Page:
        """Take a written draft through both reviews."""
        path, legal = f"handovers/{case['id']}", self.bureau.of(Role.LEGAL)
        page = self.do(self.bureau.officer, path, "submit", {"opinion": "建议移交立案"})
        answers = {point["id"]: True for point in page["checklist"]["items"]}
        self.do(legal, path, "pass", {"answers": answers, "opinion": "同意移交"})
        return self.do(self.bureau.leader, path, "approve", {"opinion": "同意立案移交"})

    def exported(self, case: Page) -> Page:
        """Take a written draft through both reviews and out."""
        self.approved(case)
        body = {"purpose": "移交省执法系统立案"}
        return self.do(self.bureau.officer, f"handovers/{case['id']}", "export", body)


#: What two officers recorded, with the clauses that attach.
HELMET_VIOLATION = Violation(
    ref="f4/1",
    title="作业人员未按规定佩戴安全帽",
    facts="现场检查发现装卸区两名作业人员未佩戴安全帽",
    act_to=date(2026, 3, 1),
    violated=("AQSCF-2021-57",),
    penalty_clauses=("AQSCF-2021-102",),
)


def told(answer: httpx.Response) -> tuple[int, str | None]:
    """Return how something was refused: the status and the rule."""
    problem: Mapping[str, Any] = answer.json()
    assert problem["message_zh"]
    return answer.status_code, problem.get("rule_id")


@contextmanager
def handover_desk(postgres_url: str, folder: Path, at: datetime = NOW) -> Iterator[HandoverDesk]:
    """Open a bureau with a database of its own."""
    database = Database.at(new_database(postgres_url))
    with database.writing() as db:
        bureau = found_bureau(db)
    store, clock = FileStore(folder / "files"), SettledClock(at)
    room = PackageRoom(folder / "packages")
    app = create_app(
        WebParts(
            database=database,
            clock=clock,
            files=store,
            catalogue=CATALOGUE,
            feed=LiveFeed("postgresql://nowhere"),
            console=folder / "console",
            pseudonyms=Pseudonyms(b"k" * 32),
            is_demo=True,
            package_room=room,
        )
    )
    with ExitStack() as stack:
        address = stack.enter_context(serving(app))
        yield HandoverDesk(database, bureau, store, clock, room, app, address, stack)
    database.close()
