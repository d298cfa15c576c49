from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from edge.fleet.status_board import StatusBoard
from edge.testing.fake_clock import START
from hazard_library.contract.device import CameraCondition, EvidenceRoom
from hazard_library.contract.events import ModelUsed
from hazard_library.contract.ids import CameraId

GATE, YARD = CameraId("gate"), CameraId("yard")
LATER = START + timedelta(minutes=1)
MODEL = ModelUsed(name="site-hazards", version="1", sha256="0" * 64, precision="f32")


def listened(board: StatusBoard) -> list[str]:
    told: list[str] = []
    board.call_on_change(lambda: told.append("changed"))
    return told


def test_counts_from_many_threads_are_all_there() -> None:
    board = StatusBoard()
    with ThreadPoolExecutor(4) as threads:
        for _ in threads.map(lambda _: board.count("frames_dropped", 2), range(500)):
            pass
    assert board.counters() == {"frames_dropped": 1000}


def test_a_new_condition_is_told_at_once_and_the_same_one_is_not() -> None:
    board = StatusBoard()
    told = listened(board)
    board.show_camera(GATE, CameraCondition.OFFLINE, START, "refused")
    board.show_camera(GATE, CameraCondition.OFFLINE, LATER, "refused")
    assert told == ["changed"]
    board.show_camera(GATE, CameraCondition.OK, LATER)
    assert told == ["changed"] * 2


def test_a_condition_keeps_its_begin_when_only_its_reason_changes() -> None:
    board = StatusBoard()
    board.show_camera(GATE, CameraCondition.OFFLINE, START, "refused")
    board.show_camera(GATE, CameraCondition.OFFLINE, LATER, "timed out")
    camera = board.snapshot().cameras[0]
    assert (camera.since, camera.detail) == (START, "timed out")


def test_a_condition_that_comes_back_begins_anew() -> None:
    board = StatusBoard()
    for at, condition in [
        (START, CameraCondition.OFFLINE),
        (START, CameraCondition.OK),
        (LATER, CameraCondition.OFFLINE),
    ]:
        board.show_camera(GATE, condition, at)
    assert board.snapshot().cameras[0].since == LATER


def test_cameras_are_listed_by_name_with_their_rate_and_can_leave() -> None:
    board = StatusBoard()
    board.show_camera(YARD, CameraCondition.OK, START)
    board.show_camera(GATE, CameraCondition.OK, START)
    board.show_work(GATE, 4.5)
    board.show_work(CameraId("unknown"), 1.0)
    board.show_camera(GATE, CameraCondition.FROZEN, LATER)
    assert [(one.camera, one.fps) for one in board.snapshot().cameras] == [
        (GATE, 4.5),
        (YARD, 0.0),
    ]
    board.forget_camera(GATE)
    assert [one.camera for one in board.snapshot().cameras] == [YARD]


def test_what_a_camera_lets_go_and_does_not_look_for_stays_when_its_condition_changes() -> None:
    board = StatusBoard()
    board.show_camera(GATE, CameraCondition.OK, START)
    board.show_work(GATE, 3.0, 0.4, {CameraCondition.MOVED, CameraCondition.BLURRED})
    board.show_camera(GATE, CameraCondition.FROZEN, LATER, "no change")
    (gate,) = board.snapshot().cameras
    assert (gate.condition, gate.since, gate.detail) == (CameraCondition.FROZEN, LATER, "no change")
    assert (gate.fps, gate.shed) == (3.0, 0.4)
    assert gate.unwatched == (CameraCondition.BLURRED, CameraCondition.MOVED)


def test_what_is_not_urgent_waits_for_the_next_heartbeat() -> None:
    board = StatusBoard()
    board.show_camera(GATE, CameraCondition.OK, START)
    told = listened(board)
    board.count("frames_dropped")
    board.show_work(GATE, 4.5)
    assert told == []


def test_a_filling_disk_and_a_loss_are_told_at_once_and_mere_bytes_wait() -> None:
    board = StatusBoard()
    told = listened(board)
    room = EvidenceRoom(
        level="ok",
        quota_bytes=100,
        used_bytes=10,
        waiting_bytes=10,
        disk_free_bytes=1000,
        lost_files=0,
    )
    board.show_evidence(room)
    board.show_evidence(room.model_copy(update={"used_bytes": 20}))
    assert told == ["changed"]
    board.show_evidence(room.model_copy(update={"level": "warning_80"}))
    board.show_evidence(room.model_copy(update={"level": "warning_80", "lost_files": 1}))
    assert told == ["changed"] * 3
    assert board.snapshot().evidence is not None


def test_models_configuration_and_leaving_are_told_at_once() -> None:
    board = StatusBoard()
    told = listened(board)
    board.show_models((MODEL,))
    board.show_config("1" * 64, "site.yaml:3: unknown key")
    board.show_draining()
    assert told == ["changed"] * 3
    shown = board.snapshot()
    assert (shown.models, shown.config_error, shown.is_draining) == (
        (MODEL,),
        "site.yaml:3: unknown key",
        True,
    )
