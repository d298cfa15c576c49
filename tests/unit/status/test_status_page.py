import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPConnection
from zoneinfo import ZoneInfo

import pytest
from ports import free_port
from prometheus_client.parser import text_string_to_metric_families

from edge.config.site import StatusConfig
from edge.fleet.box_clock import ClockReading
from edge.runtime.unit_account import UnitWork
from edge.status.metrics import exposition
from edge.status.page import page
from edge.status.server import StatusServer
from edge.status.vitals import CameraVitals, Disk, OpenIncident, Vitals, Worry, worries
from edge.testing.fake_clock import START
from edge.testing.tally import Tally
from hazard_library.contract.device import CameraCondition, CameraState, PermitState
from hazard_library.contract.events import ModelUsed
from hazard_library.contract.ids import CameraId

WORK = UnitWork(10.0, 5.0, 1, 1000, 500, 2.5, 9.0, 490, 3, {"too_late": 20, "undecodable": 0})
MODEL = ModelUsed(name="ppe", version="0.1.0", sha256="a" * 64, precision="float32")


def a_camera(condition: CameraCondition = CameraCondition.OK, detail: str = "") -> CameraVitals:
    state = CameraState(
        camera=CameraId("gate"), condition=condition, since=START, detail=detail, fps=5.0
    )
    return CameraVitals("gate", "rtsp://***@10.0.0.9:554/a", state, WORK, ("坡脚",), ("ZONE-01",))


def a_box(*cameras: CameraVitals) -> Vitals:
    return Vitals(
        at=START + timedelta(hours=3),
        started_at=START,
        time_zone=ZoneInfo("Asia/Shanghai"),
        device="box-1",
        site="yard",
        software="hazard-patrol 0",
        cameras=cameras or (a_camera(),),
        incidents=(),
        models=(MODEL,),
        models_refused={},
        config_sha256="c" * 64,
        config_error=None,
        linked=True,
        outbox=2,
        uploads=0,
        disk=Disk(50, 100, 7, 20),
        clock=ClockReading(synchronised=True),
        counters={"messages_sent": 4},
        memory_bytes=1,
    )


@pytest.fixture
def server() -> Iterator[StatusServer]:
    made = _server(free_port())
    yield made
    made.stop()


def _server(port: int, address: str = "127.0.0.1") -> StatusServer:
    made = StatusServer(StatusConfig(address=address, port=port), a_box, Tally())
    made.start()
    return made


def _ask(port: int | None, path: str, method: str = "GET", host: str = "") -> tuple[int, str]:
    asking = HTTPConnection("127.0.0.1", port, timeout=10)
    asking.request(method, path, headers={"Host": host} if host else {})
    answer = asking.getresponse()
    told = answer.status, answer.read().decode()
    asking.close()
    return told


def test_a_box_without_a_worry_says_so() -> None:
    assert worries(a_box()) == ()
    assert "运行正常" in page(a_box())
    assert "All is well" in page(a_box())


@pytest.mark.parametrize(
    ("changed", "worry"),
    [
        (replace(a_box(), cameras=(a_camera(CameraCondition.OFFLINE),)), Worry.CAMERAS),
        (replace(a_box(), config_error="site.yaml:3: colour"), Worry.CONFIGURATION),
        (replace(a_box(), models_refused={"site": "hash"}), Worry.MODELS),
        (replace(a_box(), linked=False), Worry.BROKER),
        (replace(a_box(), disk=Disk(1, 100, 7, 20)), Worry.DISK),
        (replace(a_box(), outbox=None), Worry.STORES),
        (replace(a_box(), clock=ClockReading(synchronised=False)), Worry.CLOCK),
    ],
)
def test_every_worry_is_named_at_the_top(changed: Vitals, worry: Worry) -> None:
    assert worries(changed) == (worry,)
    assert "需要处理" in page(changed)


def test_a_disk_that_does_not_answer_is_a_worry_and_the_page_is_drawn() -> None:
    gone = replace(a_box(), disk=Disk(0, 0, None, 20))
    assert worries(gone) == (Worry.DISK,)
    assert "磁盘空间不足" in page(gone)


def test_a_camera_in_trouble_says_what_to_do_in_both_languages() -> None:
    told = page(a_box(a_camera(CameraCondition.OFFLINE, "nothing listens at port 5999")))
    assert "检查电源、网线" in told
    assert "nothing listens at port 5999" in told


