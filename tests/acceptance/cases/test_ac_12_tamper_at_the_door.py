"""AC-12: other bytes, an unknown signature, a replay: set aside and told, the rest flows."""

from datetime import timedelta

import pytest
from evidence_desk import EvidenceDesk
from sqlalchemy import text

from hazard_library.contract.device import Outcome
from hazard_library.contract.evidence import EvidenceKind
from hazard_library.contract.topics import Channel
from server.evidence.states import FileState
from server.kit.errors import EvidenceMismatch
from server.testing.fake_device import START, FakeDevice, file_ref

CLIP = b"a clip of forty bytes, as long as it is."


def test_nothing_forged_reaches_a_lead_and_the_rest_flows(bench: EvidenceDesk) -> None:
    ref = file_ref(CLIP, EvidenceKind.CLIP_ORIGINAL)
    event = bench.device.event(evidence=[ref])
    assert bench.take(Channel.INCIDENT, event.to_bytes(), START).outcome is Outcome.ACCEPTED
    with pytest.raises(EvidenceMismatch):
        bench.bring(ref, CLIP[::-1])
    material = bench.material_of(event.incident_id)
    assert material["state"] == "announced"
    assert [bench.act("officer", material, "fix").status_code] == [422]

    forger = FakeDevice()
    forged = forger.sealed(event, [ref])
    receipt = bench.take(Channel.EVIDENCE, forged.to_bytes(), START)
    assert receipt.outcome is Outcome.QUARANTINED

    again = bench.take(Channel.INCIDENT, event.to_bytes(), START + timedelta(seconds=9))
    assert again.outcome is Outcome.DUPLICATE
    with bench.database.reading() as db:
        assert db.scalar(text("SELECT count(*) FROM lead")) == 1
        assert db.scalar(text("SELECT state FROM evidence_file")) == FileState.QUARANTINED
        told = db.execute(
            text("SELECT event FROM audit_entry WHERE event IN ('mismatched', 'quarantined')")
        )
        assert sorted(told.scalars()) == ["mismatched", "quarantined"]

    true = bench.device.sealed(event, [ref])
    assert bench.take(Channel.EVIDENCE, true.to_bytes(), START).outcome is Outcome.ACCEPTED
    bench.bring(ref, CLIP)
    assert bench.material_of(event.incident_id)["state"] == "stored"


def test_evidence_without_its_event_is_listed_with_what_it_waits_for(bench: EvidenceDesk) -> None:
    event = bench.device.event(camera="yard", opened_at=START + timedelta(minutes=3))
    ref = file_ref(b"a picture that never came")
    bench.take(Channel.EVIDENCE, bench.device.sealed(event, [ref]).to_bytes(), START)
    assert bench.as_("tech").get("/evidence/waiting").json() == {"items": []}
    bench.stand_at(START + timedelta(hours=25))
    [row] = bench.as_("tech").get("/evidence/waiting").json()["items"]
    assert row["incident_id"] == str(event.incident_id)
    assert [words.split()[0] for words in row["waits_for"]] == ["事件消息尚未收到", "frame_shown"]
    assert bench.as_("aide").get("/evidence/waiting").status_code == 403
