"""AC-20, the part about evidence: a clock that is off fails the technical half by default."""

from datetime import timedelta

from evidence_desk import IN_STEP, EvidenceDesk, passed

from server.kit.double_review import Half
from server.testing.fake_device import START

FAST = IN_STEP.model_copy(update={"offset_ms": 420_000.0})


def test_seven_minutes_fast_fails_unless_explained(bench: EvidenceDesk) -> None:
    bench.review_camera("gate")
    recorded = bench.record(START + timedelta(hours=1), clock=FAST)
    material = bench.done("officer", recorded, "fix")
    [clock] = [check for check in material["tech_checks"] if check["id"] == "clock"]
    assert (clock["holds"], clock["found_zh"]) == (False, "时钟偏差 420 秒")
    refused = bench.act("tech", material, "tech-review", passed("evidence", Half.TECH))
    assert (refused.status_code, refused.json()["rule_id"]) == (422, "R-025")
    assert "时钟偏差 420 秒" in refused.json()["message_zh"]
    assert refused.json()["missing_fields"] == ["explained.clock"]
    why = {"clock": "以服务器接收时间和国家授时中心时间核对，偏差已查明并换算"}
    told = bench.done("tech", material, "tech-review", passed("evidence", Half.TECH, explained=why))
    assert told["tech"]["explained"] == why


def test_a_seal_from_the_servers_future_shows_what_the_box_does_not_know(
    bench: EvidenceDesk,
) -> None:
    opened = START + timedelta(hours=2)
    recorded = bench.record(opened, sealed_at=opened + timedelta(seconds=450))
    checks = {one["id"]: one for one in recorded["tech_checks"]}
    assert checks["clock"]["found_zh"] == "时钟偏差 420 秒"
