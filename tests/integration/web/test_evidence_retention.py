"""Evidence past its time is destroyed with a tombstone; what is held or in a case never is."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from evidence_desk import EvidenceDesk, evidence_desk
from sqlalchemy import text

from server.evidence import retention, uses
from server.evidence.material_states import Use
from server.evidence.retention import LeadStanding
from server.evidence.uses import Matter
from server.leads.kept import standing_of
from server.testing.fake_device import START

CASE = Matter("handover", "1", "AJ-1")
WHY = {"reason": "复议期间保全"}


@pytest.fixture(scope="module")
def bench(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvidenceDesk]:
    folder: Path = tmp_path_factory.mktemp("retention")
    with evidence_desk(postgres_url, folder) as opened:
        yield opened


def night(bench: EvidenceDesk) -> int:
    return retention.destroy_due(bench.database, bench.clock, bench.store, standing_of)


def hashes(bench: EvidenceDesk, material: Mapping[str, object]) -> list[str]:
    with bench.database.reading() as db:
        query = text("SELECT sha256 FROM evidence_item WHERE incident_id = :i")
        return list(db.execute(query, {"i": material["incident_id"]}).scalars())


def test_only_what_nobody_needs_is_destroyed_and_leaves_its_hash(bench: EvidenceDesk) -> None:
    plain, held, used = (bench.record(START, camera) for camera in ("gate", "yard", "shop"))
    hold = bench.as_("legal").post(f"/evidence/materials/{held['id']}/holds", json=WHY).json()
    bench.attach(used["id"], CASE, Use.LEAD_ONLY)
    bench.stand_at(START + timedelta(days=29))
    assert night(bench) == 0
    bench.stand_at(START + timedelta(days=31))
    assert night(bench) == 1
    assert [bench.store.has(name) for name in hashes(bench, plain)] == [False, False]
    assert all(bench.store.has(name) for one in (held, used) for name in hashes(bench, one))
    told = bench.as_("officer").get(f"/evidence/materials/{plain['id']}/custody").json()
    assert sorted(t["sha256"] for t in told["tombstones"]) == sorted(hashes(bench, plain))
    assert {t["destroyed_by"] for t in told["tombstones"]} == {"svc:retention"}
    assert "销毁" in told["links"][-1]["zh"]

    answer = bench.as_("legal").post(f"/evidence/holds/{hold['id']}/release", json=WHY)
    assert answer.json()["state"] == "released"
    again = bench.as_("legal").post(f"/evidence/holds/{hold['id']}/release", json=WHY)
    assert again.status_code == 422
    with bench.database.writing() as db:
        uses.end_uses(db, bench.clock.now(), retention._WHO, CASE, "案件已归档")
    assert night(bench) == 2
    assert night(bench) == 0


def test_what_is_fixed_or_confirmed_is_kept_for_years(bench: EvidenceDesk) -> None:
    begin = START + timedelta(days=100)
    fixed = bench.done("officer", bench.record(begin), "fix")
    loose = bench.record(begin, "yard")
    bench.stand_at(begin + timedelta(days=40))

    def confirmed(_db: object, incidents: object) -> dict[object, LeadStanding]:
        assert isinstance(incidents, list)
        return dict.fromkeys(incidents, LeadStanding.CONFIRMED)

    assert retention.destroy_due(bench.database, bench.clock, bench.store, confirmed) == 0
    assert night(bench) == 1
    assert bench.material_of(loose["incident_id"])["state"] == "destroyed"
    assert bench.material_of(fixed["incident_id"])["state"] == "fixed"


def test_bytes_that_a_crash_left_behind_a_tombstone_are_swept(bench: EvidenceDesk) -> None:
    begin = START + timedelta(days=200)
    material = bench.record(begin)
    [name, *_] = hashes(bench, material)
    content = bench.store.content(name)
    bench.stand_at(begin + timedelta(days=31))
    assert night(bench) == 1
    bench.store.append(name, content)
    assert bench.store.keep(name)
    night(bench)
    assert not bench.store.has(name)
