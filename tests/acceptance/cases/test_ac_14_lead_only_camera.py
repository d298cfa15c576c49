"""AC-14: an unreviewed camera's recording is a clue, whoever asks for more, wherever it goes."""

import json
import zipfile
from pathlib import Path

from handover_desk import HandoverDesk, Page, told

from hazard_library.proof.case_package import CLUE_NOTE
from server.audit import service as audit
from server.audit.service import Thing


def attach(desk: HandoverDesk, case: Page, use: str) -> object:
    body = {"no": 1, "evidence": desk.evidence_of(case), "use": use}
    return desk.on_newest(desk.bureau.officer, f"handovers/{case['id']}", "attach", body)


def test_as_evidence_for_a_penalty_it_is_refused(desk: HandoverDesk) -> None:
    case = desk.case()
    answer = attach(desk, case, "penalty")
    assert told(answer) == (403, "R-025")
    assert "线索材料" in answer.json()["message_zh"]
    again = desk.read(desk.bureau.officer, f"handovers/{case['id']}")
    assert (again["version"], again["violations"][0]["evidence"]) == (1, [])


def test_as_a_clue_it_says_so_on_the_page_in_the_manifest_and_on_the_cover(
    desk: HandoverDesk,
) -> None:
    case = desk.case()
    assert attach(desk, case, "clue").status_code == 200
    path = f"handovers/{case['id']}"
    page = desk.exported(case)
    assert page["violations"][0]["evidence"][0]["note"] == CLUE_NOTE
    content = desk.as_(desk.bureau.leader).get(f"/api/v1/{path}/packages/1")
    assert content.status_code == 200
    package = desk.room.path(page["packages"][0]["name"])
    assert package.read_bytes() == content.content
    assert "仅作线索，不得单独作为处罚证据" in cover_text(package)
    with zipfile.ZipFile(package) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    notes = {file["note"] for file in manifest["files"] if file["use"] == "clue"}
    assert notes == {CLUE_NOTE}
    assert [file["use"] for file in manifest["files"] if file["use"]] == ["clue"]
    with desk.database.reading() as db:
        looks = audit.looks(db, Thing("evidence", desk.evidence_of(case)))
    assert "移交省执法系统立案" in {look.purpose for look in looks}


def cover_text(package: Path) -> str:
    with (
        zipfile.ZipFile(package) as archive,
        archive.open("documents/f8-cover.docx") as cover,
        zipfile.ZipFile(cover) as docx,
    ):
        return docx.read("word/document.xml").decode()
