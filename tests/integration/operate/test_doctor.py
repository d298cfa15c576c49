import json
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from boxes import Box, Settings, camera

from edge.fleet.box_clock import ClockReading
from edge.testing.painted_film import write_film
from edge.verbs import doctor_machine, doctor_reach
from edge.verbs.doctor_reach import Place
from edge.verbs.finding import Finding, Grade

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    made = Box(tmp_path / "box")
    write_film(made.folder / "walk.mp4", 4)
    return made.write(camera("gate", "walk.mp4"))


def _examined(box: Box, code: int) -> dict[str, Settings]:
    done = box.patrol("doctor", "--config", "site.yaml", "--json")
    assert done.returncode == code, done.stdout + done.stderr
    found = {str(one["topic"]): one for one in json.loads(done.stdout)["findings"]}
    for one in found.values():
        assert one["grade"] == "well" or (one["remedy_zh"] and one["remedy_en"]), one
    return found


def test_a_box_that_can_run_is_fit_and_says_what_it_saw(box: Box) -> None:
    found = _examined(box, 0)
    assert found["camera gate"]["detail"] == "h264 416x312 10 fps"
    assert found["model painted"]["grade"] == "well"
    assert {"python", "libraries", "cores", "memory", "clock", "configuration"} <= set(found)


def test_everything_that_keeps_a_box_from_its_work_is_found_at_once(box: Box) -> None:
    assert box.run_once().returncode == 0
    database = box.folder / "stores" / "outbox.db"
    database.write_bytes(b"this was a database once" * 200)
    key = box.folder / "stores" / "identity" / "signing-key.pem"
    key.chmod(0o644)
    secret = box.folder / "dock.password"
    secret.write_text("geheim\n")
    secret.chmod(0o644)
    source = {"kind": "rtsp", "host": "127.0.0.1", "port": 9, "path": "/live"}
    source |= {"user": "patrol", "password_file": "dock.password"}
    dead = camera("dock", "unused", source=source, mode="live")
    box.write(camera("gate", "walk.mp4"), dead, link={})
    found = _examined(box, 1)
    assert found["outbox.db"]["grade"] == "bad"
    assert found["evidence.db"]["grade"] == "well"
    assert found["signing key"]["remedy_en"] == f"Run chmod 600 {key}"
    assert found["password of dock"]["grade"] == "watch"
    assert "nothing listens at port 9" in str(found["camera dock"]["detail"])
    assert found["identity"]["grade"] == "bad"
    assert "geheim" not in str(found)


def test_every_mistake_of_the_configuration_is_a_finding(box: Box) -> None:
    box.write(camera("gate", "walk.mp4", colour="red"), shade="blue")
    done = box.patrol("doctor", "--config", "site.yaml")
    assert done.returncode == 1
    assert "colour" in done.stdout
    assert "shade" in done.stdout
    assert "2 to mend" in done.stdout


def test_a_model_that_was_changed_is_found(box: Box) -> None:
    data = bytearray(box.model_file.read_bytes())
    data[len(data) // 2] ^= 1
    box.model_file.write_bytes(bytes(data))
    assert _examined(box, 1)["models"]["grade"] == "bad"


@pytest.mark.parametrize(
    ("left", "grade"),
    [
        (timedelta(days=90), Grade.WELL),
        (timedelta(days=9), Grade.WATCH),
        (-timedelta(1), Grade.BAD),
    ],
)
def test_a_certificate_is_watched_before_it_runs_out(left: timedelta, grade: Grade) -> None:
    assert doctor_reach._lasts("own certificate", NOW + left, NOW).grade is grade


@pytest.mark.parametrize(
    ("reading", "grade"),
    [
        (ClockReading(synchronised=True), Grade.WELL),
        (ClockReading(synchronised=False), Grade.WATCH),
        (ClockReading(), Grade.WATCH),
    ],
)
def test_a_clock_that_may_be_wrong_is_watched(reading: ClockReading, grade: Grade) -> None:
    (finding,) = doctor_machine.clock(reading)
    assert finding.grade is grade


def test_whoever_listens_without_speaking_tls_is_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = ("127.0.0.1", int(listener.getsockname()[1]))
        plain = _reached(place, None)
        listener.accept()[0].close()
        threading.Thread(target=_hang_up, args=(listener,), daemon=True).start()
        secure = _reached(place, ssl.create_default_context())
    assert plain.grade is Grade.WELL
    assert secure.grade is Grade.BAD


def _hang_up(listener: socket.socket) -> None:
    listener.accept()[0].close()


def _reached(place: tuple[str, int], tls: ssl.SSLContext | None) -> Finding:
    (finding,) = doctor_reach._reach(Place("broker", *place, "tls"), tls, NOW)
    return finding
