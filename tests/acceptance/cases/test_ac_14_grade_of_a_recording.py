"""AC-14: a camera without its 41-review gives leads only; grades are judged when recorded."""

import io
import json
from datetime import UTC, datetime
from zipfile import ZipFile

import pytest
from docx import Document
from evidence_desk import DOSSIER, EvidenceDesk, passed

from server.evidence.material_states import LEAD_ONLY_MARK, Use
from server.evidence.uses import Matter
from server.kit.double_review import Half
from server.kit.errors import NotPermitted
from server.testing.fake_device import START

CASE = Matter("handover", "7", "AJ-7")


def test_a_clip_of_grade_b_is_refused_for_a_penalty_and_marked_as_a_lead(
    bench: EvidenceDesk,
) -> None:
    material = bench.done("officer", bench.record(START, "yard"), "fix")
    assert (material["grade"], material["mark"]) == ("B", LEAD_ONLY_MARK)
    with pytest.raises(NotPermitted) as refused:
        bench.attach(material["id"], CASE, Use.PENALTY)
    assert refused.value.rule_id == "R-025"
    assert "第四十一条" in refused.value.message_zh
    no = bench.act("legal", material, "legal-review", passed("evidence", Half.LEGAL))
    assert (no.status_code, no.json()["rule_id"]) == (422, "R-025")
    bench.attach(material["id"], CASE, Use.LEAD_ONLY)

    wish = {"use": "lead_only", "purpose": "移送核查使用", "receiver": "某支队"}
    made = bench.as_("officer").post(f"/evidence/materials/{material['id']}/exports", json=wish)
    approved = bench.on_export("leader", made.json(), "approve").json()
    answer = bench.on_export("officer", approved, "deliver")
    assert answer.status_code == 200, answer.text
    with ZipFile(io.BytesIO(answer.content)) as archive:
        sheet = json.loads(archive.read("export.json"))
        pages = Document(io.BytesIO(archive.read("材料说明.docx")))
    assert (sheet["notice"], sheet["copy_no"]) == (LEAD_ONLY_MARK, 1)
    assert [s.header.paragraphs[0].text for s in pages.sections] == [LEAD_ONLY_MARK]


def test_an_expired_review_keeps_what_was_recorded_before_it(bench: EvidenceDesk) -> None:
    bench.stand_at(START)
    bench.review_camera("gate")
    before = bench.record(datetime(2026, 10, 31, 15, 30, tzinfo=UTC))
    after = bench.record(datetime(2026, 10, 31, 16, 30, tzinfo=UTC))
    reviews = bench.as_("officer").get("/devices/box-1/cameras/gate/reviews").json()
    assert reviews["standing"] == "expired"
    assert (before["grade"], after["grade"]) == ("A", "B")


def test_both_halves_of_a_camera_need_two_persons_and_private_places_are_refused(
    bench: EvidenceDesk,
) -> None:
    url = "/devices/box-1/cameras/shop"
    devop = bench.as_("admin")
    for kind in ("dormitory", "bathroom", "changing_room", "toilet", "rest_room"):
        refused = devop.post(f"{url}/place", json={"place_type": kind})
        assert (refused.status_code, refused.json()["rule_id"]) == (422, "TRAP-29")
    assert devop.post(f"{url}/place", json={"place_type": "production"}).status_code == 204
    made = bench.as_("officer").post(f"{url}/reviews", json=DOSSIER).json()
    for name, half in (("legal", Half.TECH), ("tech", Half.LEGAL), ("officer", Half.LEGAL)):
        answer = bench.as_(name).post(
            f"/camera-reviews/{made['id']}/{half}-review",
            json=passed("camera", half),
            headers={"If-Match": '"1"'},
        )
        assert answer.status_code == 403, name
