"""AC-13: one byte on disk, one audit row: named exactly, the matter frozen, others untouched."""

from datetime import timedelta

from evidence_desk import EvidenceDesk
from sqlalchemy import text

from server.evidence import uses
from server.evidence.material_states import Use
from server.evidence.uses import Matter
from server.evidence_keeper import EvidenceKeeper
from server.kit.errors import NotPermitted
from server.leads.kept import standing_of
from server.testing.fake_device import START

CASE = Matter("handover", "1", "AJ-1")
OTHER = Matter("handover", "2", "AJ-2")


def frozen(bench: EvidenceDesk, matter: Matter) -> str | None:
    with bench.database.reading() as db:
        try:
            uses.refuse_matter(db, matter)
        except NotPermitted as refused:
            return refused.rule_id
    return None


def test_the_verifier_names_the_item_and_the_row_and_only_its_matter_is_frozen(
    bench: EvidenceDesk,
) -> None:
    first = bench.done("officer", bench.record(START), "fix")
    second = bench.done("officer", bench.record(START, "yard"), "fix")
    bench.attach(first["id"], CASE, Use.LEAD_ONLY)
    bench.attach(second["id"], OTHER, Use.LEAD_ONLY)
    wish = {"use": "lead_only", "purpose": "移送核查使用", "receiver": "某支队"}
    exports = [
        bench.as_("officer").post(f"/evidence/materials/{one['id']}/exports", json=wish).json()
        for one in (first, second)
    ]
    with bench.database.reading() as db:
        query = text("SELECT sha256 FROM evidence_item WHERE incident_id = :i AND kind = :k")
        asked = {"i": first["incident_id"], "k": "frame_original"}
        [altered] = db.execute(query, asked).scalars()
    path = bench.store.path(altered)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"?")

    refused = bench.on_export("leader", exports[0], "approve")
    assert (refused.status_code, refused.json()["rule_id"]) == (403, "R-030")
    assert altered in refused.json()["message_zh"]
    assert (frozen(bench, CASE), frozen(bench, OTHER)) == ("R-030", None)
    assert bench.on_export("leader", exports[1], "approve").status_code == 200

    with bench.database.writing() as db:
        db.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER append_only"))
        db.execute(text("UPDATE audit_entry SET reason = 'another' WHERE seq = 3"))
        db.execute(text("ALTER TABLE audit_entry ENABLE TRIGGER append_only"))
    report = EvidenceKeeper(bench.database, bench.clock, bench.store, standing_of).night()
    assert report.faults == (
        f"evidence file {altered} is altered",
        "audit entry 3: its content was changed",
    )
    told = bench.material_of(first["incident_id"])
    assert told["state"] == "tampered"
    assert told["tampered_because"].startswith(f"frame_original {altered}")
    words = bench.as_("officer").get(f"/evidence/materials/{first['id']}/custody").json()
    assert any("冻结" in link["zh"] and "AJ-1" in (link["detail"] or "") for link in words["links"])


def test_a_blurred_copy_is_no_original(bench: EvidenceDesk) -> None:
    material = bench.record(START + timedelta(minutes=40), "shop")
    with bench.database.reading() as db:
        query = text("SELECT kind, sha256 FROM evidence_item WHERE incident_id = :i")
        rows = db.execute(query, {"i": material["incident_id"]}).all()
        files = {row.kind: row.sha256 for row in rows}
    original = bench.store.path(files["frame_original"])
    original.chmod(0o600)
    original.write_bytes(bench.store.content(files["frame_shown"]))
    assert bench.act("officer", material, "fix").status_code == 409
    told = bench.material_of(material["incident_id"])
    assert told["state"] == "tampered"
    assert bench.act("officer", told, "fix").status_code == 422