@pytest.mark.parametrize("condition", list(CameraCondition))
def test_every_condition_has_its_word_in_both_languages(condition: CameraCondition) -> None:
    (chip,) = re.findall(r'<span class="chip \w+">(\S+) · ([^<]+)</span>', page_of(condition))
    assert re.fullmatch(r"[\u4e00-\u9fff]+", chip[0])
    assert chip[1] == condition.value.replace("_", " ")


def page_of(condition: CameraCondition) -> str:
    return page(a_box(a_camera(condition)))


def test_what_comes_from_outside_is_text_and_never_markup() -> None:
    bad = "<script>alert(1)</script>"
    incident = OpenIncident("ZONE-01", bad, bad, bad, bad, START)
    box = replace(
        a_box(a_camera(CameraCondition.OFFLINE, bad)),
        device=bad,
        site=bad,
        config_error=bad,
        models_refused={bad: bad},
        counters={bad: 1},
        incidents=(incident,),
    )
    assert "<script" not in page(box)


def test_the_metrics_are_in_prometheus_format_and_complete() -> None:
    families = {f.name: f for f in text_string_to_metric_families(exposition(a_box()).decode())}
    values = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families.values()
        for sample in family.samples
    }
    gate = ("camera", "gate")
    assert values["patrol_camera_fps_in", gate] == 10
    assert values["patrol_camera_fps_out", gate] == 5
    assert values["patrol_camera_queue_length", gate] == 1
    assert values["patrol_camera_decode_seconds_total", gate] == 2.5
    assert values["patrol_camera_inference_seconds_total", gate] == 9
    assert values["patrol_camera_drops_total", gate, ("reason", "too_late")] == 20
    assert values["patrol_camera_state", gate, ("state", "ok")] == 1
    assert values["patrol_camera_state", gate, ("state", "offline")] == 0
    assert values[("patrol_outbox_depth",)] == 2
    assert values[("patrol_disk_free_bytes",)] == 50
    assert values["patrol_events_total", ("event", "messages_sent")] == 4
    assert families["patrol_model_info"].samples[0].labels["version"] == "0.1.0"


def test_what_cannot_be_read_is_left_out_of_the_metrics() -> None:
    assert b"patrol_outbox_depth" not in exposition(replace(a_box(), outbox=None))


def test_page_and_metrics_are_served_and_nothing_else_is(server: StatusServer) -> None:
    assert _ask(server.port, "/")[0] == 200
    assert "patrol_camera_fps_in" in _ask(server.port, "/metrics")[1]
    assert _ask(server.port, "/", "HEAD") == (200, "")
    assert _ask(server.port, "/site.yaml")[0] == 404
    assert _ask(server.port, "/../../etc/passwd")[0] == 404
    assert _ask(server.port, "/", "POST")[0] == 501


def test_another_sites_name_gets_no_answer_on_loopback(server: StatusServer) -> None:
    assert _ask(server.port, "/", host="evil.example:80")[0] == 421
    assert _ask(server.port, "/", host=f"localhost:{server.port}")[0] == 200


def test_a_taken_port_costs_the_page_and_no_more(server: StatusServer) -> None:
    assert server.port is not None
    second = _server(server.port)
    assert second.port is None
    second.stop()


def test_whoever_asks_and_says_nothing_does_not_keep_the_next_one_out(
    server: StatusServer,
) -> None:
    with socket.create_connection(("127.0.0.1", server.port or 0)):
        assert _ask(server.port, "/")[0] == 200


def test_every_work_permit_is_shown_with_what_it_excused() -> None:
    permit = PermitState(
        id="DH-<1>",
        kind="hot_work",
        cameras=(CameraId("gate"),),
        zones=("焊接区",),
        hazards=("FIRE-01",),
        begins_at=START,
        ends_at=START + timedelta(hours=8),
        excused=3,
    )
    shown = page(replace(a_box(), permits=(permit,), permits_error="permits.yaml:9: mend <it>"))
    assert "DH-&lt;1&gt;" in shown
    assert "生效中 · in force" in shown
    assert "gate · 焊接区" in shown
    assert "已豁免 3 次" in shown
    assert "permits.yaml:9: mend &lt;it&gt;" in shown
    assert Worry.CONFIGURATION in worries(replace(a_box(), permits_error="x"))
    assert "已豁免" not in page(a_box())
