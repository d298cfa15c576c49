"""What the server offers to the library: in order, with consent, without names, and recorded."""

import hashlib
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from bureau import FIRM, FLAME, NOW, SETUP, Seen

from hazard_library.contract.ids import CameraId, ZoneId
from server.audit import service as audit
from server.audit.service import Thing
from server.evidence import service as evidence
from server.identity import library_tokens
from server.identity import service as identity
from server.leads.states import DismissReason

from .conftest import AGREED, ENDED, MINUTE, Office, frame

FORBIDDEN = {"wang": 403, "chen": 403, "zhou": 403, "admin": 403, "qian": 200}


def test_a_rejected_lead_is_a_proposal_with_its_untouched_key_frame(office: Office) -> None:
    office.consent(AGREED)
    lead = office.report(Seen(), 1)
    office.dismiss(lead)
    page = office.get("proposals").json()
    (item,) = page["items"]
    assert (item["lead"], item["hazard"]) == (str(lead), "PPE-01")
    assert (item["verdict_zh"], item["reason"], item["reason_zh"]) == (
        "误报",
        "misdetection",
        "误检",
    )
    assert item["boxes"][0]["label"] == "no_helmet"
    assert item["models"][0] == {
        "name": "site-hazards",
        "version": "1",
        "sha256": "a" * 64,
        "precision": "fp32",
    }
    assert item["required"] == {"for_s": 5.0}
    assert item["frame"]["redaction"] == "none"
    answer = office.get(f"frames/{item['id']}")
    assert answer.content == frame(1)
    assert hashlib.sha256(answer.content).hexdigest() == item["frame"]["sha256"]
    assert page["withheld"] == {"no_consent": 0, "no_picture": 0}


def test_no_name_leaves_and_one_camera_keeps_one_pseudonym(office: Office) -> None:
    office.consent(AGREED)
    seen = [Seen(zone=None), Seen(), Seen(camera=CameraId("dock"))]
    for shade, one in enumerate(seen):
        office.dismiss(office.report(one, shade))
    answer = office.get("proposals")
    gate, gate_again, dock = (item["camera"] for item in answer.json()["items"])
    assert gate == gate_again != dock
    for name in (FIRM.name, FIRM.credit_code, "一号厂区", "gate", "dock", "box-1", "yard", "wang"):
        assert f'"{name}"' not in answer.text, name
    assert str(seen[0].id) not in answer.text, "a name over device and camera could be tried out"


def test_without_consent_nothing_is_offered_only_counted(office: Office) -> None:
    office.dismiss(office.report(Seen(), 1))
    page = office.get("proposals").json()
    assert (page["items"], page["ended"]) == ([], [])
    assert page["withheld"] == {"no_consent": 1, "no_picture": 0}
    with office.database.reading() as db:
        frames = [seen.id for seen in evidence.of_incidents(db, [Seen().id])]
    assert [office.get(f"frames/{one}").status_code for one in frames] == [404, 404]


def test_consent_that_ends_takes_its_frames_along_and_says_so(office: Office) -> None:
    office.consent(AGREED)
    office.dismiss(office.report(Seen(), 1))
    before = office.get("proposals").json()
    office.consent(ENDED)
    after = office.get("proposals").json()
    assert after["ended"] == [before["items"][0]["id"]]
    assert after["items"] == []
    assert after["consents"] > before["consents"], "the library begins anew"
    assert office.get(f"frames/{before['items'][0]['id']}").status_code == 404


def test_undecided_and_reopened_leads_are_not_offered(office: Office) -> None:
    office.consent(AGREED)
    office.report(Seen(zone=None), 1)
    lead = office.report(Seen(), 2)
    office.dismiss(lead)
    (item,) = office.get("proposals").json()["items"]
    office.reopen(lead)
    assert office.get("proposals").json()["items"] == []
    assert office.get(f"frames/{item['id']}").status_code == 404
    office.confirm(lead)
    (again,) = office.get("proposals").json()["items"]
    assert (again["id"], again["verdict"]) == (item["id"], "confirmed")


