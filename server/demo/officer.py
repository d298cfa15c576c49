"""The demo's officer: looks at leads and decides them through the same HTTP API as the console."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, cast
from uuid import uuid4

import httpx

from server.demo.errors import DemoError

#: Written in the officer's own words on what the demo itself knows: that it is a demonstration.
FINDING = "演示：关键帧中可见疑似情形，已查看画面，转现场核实。"

#: JSON objects of the API, read defensively: the demo is a client like any other.
Answer = dict[str, object]


@dataclass(frozen=True, slots=True)
class Decided:
    """What the officer's confirmations led to."""

    documents: tuple[Path, ...]


class Officer:
    """One signed-in officer."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(
            base_url=address, timeout=30, trust_env=False, headers={"Origin": address}
        )

    def __enter__(self) -> Self:
        """Use as a context: the connection closes at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._http.close()

    def sign_in(self, token: str) -> None:
        """Use a one-time link."""
        self._expect(self._http.post("/api/v1/sign-in/link", json={"token": token}), "sign in")

    def leads(self) -> list[Answer]:
        """Return every lead, page by page."""
        found: list[Answer] = []
        cursor: object = None
        while True:
            query = {"limit": "100"} | ({"cursor": str(cursor)} if cursor else {})
            page = self._expect(self._http.get("/api/v1/leads", params=query), "list leads")
            found += cast("list[Answer]", page["items"])
            cursor = page.get("next_cursor")
            if not cursor:
                return found

    def confirm(self, lead_id: str) -> Answer:
        """Look at the key frame, then confirm; return the lead as it is afterwards."""
        page = self._expect(self._http.get(f"/api/v1/leads/{lead_id}"), "open the lead")
        picture = next(
            (e for e in cast("list[Answer]", page["evidence"]) if e["kind"] == "frame_shown"), None
        )
        if picture is None:
            raise DemoError(f"lead {lead_id} has no key frame to look at")
        content = self._http.get(f"/api/v1/evidence/{picture['id']}/content")
        content.raise_for_status()
        answer = self._http.post(
            f"/api/v1/leads/{lead_id}/confirm",
            json={"finding": FINDING},
            headers={"If-Match": f'"{page["version"]}"', "Idempotency-Key": str(uuid4())},
        )
        return self._expect(answer, "confirm the lead")

    def download(self, task_id: str, folder: Path) -> Path:
        """Save the 现场检查方案 of a task."""
        answer = self._http.get(f"/api/v1/tasks/{task_id}/documents/inspection-plan.docx")
        answer.raise_for_status()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"现场检查方案-{task_id}.docx"
        path.write_bytes(answer.content)
        return path

    def _expect(self, answer: httpx.Response, act: str) -> Answer:
        if answer.is_error:
            raise DemoError(f"the demo officer could not {act}: {answer.status_code} {answer.text}")
        return cast("Answer", answer.json()) if answer.content else {}


def decide(officer: Officer, folder: Path) -> Decided:
    """Confirm the most severe lead that the bureau handles, and the most severe of another's.

    The first becomes an inspection task with its document, the second a draft transfer.
    """
    leads = officer.leads()
    documents = []
    ours = most_severe(leads, transferred=False)
    if ours is not None:
        task = officer.confirm(str(ours["id"])).get("task_id")
        if task:
            documents.append(officer.download(str(task), folder))
    theirs = most_severe(leads, transferred=True)
    if theirs is not None:
        officer.confirm(str(theirs["id"]))
    return Decided(tuple(documents))


def most_severe(leads: Sequence[Answer], *, transferred: bool) -> Answer | None:
    """Return the undecided lead of the highest severity, oldest first, or None."""
    fitting = [
        lead
        for lead in leads
        if (lead.get("handling") == "TRANSFER") == transferred
        and lead.get("state") in {"new", "prescreened", "relook"}
        and lead.get("picture_id")
    ]
    return min(
        fitting,
        key=lambda lead: (-int(str(lead["severity"])), str(lead["first_seen"]), str(lead["id"])),
        default=None,
    )
