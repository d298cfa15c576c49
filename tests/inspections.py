"""An inspection at a test's desk, taken as far as the test wants it; people act by name."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

import httpx
from bureau import Seen
from handover_desk import HandoverDesk, Page

from hazard_library.contract.ids import HazardId, ZoneId
from server.calendar.service import day_of
from server.identity.actor import Actor
from server.identity.permissions import Role

FINDING = "现场检查时，装卸区一名作业人员未佩戴安全帽，已当场指出"
_zones = count(1)


@dataclass(frozen=True, slots=True)
class Inspection:
    """One task. Without other words the officers are wang and li, the leader is zhou."""

    desk: HandoverDesk
    id: str

    @property
    def path(self) -> str:
        return f"tasks/{self.id}"

    @property
    def today(self) -> date:
        return day_of(self.desk.clock.now())

    def page(self) -> Page:
        return self.desk.read(self.desk.bureau.officer, self.path)

    def do(self, actor: Actor, event: str, body: object = None) -> Page:
        return self.desk.do(actor, self.path, event, body or {})

    def try_(self, actor: Actor, event: str, body: object = None) -> httpx.Response:
        return self.desk.on_newest(actor, self.path, event, body or {})

    def submitted(self, on: date | None = None, **other: object) -> "Inspection":
        officer = self.desk.bureau.officer
        planned = str(on or self.today)
        self.do(officer, "edit", {"planned_on": planned, "reason": "线索复核", **other})
        self.do(officer, "submit")
        return self

    def approved(self, on: date | None = None, **other: object) -> "Inspection":
        self.submitted(on)
        passed = {"opinion": "同意", "frequency_reason": "另有线索，须到现场核实"}
        self.do(self.desk.bureau.leader, "approve", {**passed, **other})
        return self

    def assigned(self, on: date | None = None) -> "Inspection":
        self.approved(on)
        bureau = self.desk.bureau
        body = team(bureau.officer, bureau.second_officer, on=on or self.today)
        self.do(bureau.leader, "assign", body)
        return self

    def arrived(self) -> "Inspection":
        self.assigned()
        bureau = self.desk.bureau
        for officer in (bureau.officer, bureau.second_officer):
            self.do(officer, "sign-in")
        self.do(bureau.officer, "arrive", {"certificates_shown": True, "recorder_no": "JLY-07"})
        return self

    def written(self, violated: int = 1) -> "Inspection":
        """Write the record: so many items violated, the others conform."""
        self.arrived()
        self.do(self.desk.bureau.officer, "write", self.record(violated))
        return self

    def record(self, violated: int = 1) -> dict[str, Any]:
        left = self.desk.clock.now() + timedelta(minutes=40)
        items = [item["key"] for item in self.page()["plan"]["items"]]
        return {
            "person_present": "某某",
            "post": "安全员",
            "time_out": left.isoformat(),
            "onsite_truth": "true",
            "items": [
                {"key": key, "result": "violates", "finding": FINDING}
                if number < violated
                else {"key": key, "result": "conforms"}
                for number, key in enumerate(items)
            ],
        }

    def recorded(self, violated: int = 1) -> "Inspection":
        self.written(violated)
        return self.signed_and_complete()

    def signed_and_complete(self) -> "Inspection":
        bureau = self.desk.bureau
        self.do(bureau.officer, "sign")
        self.do(bureau.second_officer, "sign")
        self.do(bureau.officer, "enterprise-sign", {"name": "某某", "post": "安全员"})
        self.do(bureau.officer, "record")
        return self

    def order(self) -> "Order":
        """Let a draft order come of it."""
        page = self.do(self.desk.bureau.officer, "result-order")
        return Order(self.desk, page["orders"][-1]["id"])


@dataclass(frozen=True, slots=True)
class Order:
    """One order to rectify."""

    desk: HandoverDesk
    id: str

    @property
    def path(self) -> str:
        return f"orders/{self.id}"

    def page(self) -> Page:
        return self.desk.read(self.desk.bureau.officer, self.path)

    def do(self, actor: Actor, event: str, body: object = None) -> Page:
        return self.desk.do(actor, self.path, event, body or {})

    def try_(self, actor: Actor, event: str, body: object = None) -> httpx.Response:
        return self.desk.on_newest(actor, self.path, event, body or {})

    def sign(self) -> "Order":
        for officer in (self.desk.bureau.officer, self.desk.bureau.second_officer):
            self.do(officer, "sign")
        return self

    def issued(self, days: int = 15) -> "Order":
        officer = self.desk.bureau.officer
        due = day_of(self.desk.clock.now()) + timedelta(days=days)
        self.do(officer, "edit", {"due_on": str(due)})
        self.sign().do(officer, "issue", {"official_no": f"（演）应急责改〔2026〕{next(_zones)}号"})
        return self

    def served(self, days: int = 15) -> "Order":
        self.issued(days)
        self.do(self.desk.bureau.officer, "serve", {"received_by": "某某", "post": "厂长"})
        return self

    def checked(self, result: str) -> Page:
        """Ask for the re-check, and find the same of every item."""
        bureau = self.desk.bureau
        if self.page()["state"] == "served":
            self.do(bureau.of(Role.ENT_MGR), "request-recheck", {"reported": "已全部整改到位"})
        results = [{"key": item["key"], "result": result} for item in self.page()["items"]]
        body = {"results": results, "opinion": "逐项复查如上", "next_step": "按复查结果办理"}
        self.do(bureau.officer, "write-recheck", body)
        return self.sign().do(bureau.officer, "recheck")


def team(*officers: Actor, on: date, experts: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return whom to assign."""
    return {
        "officers": [{"account": officer.account} for officer in officers],
        "experts": list(experts),
        "planned_on": str(on),
    }


def from_lead(desk: HandoverDesk, hazard: str = "PPE-01") -> Inspection:
    """Confirm a lead of its own zone, and take its task."""
    zone = ZoneId(f"z-{next(_zones)}")
    seen = Seen(started=desk.clock.now(), hazard=HazardId(hazard), zone=zone)
    page = desk.confirmed(seen, "画面中一人在装卸区未戴安全帽")
    return Inspection(desk, page["task_id"])


def from_plan(desk: HandoverDesk, *hazards: str, site: str = "yard") -> Inspection:
    """Make a task of the yearly plan."""
    body = {
        "source_kind": "plan",
        "source_reference": "2026年度执法检查计划",
        "site_id": site,
        "hazards": list(hazards),
    }
    answer = desk.as_(desk.bureau.officer).post("/api/v1/tasks", json=body)
    assert answer.status_code == 200, answer.text
    made = Inspection(desk, answer.json()["id"])
    made.do(desk.bureau.officer, "edit", {"inspection_type": "daily"})
    return made