def test_pages_follow_the_verdicts_and_end(office: Office) -> None:
    office.consent(AGREED)
    made = [
        office.report(Seen(started=NOW - n * MINUTE, zone=ZoneId(f"z{n}")), n) for n in range(5)
    ]
    decided = [made[n] for n in (3, 0, 4, 1, 2)]
    for lead in decided:
        office.dismiss(lead)
    found, after, pages = [], 0, 0
    while True:
        page = office.get("proposals", after=after, limit=2).json()
        found += [item["lead"] for item in page["items"]]
        after, pages = page["last"], pages + 1
        if not page["has_more"]:
            break
    assert (found, pages) == ([str(lead) for lead in decided], 3)
    assert office.get("proposals", after=after).json()["items"] == []
    late = office.report(Seen(started=NOW, zone=ZoneId("late")), 9)
    office.dismiss(late, DismissReason.OTHER)
    assert [i["lead"] for i in office.get("proposals", after=after).json()["items"]] == [str(late)]


def test_a_frame_that_has_not_come_is_counted(office: Office) -> None:
    office.consent(AGREED)
    office.dismiss(office.report(Seen(), 1, arrived=False))
    page = office.get("proposals").json()
    assert (page["items"], page["withheld"]["no_picture"]) == ([], 1)


def test_what_joined_after_the_verdict_was_judged_by_nobody(office: Office) -> None:
    office.consent(AGREED)
    lead = office.report(Seen(), 1)
    office.confirm(lead)
    later = Seen(started=NOW + timedelta(seconds=60))
    assert office.report(later, 2) == lead
    assert len(office.get("proposals").json()["items"]) == 1


def test_every_page_and_every_picture_is_recorded_with_its_purpose(office: Office) -> None:
    office.consent(AGREED)
    office.dismiss(office.report(Seen(hazard=FLAME, zone=None), 1))
    (item,) = office.get("proposals").json()["items"]
    for _ in range(2):
        office.get(f"frames/{item['id']}")
    with office.database.reading() as db:
        pages = audit.looks(db, Thing("sample_proposals", "after 0"))
        pictures = audit.looks(db, Thing("evidence", item["id"]))
    assert [(look.actor, look.role, look.purpose) for look in pages] == [
        ("qian", "maintainer", "模型训练")
    ]
    assert [look.purpose for look in pictures if look.actor == "qian"] == ["模型训练"] * 2


@pytest.mark.parametrize(("name", "status"), FORBIDDEN.items())
def test_only_the_maintainer_reads_samples(office: Office, name: str, status: int) -> None:
    office.consent(AGREED)
    office.dismiss(office.report(Seen(), 1))
    (item,) = office.get("proposals").json()["items"]
    with office.database.writing() as db:
        link = identity.make_link(db, office.clock.now(), SETUP, name, timedelta(minutes=5))
    with _browser(office) as client:
        assert client.post("/api/v1/sign-in/link", json={"token": link}).status_code == 200
        for path in ("proposals", f"frames/{item['id']}"):
            assert client.get(f"/api/v1/samples/{path}").status_code == status, path


def test_the_programs_token_opens_samples_and_nothing_else(office: Office) -> None:
    headers = {"Authorization": f"Bearer {office.token}"}
    with _browser(office) as client:
        for path in ("leads", "me", "tasks", "devices", f"evidence/{uuid4()}/content"):
            assert client.get(f"/api/v1/{path}", headers=headers).status_code == 401, path
        assert client.get("/api/v1/samples/proposals", headers=headers).status_code == 200
        wrong = {"Authorization": "Bearer made-up"}
        answer = client.get("/api/v1/samples/proposals", headers=wrong)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_a_maintainer_of_another_unit_sees_nothing_of_ours(office: Office) -> None:
    office.consent(AGREED)
    office.dismiss(office.report(Seen(), 1))
    (item,) = office.get("proposals").json()["items"]
    with office.database.writing() as db:
        unit = identity.add_unit(db, NOW, "昆山市应急管理局", "320583")
        new = identity.NewAccount("hu", "胡某", office.bureau.maintainer.role, unit.id)
        identity.add_account(db, NOW, SETUP, new)
        office.token = library_tokens.make(db, office.clock.now(), SETUP, "hu", timedelta(days=1))
    assert office.get("proposals").json()["items"] == []
    assert office.get(f"frames/{item['id']}").status_code == 404


def test_an_altered_file_is_not_handed_out(office: Office) -> None:
    office.consent(AGREED)
    office.dismiss(office.report(Seen(), 1))
    (item,) = office.get("proposals").json()["items"]
    path = office.files.path(item["frame"]["sha256"])
    path.chmod(0o600)
    path.write_bytes(frame(2))
    assert office.get(f"frames/{item['id']}").status_code == 422


def _browser(office: Office) -> httpx.Client:
    return httpx.Client(
        base_url=office.address, headers={"Origin": office.address}, trust_env=False, timeout=30
    )
